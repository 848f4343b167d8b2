"""What the commands about published rulebooks share: which officer asks, how they sign, and progress on a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from nrm.bootstrap_store import identifier
from nrm.casework.asked import Asked
from nrm.cli.asking import HomeFolder, office
from nrm.cli.files import read_at_most, read_text
from nrm.cli.package_keys import read_signer
from nrm.cli.unlock import PassphraseFile  # noqa: TC001 - read by `spread` at run time
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.publishing.archive import LARGEST_ARCHIVE
from nrm.publishing.statement import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from nrm.bootstrap_store import Office
    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.kept import Publication
    from nrm.publishing.examples import Seen
    from nrm.publishing.officers import Officer

Officer_ = Annotated[
    str, typer.Option("--who", envvar="NRM_WHO", metavar="NAME", help="Your name in officers.toml, a code.")
]
Which = Annotated[
    str, typer.Argument(metavar="RULEBOOK", help="As `nrm rules status` names it; its beginning will do.")
]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="Why, in a sentence; kept for the officers.")]
SignatureFile = Annotated[
    Path | None, typer.Option("--signature", metavar="FILE", help="What `ssh-keygen -Y sign -n nrm-rulebook` wrote.")
]
SignWith = Annotated[
    Path | None, typer.Option("--sign-with", metavar="KEY", help="Your Ed25519 key of OpenSSH, without passphrase.")
]


@dataclass(frozen=True, kw_only=True)
class AtRules:
    """An installation, and the officer who asks there."""

    home: HomeFolder
    who: Officer_
    passphrase_file: PassphraseFile = None

    @contextmanager
    def opened(self) -> Iterator[tuple[Office, Asked]]:
        """Open the installation for the officer who asks (errors as of `office` and `asked_of`)."""
        with office(self.home, self.passphrase_file) as opened:
            known = opened.officers().known
            found = next((one for one in known if one.name == self.who), None)
            if found is None:
                todo = nearest(self.who, {one.name for one in known})
                raise UnknownNameError(Problem("--who", 0, "officers.toml has no officer of that name", todo))
            yield opened, asked_of(opened, found)


def asked_of(opened: Office, officer: Officer) -> Asked:
    """Return who asks when this officer does."""
    return Asked(identifier(officer.name), opened.home.organisation, f"rule_{officer.role}", unit=officer.unit)


@dataclass(frozen=True, kw_only=True)
class Signing:
    """How somebody signs: with a signature that was made before, or with a key at hand."""

    signature: SignatureFile = None
    sign_with: SignWith = None

    def over(self, statement: bytes) -> str:
        """Return the signature over a statement (errors as of `signature_over`)."""
        return signature_over(statement, self.signature, self.sign_with, "--signature FILE or --sign-with KEY")


def signature_over(statement: bytes, signature: Path | None, key: Path | None, options: str) -> str:
    """Return a signature that was made before, or one by a key.

    Raises:
        UnknownNameError: neither is given, or both.
        FileRefusedError, KeyStoreRefusedError: the file cannot be read, or holds no such key.
    """
    if (signature is None) == (key is None):
        raise UnknownNameError(Problem("signature", 0, "one signature is needed", f"give {options}"))
    if signature is not None:
        return read_text(signature)
    assert key is not None
    return read_signer(key).sign(statement, NAMESPACE)


def read_archive_file(path: Path) -> bytes:
    """Return the bytes of a bundle. Raises `FileRefusedError`."""
    return read_at_most(path, LARGEST_ARCHIVE + 1)


def chosen(records: list[Record[Publication]], which: str) -> UUID:
    """Return the publication whose identifier or statement begins so.

    Raises:
        UnknownNameError: there is none, or more than one.
    """
    found = [one.row.record for one in records if _called(one, which)]
    if len(found) != 1 or not which:
        what = "several rulebooks begin so" if found else "there is no such rulebook"
        raise UnknownNameError(Problem("RULEBOOK", 0, what, "`nrm rules status` lists them; give more of its name"))
    return found[0]


def _called(record: Record[Publication], which: str) -> bool:
    return str(record.row.record).startswith(which) or record.thing.said.name.startswith(which)


@contextmanager
def progress() -> Iterator[Seen]:
    """Show on a terminal how far the checks are."""
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as shown:
        tasks = {}

        def seen(what: str, done: int, every: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(what, total=every)
            shown.update(tasks[what], completed=done)

        yield seen
