"""`nrm keys passphrase`: another passphrase for the key file, when somebody leaves or has seen the one of before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.bootstrap_store import read_home
from nrm.casework.office import rotation
from nrm.cli.asking import RoleElse, WhoElse, asking, office_with
from nrm.cli.key_places import HomePlace, KeyPlace, named, refuse_used, used_by
from nrm.cli.options import AsJson  # noqa: TC001 - read by typer at run time
from nrm.cli.output import Printer, print_json
from nrm.cli.unlock import NewPassphraseFile, PassphraseFile, new_passphrase, unlocked_to_relock

if TYPE_CHECKING:
    from pathlib import Path

    from nrm.vault.keys_file import FileKeys

AFTERWARDS = (
    "Copies of the key file that were made before still open with the passphrase of before: destroy them, and make new "
    "ones. Give running processes the new passphrase and start them again. If somebody may have such a copy, rotate as "
    "well, and destroy the old epochs."
)


def change_passphrase(
    keys: KeyPlace = None,
    home: HomePlace = None,
    who: WhoElse = "",
    role: RoleElse = "",
    passphrase_file: PassphraseFile = None,
    new_passphrase_file: NewPassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Change the passphrase of a key file; epochs and secrets stay as they are."""
    used = used_by(keys, home)
    changed = (
        _of_file(named(keys), passphrase_file, new_passphrase_file)
        if used is None
        else _of_installation(used, (who, role), passphrase_file, new_passphrase_file)
    )
    if as_json:
        print_json(_document(changed))
        return
    Printer().line(f"{used or keys}: the new passphrase opens the key file, and the old one does not")
    Printer().line(AFTERWARDS)


def _of_file(keys: Path, passphrase_file: Path | None, new_file: Path | None) -> FileKeys:
    opened = unlocked_to_relock(keys, passphrase_file)
    refuse_used(opened)
    opened.change_passphrase(new_passphrase(new_file))
    return opened


def _of_installation(
    home: Path, asks: tuple[str, str], passphrase_file: Path | None, new_file: Path | None
) -> FileKeys:
    found, (who, role) = read_home(home), asks
    keys = unlocked_to_relock(found.keys, passphrase_file)
    with office_with(found, keys) as opened:
        asked, new = asking(opened, who, None, role), new_passphrase(new_file)
        rotation.relock(opened.desk, asked, lambda: keys.refuse_passphrase(new), lambda: keys.change_passphrase(new))
    return keys


def _document(keys: FileKeys) -> dict[str, object]:
    cost = keys.cost
    guess = {"passes": cost.passes, "memory_kib": cost.memory_kib, "lanes": cost.lanes}
    return {"keyring": keys.keyring_id.hex(), "changed": True, "cost": guess}
