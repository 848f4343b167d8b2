"""Two made-up policy officers of the demonstration, with keys, so that the way of a rulebook can be played."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nrm.cli.package_keys import PUBLIC, new_ssh_key
from nrm.publishing.officers import FILE

if TYPE_CHECKING:
    from datetime import date

OFFICERS: Final = "officers"
"""The folder beside the installation's own files. While the list of officers lies there and not in the folder of the
installation, unsigned files decide: to check and publish a first rulebook takes longer than a newcomer waits."""

UNITS: Final = {"author": "policy", "approver": "legal"}
"""The two accounts that hand in signatures, which are also the roles and the names in the list, and their units."""


def officer_files(begins: date) -> dict[str, bytes]:
    """Return the list of officers, and for each a key as `ssh-keygen` writes it."""
    files: dict[str, bytes] = {}
    listed = (
        "# Made up. Copied into the folder of the installation, it makes signed rulebooks the only ones that decide.\n"
    )
    for name, unit in UNITS.items():
        secret, public = new_ssh_key()
        files[name], files[name + PUBLIC] = secret, f"{public}\n".encode()
        listed += (
            f'\n[[officer]]\nname = "{name}"\nunit = "{unit}"\nrole = "{name}"\n'
            f'key = "{public}"\nfrom = {begins.isoformat()}\n'
        )
    return {**files, FILE: listed.encode()}
