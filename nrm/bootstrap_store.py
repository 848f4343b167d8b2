"""Puts an installation together: its keys, its store, its log and the rulebooks; refuses what does not fit."""

from __future__ import annotations

import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID, uuid5

from nrm.audit.note import Signer
from nrm.bootstrap import language_of
from nrm.bootstrap_books import FileBooks
from nrm.bootstrap_bundles import BundleBooks, BundleTables, Opener, refuse_files
from nrm.bootstrap_counter import DIRECTORY, LATER_SECRETS, REGISTRY, LazyCounter, Tables
from nrm.casework.desk import Desk
from nrm.casework.office.sequence import Sequencer
from nrm.casework.ports import Installation
from nrm.casework.registry import RegistryKey
from nrm.delivery.carrier import Carrier
from nrm.delivery.hooks import HookCaller
from nrm.errors import FileRefusedError, Problem
from nrm.home import Home, read_home
from nrm.publishing.officers import FILE, Officers, read_officers
from nrm.referral.calendar import Calendar
from nrm.storage.engine import open_postgresql, snapshot
from nrm.storage.faults import errors_told
from nrm.storage.fit import check_fit
from nrm.storage.migrate import upgrade
from nrm.storage.registry import SqlRegistry
from nrm.storage.rulebooks import SqlRulebooks
from nrm.storage.shelf import SqlShelf
from nrm.storage.sqlcipher import create_sqlcipher, open_sqlcipher
from nrm.storage.store import SqlStore
from nrm.vault.blind_index import BlindIndex
from nrm.vault.envelope import DataKey
from nrm.vault.errors import KeyStoreRefusedError, UnknownSecretError
from nrm.vault.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection
    from sqlalchemy.engine import Engine as Database

    from nrm.bootstrap import Application
    from nrm.bootstrap_bundles import Reading as RulebookReading
    from nrm.bootstrap_counter import RuleTables
    from nrm.bootstrap_services import Reading
    from nrm.casework.desk import Books, Services
    from nrm.casework.ports import Rulebooks
    from nrm.casework.ports_referral import Shelf
    from nrm.casework.ports_registry import ReadsRulebooks, Registry
    from nrm.rulebook.sentence import Speaker
    from nrm.vault.ledger_keys import LedgerKeys

T = TypeVar("T")

__all__ = ["FileBooks", "Office", "create_office", "identifier", "open_office", "read_home"]

ACTORS: Final = "actors"
"""The secret that makes pseudonyms of officials and organisations; the others come with new keys."""

_PEOPLE: Final = UUID("6f0f3a52-6a0c-4f5e-9c43-0b7f8f8f3c11")
"""Namespace in which the identifier that somebody types becomes a UUID (RFC 9562, version 5)."""


def identifier(text: str) -> UUID:
    """Return the UUID of an official or organisation; the same text gives the same one, in capitals or not."""
    return uuid5(_PEOPLE, unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).strip().casefold()))


@dataclass(frozen=True)
class Office:
    """An installation that is open; `directory_key` opens the directory that it keeps.

    `app` has the files of the rules. They decide only where nobody signs rulebooks: ask `desk` and `tables` for what
    decides here.
    """

    home: Home
    app: Application
    desk: Desk
    sequencer: Sequencer
    store: SqlStore
    database: Database
    vkey: str
    directory_key: DataKey
    tables: RuleTables

    def carrier(self) -> Carrier:
        """Return what delivers packages, by the settings of the installation (errors as of `Carrier`)."""
        return Carrier(self.home.delivery)

    def speaker(self, language: str) -> Speaker:
        """Return the speaker of the rules that decide here. Raises `UnknownNameError`, and as the rulebooks do."""
        return self.desk.counter.speaker(language_of(language))

    def officers(self) -> Officers:
        """Return who may sign rulebooks.

        Raises:
            FileRefusedError: nobody says so here, or the file is broken.
        """
        if self.home.rulebooks.officers is None:
            todo = "write who signs rulebooks, as docs/publishing.md shows; from then on only signed ones decide here"
            raise FileRefusedError(Problem(str(self.home.folder / FILE), 0, "there is no such file", todo))
        return read_officers(self.home.rulebooks.officers)

    def hook_caller(self) -> HookCaller:
        """Return what calls webhooks, by the settings of the installation (errors as of `HookCaller`)."""
        return HookCaller(self.home.delivery)

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()


