"""Starting only when database, schema, keys and log belong together.

INVARIANT (no start on an inconsistent state): a database from an old backup, with the keys of another installation, or
beside a log that has moved on, is refused before anybody reads or writes a case in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from nrm.casework.errors import StoreMisfitError
from nrm.errors import Problem
from nrm.storage import schema
from nrm.storage.engine import snapshot
from nrm.storage.faults import STORE, errors_told
from nrm.storage.installation import recorded
from nrm.storage.log import SqlLog
from nrm.storage.migrate import check_schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

    from nrm.casework.ports import Installation

RootOf = Callable[[Iterable[bytes]], bytes]
"""Gives the root of the tree over entries (RFC 6962); the audit log's, handed over so that the store knows no trees."""


@dataclass(frozen=True)
class Published:
    """What the outside was told of the log last: its size, and the root over its entries."""

    size: int
    root: bytes


def check_fit(engine: Engine, wanted: Installation) -> None:
    """Refuse a database that has another schema, or belongs to other keys or another log.

    Raises:
        StoreMisfitError: says each thing that differs, and what to do.
        StoreError: the database cannot be used.
    """
    check_schema(engine)
    with errors_told(), snapshot(engine) as connection:
        problems = _differences(recorded(connection), wanted)
    if problems:
        raise StoreMisfitError(problems)


def check_published(engine: Engine, published: Published, root_of: RootOf) -> None:
    """Refuse a database whose log is behind what was published, or says something else; reads it page by page.

    Raises:
        StoreMisfitError: says what differs, and what to do.
        StoreError: the database cannot be used.
    """
    with errors_told(), snapshot(engine) as connection:
        problem = _log_problem(connection, published, root_of)
    if problem is not None:
        raise StoreMisfitError(problem)


def _differences(here: Installation, wanted: Installation) -> list[Problem]:
    pairs = [
        ("the keyring", here.keyring.hex(), wanted.keyring.hex(), "use the key store that was made with this database"),
        ("the log's origin", here.origin, wanted.origin, "set the origin back in the configuration"),
        ("the log's key", here.vkey, wanted.vkey, "use the log key that was made with this database"),
    ]
    return [
        Problem(STORE, 0, f"{name} of the database is `{ours}`, not `{given}`", todo)
        for name, ours, given, todo in pairs
        if ours != given
    ]


def _log_problem(connection: Connection, published: Published, root_of: RootOf) -> Problem | None:
    log = SqlLog(connection)
    size = log.peek().size
    last = connection.scalar(select(func.max(schema.leaves.c.position)))
    if size != (0 if last is None else last + 1):
        return Problem(STORE, 0, f"the log says that it has `{size}` entries, and has not", "restore a backup")
    if size < published.size:
        what = f"the log in the database has `{size}` entries, and `{published.size}` are published"
        return Problem(STORE, 0, what, "this is an old copy: restore a newer one, and never publish from this one")
    if root_of(log.leaves(0, published.size)) != published.root:
        what = f"the first `{published.size}` entries in the database are not those that are published"
        return Problem(STORE, 0, what, "stop, keep both, and find out which was altered")
    return None
