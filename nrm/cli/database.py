"""`nrm db`: bring the schema up to date, check that all fits together, back up and restore."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from nrm.access import Installation as Machine
from nrm.access import shipped
from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.note import Signer, Verifier, parse_note
from nrm.audit.source import CHECKPOINT, open_source
from nrm.audit.tree import Frontier, leaf_hash
from nrm.bootstrap_store import identifier, open_database, open_office
from nrm.casework.asked import Asked, permit
from nrm.casework.cases.shredding_again import shred_again
from nrm.casework.errors import DeniedError
from nrm.casework.journal import Journal
from nrm.casework.office.catching_up import catch_up
from nrm.casework.ports import Installation
from nrm.cli.asking import HomeFolder, Role, Who, asking, office
from nrm.cli.options import application
from nrm.cli.output import OF_LOG, Printer, counted
from nrm.cli.unlock import PassphraseFile, unlocked
from nrm.errors import FileRefusedError, Problem, UnknownNameError
from nrm.home import read_home
from nrm.storage.backup import write_backup
from nrm.storage.fit import Published, check_fit, check_published
from nrm.storage.migrate import newest, revision
from nrm.storage.migrate import upgrade as upgrade_schema
from nrm.storage.restore import restore as restore_backup
from nrm.storage.sqlcipher import create_sqlcipher
from nrm.storage.store import SqlStore
from nrm.vault.envelope import DataKey
from nrm.vault.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.engine import Engine

    from nrm.audit.entry import Entry
    from nrm.casework.ports import UnitOfWork
    from nrm.home import Home
    from nrm.vault.ledger_keys import LedgerKeys

app = typer.Typer(no_args_is_help=True)

BACKUPS: Final = UUID("00000000-0000-4000-8000-000000000000")
"""In the place of a case id, where the key of a backup is wrapped."""

NO_TOKEN: Final = (None, None)


@app.command("upgrade")
def upgrade(home: HomeFolder, passphrase_file: PassphraseFile = None) -> None:
    """Bring the schema of the store to the one of this program, in one transaction."""
    found = read_home(home)
    with (
        unlocked(found.keys, passphrase_file, found.token or NO_TOKEN) as keys,
        _closed_after(open_database(found, keys)) as database,
    ):
        before = revision(database)
        upgrade_schema(database)
    said = "already there" if before == newest() else f"was `{before or 'none'}`"
    Printer().line(f"schema {newest()}: {said}")


@app.command("check")
def check(home: HomeFolder, passphrase_file: PassphraseFile = None) -> None:
    """Check that schema, keys, store and published log fit together; reads every entry of the log."""
    found = read_home(home)
    with (
        unlocked(found.keys, passphrase_file, found.token or NO_TOKEN) as keys,
        _closed_after(open_database(found, keys)) as database,
    ):
        signer = Signer(found.origin, keys.secret("log-signing"))
        check_fit(database, Installation(keys.keyring_id, found.origin, signer.vkey))
        path = found.log / CHECKPOINT
        size = 0
        if path.exists():
            published = parse_checkpoint(parse_note(path.read_bytes(), str(path)).text, str(path))
            check_published(database, Published(published.size, published.root), _root_of)
            size = published.size
    Printer().line(f"all fits together: schema {newest()}, published: {counted(size, *OF_LOG)}", "green")


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    home: HomeFolder,
    who: Who,
    role: Role,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write one encrypted snapshot of the store to FILE while others go on working."""
    with office(home, passphrase_file) as opened:
        asked = asking(opened, who, None, role)
        journal = Journal(opened.desk, asked)

        def allowed(unit: UnitOfWork) -> None:
            permit(asked, "database:backup", Machine())
            journal.write(unit, "database:backup")

        journal.attempt("database:backup", allowed)
        opened.sequencer.run()
        write_backup(opened.database, file, lambda key: opened.desk.keyring.wrap(BACKUPS, DataKey(key)))
    Printer().line(f"{file}: written; it opens with these keys alone, until their epoch is destroyed")


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `nrm db backup` wrote.")],
    home: HomeFolder,
    who: Who,
    role: Role,
    log: Annotated[
        str | None, typer.Option("--log", metavar="DIR|URL", help="A copy of the published log, beside that in --home.")
    ] = None,
    no_log: Annotated[bool, typer.Option("--no-log", help="No copy of the published log is left anywhere.")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Bring a backup into an empty store, with the keys that made it; digests are compared before it counts.

    The published log may have gone on since: its newer entries are taken over, so that it never goes back.
    """
    found = read_home(home)
    asked = Asked(identifier(who), found.organisation, role)
    if not shipped().ever(role, "database:restore"):
        # Not `permit`, which says that the denial is on the log: there is no store yet that could have one.
        what = f"the role `{role}` may not do this (`database:restore`)"
        raise DeniedError(Problem("db", 0, what, "ask an administrator"))
    if not who.strip():
        raise UnknownNameError(Problem("--who", 0, "nobody is named", "give your identifier; only a pseudonym is kept"))
    places = _published(found, log, missing=no_log)
    app = application(found.rules, found.seeds)
    with (
        unlocked(found.keys, passphrase_file, found.token or NO_TOKEN) as keys,
        _restored(found, keys, file) as database,
    ):
        caught = _caught_up(found, database, keys, places)
        opened = open_office(found, keys, app)
        try:
            opened.store.run(lambda unit: Journal(opened.desk, asked).write(unit, "database:restore"))
            shredded = shred_again(opened.desk, asked, caught)
            opened.sequencer.run()
        finally:
            opened.close()
    out = Printer()
    out.line(f"{file}: restored, and every digest compared", "green")
    if caught:
        later = counted(len(caught), *OF_LOG)
        out.line(f"published after the backup: {later}; what is told of there is lost with the store", "yellow")
    if shredded:
        out.line(f"shredded after the backup, and now again: {counted(shredded, 'case')}", "yellow")


@contextmanager
def _restored(home: Home, keys: LedgerKeys, file: Path) -> Iterator[Engine]:
    """Give the database with the backup in it; a file that could not be filled is taken away again."""
    keyring = Keyring(keys)
    fresh = home.database_file if home.database_file is not None and not home.database_file.exists() else None
    database = create_sqlcipher(fresh, keys.secret("database")) if fresh is not None else open_database(home, keys)
    try:
        restore_backup(file, database, lambda wrapped: keyring.unwrap(BACKUPS, wrapped).expose())
        yield database
    except BaseException:
        database.dispose()
        if fresh is not None:
            fresh.unlink(missing_ok=True)
        raise
    database.dispose()


def _published(home: Home, log: str | None, *, missing: bool) -> list[str]:
    """Return where the published log stands.

    INVARIANT (no second history): without it nobody knows how far the log went, so it must be said that it is gone.
    """
    places = [log] if log else []
    if (home.log / CHECKPOINT).exists():
        places.append(str(home.log))
    if not places and not missing:
        what = "the published log is not here, and a log that begins anew would be a second history"
        todo = "give --log with any copy of it; --no-log only when none is left anywhere"
        raise FileRefusedError(Problem(str(home.log), 0, what, todo))
    return places


def _caught_up(home: Home, database: Engine, keys: LedgerKeys, places: list[str]) -> list[Entry]:
    verifier = Verifier(Signer(home.origin, keys.secret("log-signing")).vkey)
    caught: list[Entry] = []
    for place in places:
        with open_source(place) as source:
            caught += catch_up(SqlStore(database), source, verifier)
    return caught


@contextmanager
def _closed_after(database: Engine) -> Iterator[Engine]:
    try:
        yield database
    finally:
        database.dispose()


def _root_of(entries: Iterable[bytes]) -> bytes:
    frontier = Frontier()
    for entry in entries:
        frontier.append(leaf_hash(entry))
    return frontier.root()
