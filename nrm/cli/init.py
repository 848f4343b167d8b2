"""`nrm init`: make an installation: keys, an encrypted store, and a log that begins with its making."""

from __future__ import annotations

import shutil
from contextlib import closing, contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated

import typer

from nrm.audit.note import checked_name
from nrm.bootstrap_store import create_office, identifier
from nrm.casework.asked import Asked
from nrm.casework.journal import Journal
from nrm.cli.options import Country, RulesFolder, SeedsFolder, application, day
from nrm.cli.output import Printer
from nrm.cli.unlock import PassphraseFile, made
from nrm.errors import FileRefusedError, Problem, reason_of
from nrm.home import FILE, KEYS, ZONE, check_zone, home_text, read_home
from nrm.rulebook.resolve import rulebook_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.bootstrap import Application
    from nrm.cli.unlock import TokenName

VKEY = "log.vkey"
"""The file with the public key of the log, to be given to every oversight body."""


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder for the installation.")],
    origin: Annotated[
        str, typer.Option("--origin", metavar="NAME", help="The name of its log, such as `nrm.example.org/log`.")
    ],
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="ID", help="The identifier of the organisation that keeps it.")
    ],
    keys: Annotated[
        Path | None, typer.Option("--keys", metavar="FILE", help="Where the key file goes; best not beside the data.")
    ] = None,
    database: Annotated[
        str | None, typer.Option("--database", metavar="URL", help="A PostgreSQL server, instead of a file.")
    ] = None,
    country: Country = None,
    zone: Annotated[
        str | None, typer.Option("--zone", metavar="NAME", help="Its time zone, such as Europe/Paris; UTC if not said.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    pkcs11: Annotated[Path | None, typer.Option("--pkcs11", metavar="MODULE", help="Keep the keys in a token.")] = None,
    token: Annotated[str | None, typer.Option("--token", metavar="LABEL", help="The label of the token.")] = None,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Make a new installation in DIR."""
    app = application(rules, seeds)
    words = app.files.vocabulary  # refused now, rather than when the keys are made
    rulebook_on(app.files, day(None), country)
    check_zone(zone or ZONE, "--zone")
    checked_name(origin, "--origin")
    _named(organisation)
    _on_a_server(database)
    _new_folder(folder)
    key_file = (keys or folder / KEYS).absolute()
    token_name: TokenName = (pkcs11, token)
    settings = {
        "country": country,
        "zone": zone,
        "database": database,
        "keys": KEYS if keys is None else str(key_file),
        "pkcs11": str(pkcs11) if pkcs11 else None,
        "token": token,
        "rules": str(rules.absolute()) if rules else None,
        "seeds": str(seeds.absolute()) if seeds else None,
    }
    with _whole_or_not(folder, key_file):
        text = home_text(origin, identifier(organisation), **settings)
        size = _make(folder, text, key_file, passphrase_file, token_name, app)
    out = Printer()
    out.line(f"{folder}: an installation with {len(words.facts)} facts in its vocabulary and {size} entry in its log")
    out.line(f"Keep a copy of {key_file} where no copy of the data is; without it every case is lost.")
    out.line(f"Give {folder / VKEY} to every oversight body: it is the public key of the log.")


def _named(organisation: str) -> None:
    if not organisation.strip():
        raise FileRefusedError(Problem("--organisation", 0, "it is empty", "name yours, such as `shelter-a`"))


def _on_a_server(database: str | None) -> None:
    if database is not None and "://" not in database:
        todo = "write `postgresql://nrm@host/nrm`, or leave it out for a file"
        raise FileRefusedError(Problem("--database", 0, "this is no address of a PostgreSQL server", todo))


def _new_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        empty = not any(folder.iterdir())
    except OSError as error:
        reason = reason_of(error)
        problem = Problem(str(folder), 0, f"the folder cannot be made: {reason}", "name a new one")
        raise FileRefusedError(problem) from None
    if not empty:
        raise FileRefusedError(Problem(str(folder), 0, "the folder is not empty", "name a new one"))


def _make(
    folder: Path, text: str, key_file: Path, passphrase_file: Path | None, token_name: TokenName, app: Application
) -> int:
    with made(key_file, passphrase_file, token_name) as new:
        (folder / FILE).write_text(text, encoding="utf-8")
        home = read_home(folder)
        asked = Asked(identifier("nrm"), home.organisation, "administrator")
        with closing(create_office(home, new, app)) as office:
            office.store.run(lambda unit: Journal(office.desk, asked).write(unit, "database:create"))
            size = office.sequencer.run()
            (folder / VKEY).write_text(office.vkey + "\n", encoding="utf-8")
    return size


@contextmanager
def _whole_or_not(folder: Path, key_file: Path) -> Iterator[None]:
    """Take away what was made here when not all of it could be made; keys that nothing was sealed with are no loss."""
    there = key_file.exists()
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if not there:
            key_file.unlink(missing_ok=True)
        raise
