"""Puts an installation together: its keys, its store, its log and the rulebooks; refuses what does not fit."""

from __future__ import annotations

import io
import lzma
import tarfile
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from nrm.audit.note import Signer
from nrm.bootstrap import Application
from nrm.casework.desk import Desk
from nrm.casework.ports import Installation
from nrm.casework.sequence import Sequencer
from nrm.config import Settings
from nrm.engine.decide import Engine
from nrm.errors import Problem, RulebookRefusedError
from nrm.home import Home, read_home
from nrm.rulebook.resolve import rulebook_on
from nrm.storage.engine import open_postgresql
from nrm.storage.fit import check_fit
from nrm.storage.migrate import upgrade
from nrm.storage.sqlcipher import create_sqlcipher, open_sqlcipher
from nrm.storage.store import SqlStore
from nrm.vault.blind_index import BlindIndex
from nrm.vault.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy.engine import Engine as Database

    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.vault.ledger_keys import LedgerKeys

__all__ = ["Office", "create_office", "identifier", "open_office", "read_home"]

ACTORS: Final = "actors"
"""The secret that makes pseudonyms of officials and organisations; the others come with new keys."""

_PEOPLE: Final = UUID("6f0f3a52-6a0c-4f5e-9c43-0b7f8f8f3c11")
"""Namespace in which the identifier that somebody types becomes a UUID (RFC 9562, version 5)."""


def identifier(text: str) -> UUID:
    """Return the UUID of an official or organisation; the same text gives the same one, in capitals or not."""
    return uuid5(_PEOPLE, unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).strip().casefold()))


@dataclass(frozen=True)
class Office:
    """An installation that is open."""

    home: Home
    app: Application
    desk: Desk
    sequencer: Sequencer
    store: SqlStore
    database: Database
    vkey: str

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()


class FileBooks:
    """The rulebooks in the files of one application, and those in archives."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._engines: dict[tuple[date, str | None], Engine] = {}

    def words(self) -> Vocabulary:
        """Return the vocabulary in force."""
        return self._app.files.vocabulary

    def engine(self, on: date, country: str | None) -> Engine:
        """Return the engine for `on`, compiled once."""
        if (on, country) not in self._engines:
            self._engines[on, country] = self._app.engine(on, country)
        return self._engines[on, country]

    def archive(self) -> bytes:
        """Return the folders of rules and commitments as one compressed file that is the same for the same files."""
        return self._archive

    @cached_property
    def _archive(self) -> bytes:
        return _packed(self._app.settings)

    def replayed(self, archive: bytes, on: date, country: str | None) -> Engine:
        """Return the engine for the rulebook of an archive.

        Raises:
            RulebookRefusedError: it is no archive, or its rules do not fit together.
            UnknownNameError: it has no rules for that date or country.
        """
        # Rules and commitments only: nothing of any person is ever in this folder.
        with TemporaryDirectory(prefix="nrm-rules-") as folder:
            try:
                with tarfile.open(fileobj=io.BytesIO(archive), mode="r:xz") as packed:
                    packed.extractall(folder, filter="data")
            except (tarfile.TarError, lzma.LZMAError, EOFError):
                problem = Problem("rulebook", 0, "the files that are kept of it cannot be unpacked", "restore a backup")
                raise RulebookRefusedError(problem) from None
            files = Application(Settings(Path(folder) / "rules", Path(folder) / "seeds")).files
            return Engine(rulebook_on(files, on, country))


def _packed(settings: Settings) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as packed:
        for name, folder in (("rules", settings.rules), ("seeds", settings.seeds)):
            for path in sorted(folder.rglob("*.yaml")):
                member = tarfile.TarInfo(f"{name}/{path.relative_to(folder).as_posix()}")
                content = path.read_bytes()
                member.size = len(content)
                packed.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def create_office(home: Home, keys: LedgerKeys, app: Application) -> Office:
    """Make the store and the log of a new installation, with new secrets.

    Raises:
        StoreError, VaultError, LogError: something stands there already, or cannot be written.
    """
    keys.add_secret(ACTORS)
    signer = Signer(home.origin, keys.secret("log-signing"))
    database = (
        create_sqlcipher(home.database_file, keys.secret("database"))
        if home.database_file is not None
        else open_postgresql(home.database)
    )
    with _let_go_of(database):
        upgrade(database)
        ours = Installation(keys.keyring_id, home.origin, signer.vkey)
        office = _office(home, keys, app, SqlStore.begin(database, ours), database, signer)
        office.sequencer.begin()
        return office


def open_office(home: Home, keys: LedgerKeys, app: Application) -> Office:
    """Open an installation.

    Raises:
        StoreMisfitError: schema, keys, store and log do not belong together.
        StoreError, VaultError, LogError: a part of it cannot be opened.
    """
    signer = Signer(home.origin, keys.secret("log-signing"))
    database = open_database(home, keys)
    with _let_go_of(database):
        check_fit(database, Installation(keys.keyring_id, home.origin, signer.vkey))
        office = _office(home, keys, app, SqlStore(database), database, signer)
        office.sequencer.publish()  # refuses a store that is behind what the outside was told
        return office


def open_database(home: Home, keys: LedgerKeys) -> Database:
    """Open the database of an installation, whatever its schema."""
    if home.database_file is not None:
        return open_sqlcipher(home.database_file, keys.secret("database"))
    return open_postgresql(home.database)


@contextmanager
def _let_go_of(database: Database) -> Iterator[None]:
    """Close the connections of a store that turns out not to be usable."""
    try:
        yield
    except BaseException:
        database.dispose()
        raise


def _office(
    home: Home, keys: LedgerKeys, app: Application, store: SqlStore, database: Database, signer: Signer
) -> Office:
    desk = Desk(
        store=store,
        keyring=Keyring(keys),
        index=BlindIndex(keys.secret("blind-index")),
        actor_key=keys.secret(ACTORS),
        books=FileBooks(app),
        clock=lambda: datetime.now(tz=UTC),
    )
    return Office(home, app, desk, Sequencer(store, signer, home.origin, home.log), store, database, signer.vkey)
