"""The store: units of work on a database."""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from nrm.casework.errors import StoreDoubtError
from nrm.errors import Problem
from nrm.storage.attachments import SqlAttachmentParts
from nrm.storage.cases import SqlCases
from nrm.storage.clocks import SqlClocks
from nrm.storage.decisions import SqlDecisions
from nrm.storage.engine import WARNED, snapshot
from nrm.storage.events import SqlEvents
from nrm.storage.faults import STORE, errors_told, is_transient, told
from nrm.storage.installation import record, recorded
from nrm.storage.items import SqlItems
from nrm.storage.log import SqlLog
from nrm.storage.outbox import SqlOutbox
from nrm.storage.referrals import SqlReferrals
from nrm.storage.registry import SqlRegistry
from nrm.storage.rows import Held
from nrm.storage.rulebooks import SqlRulebooks
from nrm.storage.scrub import scrub
from nrm.storage.shelf import SqlShelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection, Engine

    from nrm.casework.ports import Cases, Decisions, Events, Installation, Log, Rulebooks, UnitOfWork
    from nrm.casework.ports_attachments import AttachmentParts
    from nrm.casework.ports_referral import Clocks, Items, Outbox, Referrals, Shelf
    from nrm.casework.ports_registry import Registry

T = TypeVar("T")

MOST_TRIES: Final = 12
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 1.0

TURN_SECONDS: Final = 5.0
"""How long a thread waits for its turn, as long as SQLite itself waits (`busy_timeout`)."""


class SqlUnitOfWork:
    """`nrm.casework.ports.UnitOfWork` on one connection that is in a transaction."""

    def __init__(self, connection: Connection) -> None:
        held = Held(connection)
        self.cases: Cases = SqlCases(connection, held)
        self.decisions: Decisions = SqlDecisions(connection, held)
        self.rulebooks: Rulebooks = SqlRulebooks(connection)
        self.events: Events = SqlEvents(connection, held)
        self.log: Log = SqlLog(connection)
        self.items: Items = SqlItems(connection, held)
        self.referrals: Referrals = SqlReferrals(connection, held)
        self.clocks: Clocks = SqlClocks(connection, held)
        self.outbox: Outbox = SqlOutbox(connection, held)
        self.shelf: Shelf = SqlShelf(connection)
        self.registry: Registry = SqlRegistry(connection)
        self.attachments: AttachmentParts = SqlAttachmentParts(connection, held)


class SqlStore:
    """`nrm.casework.ports.Store` on a SQLCipher file or on PostgreSQL.

    Let `nrm.storage.fit.check_fit` look first whether database, keys and log belong together. `sleep` waits so many
    seconds between two tries.
    """

    def __init__(self, engine: Engine, *, sleep: Callable[[float], object] = time.sleep) -> None:
        self._engine = engine
        self._sleep = sleep
        self._turn: Lock | None = Lock() if engine.dialect.name == "sqlite" else None

    @classmethod
    def begin(cls, engine: Engine, installation: Installation) -> SqlStore:
        """Record in a new database, whose schema is there, what it belongs to, and open it.

        Raises:
            StoreMisfitError: it belongs to an installation already, or has no schema.
            StoreError: it cannot be used.
        """
        with errors_told(), engine.begin() as connection:
            record(connection, installation)
        return cls(engine)

    def run(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do `work` in one transaction and return what it returns; what it raises undoes all of it.

        It is done again, at most 12 times, when the database asks for it, when a lock took too long, or when the
        connection was lost before the commit was sent.

        Raises:
            StoreBusyError: the database asked too often.
            StoreDoubtError: the connection was lost during the commit.
            StoreError: the database is gone, full, or cannot be written.
        """
        return self._again(lambda: self._once(work))

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do `work`, which only reads, on one state of the store (errors as in `run`); a write is refused or undone."""

        def once() -> T:
            with snapshot(self._engine) as connection:
                return work(SqlUnitOfWork(connection))

        return self._again(once)

    def scrub(self) -> None:
        """Make sure that what was deleted or replaced is no longer among the store's bytes (see `nrm.storage.scrub`).

        Raises:
            StoreBusyError: somebody read all the time, so that old bytes had to be kept; run it again.
            StoreError: as in `run`.
        """
        self._again(lambda: scrub(self._engine, self._sleep))

    def installation(self) -> Installation:
        """Return what this store belongs to (errors as in `begin`)."""
        with errors_told(), snapshot(self._engine) as connection:
            return recorded(connection)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _again(self, attempt: Callable[[], T]) -> T:
        tries = 0
        while True:
            try:
                return attempt()
            except SQLAlchemyError as error:
                tries += 1
                if tries == MOST_TRIES or not is_transient(error):
                    raise told(error) from None
            # A random pause, so that those who met do not meet again.
            self._sleep(random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**tries)))  # noqa: S311 - no secret

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Wait until no other thread of this process writes into a SQLite file.

        SQLite lets those who wait look again now and then, with pauses that grow, so that some wait for a second while
        others come and go. It stays SQLite's lock that keeps them apart: whoever waited in vain goes on to that one.
        """
        mine = self._turn is not None and self._turn.acquire(timeout=TURN_SECONDS)
        try:
            yield
        finally:
            if mine and self._turn is not None:
                self._turn.release()

    def _once(self, work: Callable[[UnitOfWork], T]) -> T:
        with self._in_turn(), self._engine.connect() as connection:  # whoever leaves it without commit has rolled back
            transaction = connection.begin()
            result = work(SqlUnitOfWork(connection))
            connection.info.get(WARNED, []).clear()
            try:
                transaction.commit()
            except BaseException as error:
                lost = isinstance(error, DBAPIError) and error.connection_invalidated
                connection.invalidate()  # SQLAlchemy would not roll back what failed to commit, but hand it out again
                if lost:
                    what = "the connection was lost during a commit: nobody knows whether the change happened"
                    raise StoreDoubtError(Problem(STORE, 0, what, "look whether it did before repeating it")) from None
                raise
            if connection.info.get(WARNED):
                # A server whose wait for a standby was cut short, also by our own time limit, has committed, and warns.
                what = "the server warned during a commit: nobody knows whether a standby has it"
                raise StoreDoubtError(Problem(STORE, 0, what, "look whether it did before repeating it"))
            return result
