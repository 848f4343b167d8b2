"""`nrm keys`: make, rotate and destroy the keys that all cases are sealed with; `keys_passphrase`: what opens them."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from nrm.bootstrap_counter import PACKAGE_SIGNING
from nrm.bootstrap_store import add_later_secrets, read_home
from nrm.casework.office import rotation
from nrm.casework.oversight.form import NAMESPACE as OF_BUNDLES
from nrm.cli.asking import HomeFolder, Role, RoleElse, Who, WhoElse, asking, office
from nrm.cli.key_places import HomePlace, KeyPlace, named, refuse_used, used_by
from nrm.cli.keys_passphrase import change_passphrase
from nrm.cli.options import AsJson  # noqa: TC001 - read by typer at run time
from nrm.cli.output import Printer, print_json
from nrm.cli.unlock import PassphraseFile, confirmed, made, unlocked
from nrm.referral.package import NAMESPACE
from nrm.referral.ssh_keys import spoken
from nrm.referral.sshsig import SshSigner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
def rotate(
    keys: KeyPlace = None,
    home: HomePlace = None,
    who: WhoElse = "",
    role: RoleElse = "",
    passphrase_file: PassphraseFile = None,
    pkcs11: Module = None,
    token: Label = None,
) -> None:
    """Begin a new epoch of keys; in an installation, the keys of all cases are moved into it."""
    used = used_by(keys, home)
    if used is None:
        with unlocked(named(keys), passphrase_file, (pkcs11, token)) as opened:
            refuse_used(opened)
            _say(f"{keys}: epoch {opened.new_epoch(_now())} is the current one")
        return
    with office(used, passphrase_file) as opened_office, _progress() as progress:
        asked = asking(opened_office, who, None, role)
        epoch, moved = rotation.rotate(opened_office.desk, asked, progress)
    _say(f"{used}: epoch {epoch} is the current one; {_moved(moved)} into it")


@app.command("rewrap")
def rewrap(home: HomeFolder, who: Who, role: Role, passphrase_file: PassphraseFile = None) -> None:
    """Move the keys of all cases into the current epoch, as after a rotation that was interrupted."""
    with office(home, passphrase_file) as opened, _progress() as progress:
        moved = rotation.rewrap_all(opened.desk, asking(opened, who, None, role), progress)
    _say(f"{home}: {_moved(moved)} into the current epoch")


@app.command("destroy-epoch")
def destroy_epoch(
    epoch: EpochNumber,
    keys: KeyPlace = None,
    home: HomePlace = None,
    who: WhoElse = "",
    role: RoleElse = "",
    passphrase_file: PassphraseFile = None,
    pkcs11: Module = None,
    token: Label = None,
    yes: Yes = False,
) -> None:
    """Destroy an old epoch for good, so that what it wrapped is unreadable everywhere, also in backups."""
    used = used_by(keys, home)
    if used is None:
        with unlocked(named(keys), passphrase_file, (pkcs11, token)) as opened:
            refuse_used(opened)
            _confirm(f"{opened.destructible(epoch)}", yes=yes)
            destroyed = opened.destroy_epoch(epoch, _now())
    else:
        with office(used, passphrase_file) as opened_office:
            asked = asking(opened_office, who, None, role)
            _confirm(str(epoch) if yes else f"{rotation.destructible(opened_office.desk, asked, epoch)}", yes=yes)
            destroyed = rotation.destroy(opened_office.desk, asked, epoch)
    _say(f"{used or keys}: epoch {destroyed} is destroyed")
    if (pkcs11 if used is None else read_home(used).token) is None:
        _say("Older copies of the key file still hold it: destroy them too. A disk may keep deleted blocks.")


app.command("passphrase")(change_passphrase)


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


@app.command("signer")
def signer(
    home: HomeFolder,
    oversight: Annotated[bool, typer.Option("--oversight", help="For an oversight body and `nrm replay`.")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Print the line by which a service knows the packages of this installation (`allowed_signers` of ssh-keygen)."""
    found = read_home(home)
    with unlocked(found.keys, passphrase_file, found.token or (None, None)) as opened:
        add_later_secrets(opened)
        public = SshSigner(opened.secret(PACKAGE_SIGNING)).public
    # Not through the printer, which would break the line.
    typer.echo(f'{found.origin} namespaces="{OF_BUNDLES if oversight else NAMESPACE}" {public}')
    _say(f"Read out on the phone: {spoken(public)}", to_people=True)


def _confirm(doomed: str, *, yes: bool) -> None:
    _say(f"Destroying epoch {doomed} makes unreadable, for good:", to_people=True)
    _say("- every case whose key is still wrapped in it, in the database;", to_people=True)
    _say("- every backup of a case that was made before its key was rewrapped.", to_people=True)
    if not yes and not confirmed("Destroy it? [y/N] "):
        _say("nothing was destroyed", to_people=True)
        raise typer.Exit(DECLINED)


@contextmanager
def _progress() -> Iterator[Callable[[int], object]]:
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("cases", total=None)
        yield lambda done: progress.update(task, completed=done)


def _moved(cases: int) -> str:
    return "the key of 1 case was moved" if cases == 1 else f"the keys of {cases} cases were moved"


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
