"""The policies that ship with the program, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nrm.access.decide import Policies

FOLDER: Final = Path(__file__).parent
"""Where the schema stands, and `policies/` beside it."""


def texts() -> tuple[str, dict[str, str]]:
    """Return the schema, and the text of each policy file by its name."""
    files = sorted((FOLDER / "policies").glob("*.cedar"))
    return (FOLDER / "schema.cedarschema").read_text("utf-8"), {one.name: one.read_text("utf-8") for one in files}


@cache
def shipped() -> Policies:
    """Return the shipped policies, checked and ready.

    Raises:
        PolicyRefusedError: they do not fit together; then nothing is started.
    """
    from nrm.access.decide import Policies  # noqa: PLC0415 - a command that asks nothing need not load Cedar

    return Policies(*texts())
