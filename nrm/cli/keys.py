"""`nrm keys`: make, rotate and destroy the keys that all cases are sealed with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nrm.cli.options import AsJson  # noqa: TC001 - read by typer at run time
from nrm.cli.output import Printer, print_json
from nrm.cli.unlock import PassphraseFile, confirmed, made, unlocked

if TYPE_CHECKING:
    from nrm.vault.keyring import EpochStatus

DECLINED = 1
"""Exit code when the person did not confirm."""

app = typer.Typer(no_args_is_help=True)

KeysFile = Annotated[
    Path, typer.Option("--keys", metavar="FILE", envvar="NRM_KEYS", help="The key file, or the ledger of a token.")
]
Module = Annotated[
    Path | None, typer.Option("--pkcs11", metavar="MODULE", help="Keep the keys in a token: its PKCS#11 module.")
]
Label = Annotated[str | None, typer.Option("--token", metavar="LABEL", help="The label of the token.")]
EpochNumber = Annotated[int, typer.Argument(metavar="EPOCH", min=1, help="The number of the epoch.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether I mean it.")]


@app.command("init")
def init(keys: KeysFile, passphrase_file: PassphraseFile = None, pkcs11: Module = None, token: Label = None) -> None:
    """Make the keys of a new store; an existing file is never written over."""
    with made(keys, passphrase_file, (pkcs11, token)) as new:
        _say(f"{keys}: made, with epoch {new.current()}")
    _say("Keep a copy where no copy of the data is. Without this file and what opens it, every case is lost.")


@app.command("rotate")
def rotate(keys: KeysFile, passphrase_file: PassphraseFile = None, pkcs11: Module = None, token: Label = None) -> None:
    """Begin a new epoch; new cases use it, and the keys of old ones are rewrapped afterwards."""
    with unlocked(keys, passphrase_file, (pkcs11, token)) as opened:
        _say(f"{keys}: epoch {opened.new_epoch(_now())} is the current one")


@app.command("destroy-epoch")
def destroy_epoch(
    epoch: EpochNumber,
    keys: KeysFile,
    passphrase_file: PassphraseFile = None,
    pkcs11: Module = None,
    token: Label = None,
    yes: Yes = False,
) -> None:
    """Destroy an old epoch for good, so that what it wrapped is unreadable everywhere, also in backups."""
    with unlocked(keys, passphrase_file, (pkcs11, token)) as opened:
        doomed = opened.destructible(epoch)
        _say(f"Destroying epoch {doomed} makes unreadable, for good:", to_people=True)
        _say("- every case whose key is still wrapped in it, in the database;", to_people=True)
        _say("- every backup of a case that was made before its key was rewrapped.", to_people=True)
        if not yes and not confirmed("Destroy it? [y/N] "):
            _say("nothing was destroyed", to_people=True)
            raise typer.Exit(DECLINED)
        _say(f"{keys}: epoch {opened.destroy_epoch(epoch, _now())} is destroyed")
    if pkcs11 is None:
        _say("Older copies of the key file still hold it: destroy them too. A disk may keep deleted blocks.")


@app.command("status")
def status(
    keys: KeysFile,
    passphrase_file: PassphraseFile = None,
    pkcs11: Module = None,
    token: Label = None,
    as_json: AsJson = False,
) -> None:
    """List the epochs, destroyed ones too."""
    with unlocked(keys, passphrase_file, (pkcs11, token)) as opened:
        keyring, epochs = opened.keyring_id.hex(), opened.status()
    if as_json:
        print_json({"keyring": keyring, "epochs": [_document(one) for one in epochs]})
        return
    _say(f"keyring {keyring}")
    for one in epochs:
        gone = f", {one.destroyed:%Y-%m-%d}" if one.destroyed else ""
        _say(f"epoch {one.epoch}  since {one.created:%Y-%m-%d}  {_state(one)}{gone}")


def _document(one: EpochStatus) -> dict[str, str | int | None]:
    return {
        "epoch": one.epoch.number,
        "id": str(one.epoch),
        "created": one.created.isoformat(),
        "destroyed": one.destroyed.isoformat() if one.destroyed else None,
        "state": _state(one),
    }


def _state(one: EpochStatus) -> str:
    if one.destroyed:
        return "destroyed"
    return "current" if one.current else "old"


def _say(text: str, *, to_people: bool = False) -> None:
    if to_people:
        typer.echo(text, err=True)
    else:
        Printer().line(text)


def _now() -> datetime:
    return datetime.now(tz=UTC)
