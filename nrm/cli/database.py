"""`nrm db`: bring the schema up to date, check that all fits together, back up and restore."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.note import Signer, parse_note
from nrm.audit.source import CHECKPOINT
from nrm.audit.tree import Frontier, leaf_hash
from nrm.bootstrap_store import open_database
from nrm.casework.asked import permit
from nrm.casework.journal import Journal
from nrm.casework.ports import Installation
from nrm.cli.asking import HomeFolder, Role, Who, asking, office
from nrm.cli.output import Printer
from nrm.cli.unlock import PassphraseFile, unlocked
from nrm.home import read_home
from nrm.storage.backup import write_backup
from nrm.storage.fit import Published, check_fit, check_published
from nrm.storage.migrate import newest, revision
from nrm.storage.migrate import upgrade as upgrade_schema
from nrm.storage.restore import restore as restore_backup
from nrm.storage.sqlcipher import create_sqlcipher
from nrm.vault.envelope import DataKey
from nrm.vault.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.casework.ports import UnitOfWork

app = typer.Typer(no_args_is_help=True)

BACKUPS: Final = UUID("00000000-0000-4000-8000-000000000000")
"""In the place of a case id, where the key of a backup is wrapped."""

NO_TOKEN: Final = (None, None)


@app.command("upgrade")
def upgrade(home: HomeFolder, passphrase_file: PassphraseFile = None) -> None:
    """Bring the schema of the store to the one of this program, in one transaction."""
    found = read_home(home)
    with unlocked(found.keys, passphrase_file, found.token or NO_TOKEN) as keys:
        database = open_database(found, keys)
        before = revision(database)
        upgrade_schema(database)
        database.dispose()
    said = "already there" if before == newest() else f"was `{before or 'none'}`"
    Printer().line(f"schema {newest()}: {said}")


@app.command("check")
def check(home: HomeFolder, passphrase_file: PassphraseFile = None) -> None:
    """Check that schema, keys, store and published log fit together; reads every entry of the log."""
    found = read_home(home)
    with unlocked(found.keys, passphrase_file, found.token or NO_TOKEN) as keys:
        database = open_database(found, keys)
        signer = Signer(found.origin, keys.secret("log-signing"))
        check_fit(database, Installation(keys.keyring_id, found.origin, signer.vkey))
        path = found.log / CHECKPOINT
        size = 0
        if path.exists():
            published = parse_checkpoint(parse_note(path.read_bytes(), str(path)).text, str(path))
            check_published(database, Published(published.size, published.root), _root_of)
            size = published.size
        database.dispose()
    Printer().line(f"all fits together: schema {newest()}, {size} published entries", "green")


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
            permit(asked, "database:backup")
            journal.write(unit, "database:backup")

        journal.attempt("database:backup", allowed)
        opened.sequencer.run()
        write_backup(opened.database, file, lambda key: opened.desk.keyring.wrap(BACKUPS, DataKey(key)))
    Printer().line(f"{file}: written; it opens with these keys alone, until their epoch is destroyed")


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `nrm db backup` wrote.")],
    home: HomeFolder,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Bring a backup into an empty store, with the keys that made it; digests are compared before it counts."""
    found = read_home(home)
    with unlocked(found.keys, passphrase_file, found.token or NO_TOKEN) as keys:
        keyring = Keyring(keys)
        fresh = found.database_file is not None and not found.database_file.exists()
        if found.database_file is not None and fresh:
            database = create_sqlcipher(found.database_file, keys.secret("database"))
        else:
            database = open_database(found, keys)
        try:
            restore_backup(file, database, lambda wrapped: keyring.unwrap(BACKUPS, wrapped).expose())
        except BaseException:
            database.dispose()
            if found.database_file is not None and fresh:
                found.database_file.unlink(missing_ok=True)
            raise
        database.dispose()
    Printer().line(f"{file}: restored, and every digest compared; run `nrm db check`", "green")


def _root_of(entries: Iterable[bytes]) -> bytes:
    frontier = Frontier()
    for entry in entries:
        frontier.append(leaf_hash(entry))
    return frontier.root()