def create_office(home: Home, keys: LedgerKeys, app: Application) -> Office:
    """Make the store and the log of a new installation, with new secrets.

    Raises:
        StoreError, VaultError, LogError: something stands there already, or cannot be written.
    """
    keys.add_secret(ACTORS)
    add_later_secrets(keys)
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
    """Open an installation; one that was made before there was referral gets the secrets for it.

    Raises:
        StoreMisfitError: schema, keys, store and log do not belong together.
        StoreError, VaultError, LogError: a part of it cannot be opened.
    """
    add_later_secrets(keys)
    signer = Signer(home.origin, keys.secret("log-signing"))
    database = open_database(home, keys)
    with _let_go_of(database):
        check_fit(database, Installation(keys.keyring_id, home.origin, signer.vkey))
        office = _office(home, keys, app, SqlStore(database), database, signer)
        office.sequencer.publish()  # refuses a store that is behind what the outside was told
        return office


def add_later_secrets(keys: LedgerKeys) -> None:
    """Make the secrets that came later and are not there; one that is there stays, also when two come at once.

    Raises:
        VaultError: the key file cannot be written.
    """
    for name in LATER_SECRETS:
        try:
            keys.secret(name)
        except UnknownSecretError:
            _add_secret(keys, name)


def _add_secret(keys: LedgerKeys, name: str) -> None:
    try:
        keys.add_secret(name)
    except KeyStoreRefusedError as refused:
        try:
            keys.secret(name)  # another process was first
        except UnknownSecretError:
            raise refused from None


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
    directory_key = DataKey(keys.secret(DIRECTORY))
    registry = RegistryKey(keys.secret(REGISTRY))
    books, tables = _books(home, app, database, registry)
    desk = Desk(
        store=store,
        keyring=Keyring(keys),
        index=BlindIndex(keys.secret("blind-index")),
        actor_key=keys.secret(ACTORS),
        books=books,
        clock=lambda: datetime.now(tz=UTC),
        counter=LazyCounter(home, tables, keys.secret, lambda: _services(database, directory_key)),
        registry=registry,
        attachments=home.attachments,
    )
    sequencer = Sequencer(store, signer, home.origin, home.log)
    return Office(home, app, desk, sequencer, store, database, signer.vkey, directory_key, tables)


def _books(home: Home, app: Application, database: Database, registry: RegistryKey) -> tuple[Books, RuleTables]:
    """Return the rulebooks: where somebody says who signs them, only signed ones; else the files of the rules."""
    read, officers, opener = reading_rulebooks(database), home.rulebooks.officers, Opener(registry)
    if officers is None:
        read(lambda unit: refuse_files(opener, unit))
        return FileBooks(app), Tables(app)
    zone = Calendar(home.country, home.zone)
    books = BundleBooks(read, opener, officers, lambda: zone.day_of(datetime.now(tz=UTC)))
    return books, BundleTables(books)


def reading_rulebooks(database: Database) -> RulebookReading:
    """Return what reads published rulebooks in a snapshot of its own, also in the middle of a unit of work."""

    def read(work: Callable[[ReadsRulebooks], T]) -> T:
        with errors_told(), snapshot(database) as connection:
            return work(_Snapshot(connection))

    return read


class _Snapshot:
    """Published rulebooks, as a snapshot of the store has them."""

    def __init__(self, connection: Connection) -> None:
        self.registry: Registry = SqlRegistry(connection)
        self.rulebooks: Rulebooks = SqlRulebooks(connection)


def _services(database: Database, key: DataKey) -> Services:
    from nrm.bootstrap_services import KeptServices  # noqa: PLC0415 - what ranks is loaded by whoever ranks

    return KeptServices(_reading(database), key)


def _reading(database: Database) -> Reading:
    def read(work: Callable[[Shelf], T]) -> T:
        with errors_told(), snapshot(database) as connection:
            return work(SqlShelf(connection))

    return read
