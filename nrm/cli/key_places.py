"""Which keys a command means: those of an installation, or a key file that no installation uses."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nrm.bootstrap_store import ACTORS, read_home
from nrm.errors import Problem
from nrm.vault.errors import KeyStoreRefusedError, UnknownSecretError

if TYPE_CHECKING:
    from nrm.vault.ledger_keys import LedgerKeys

KeyPlace = Annotated[
    Path | None,
    typer.Option("--keys", metavar="FILE", envvar="NRM_KEYS", help="A key file that no store uses yet."),
]
HomePlace = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", envvar="NRM_HOME", help="The installation; its cases are looked after."),
]


def used_by(keys: Path | None, home: Path | None) -> Path | None:
    """Return the installation whose keys are meant, or None when they are those of a bare key file."""
    if home is None:
        return None
    return home if keys is None or keys.resolve() == read_home(home).keys.resolve() else None


def named(keys: Path | None) -> Path:
    """Return the bare key file that is meant. Raises `KeyStoreRefusedError` when none is named."""
    if keys is None:
        problem = Problem("--keys", 0, "no keys are named", "give --home for an installation, or --keys for a key file")
        raise KeyStoreRefusedError(problem)
    return keys


def refuse_used(keys: LedgerKeys) -> None:
    """Refuse the keys of an installation, wherever they stand: they bear the secret that every installation adds.

    INVARIANT (no way around the store): the keys of an installation are never changed behind the back of its cases.
    """
    with suppress(UnknownSecretError):
        keys.secret(ACTORS)
        problem = Problem("--keys", 0, "an installation uses these keys", "give --home, and its cases are looked after")
        raise KeyStoreRefusedError(problem)
