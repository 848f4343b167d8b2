"""What a database driver says, told as errors of the store.

The driver's own words are dropped, because they may hold a value ("Key (x)=(y) already exists"), an address or a name.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from nrm.casework.errors import StoreBusyError, StoreError, StoreMisfitError
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

STORE: Final = "store"
"""What a problem names as its file: a database has no lines."""

# SQLSTATE of PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html
_AGAIN: Final = {"40001", "40P01", "55P03"}
# Primary result codes of SQLite: https://sqlite.org/rescode.html
_BUSY, _LOCKED, _READONLY, _IO, _CORRUPT, _FULL, _CANNOT_OPEN, _CONSTRAINT, _NOT_A_DATABASE = (
    5,
    6,
    8,
    10,
    11,
    13,
    14,
    19,
    26,
)

_WORDS: Final[dict[str | int, tuple[str, str]]] = {
    _READONLY: (
        "the database cannot be written",
        "check the rights of its file and folder, and how the disk is mounted",
    ),
    _IO: (
        "the disk failed while the database was read or written",
        "check the disk, and restore a backup if it is broken",
    ),
    _CORRUPT: ("the database file is damaged", "restore a backup"),
    _FULL: ("the disk is full", "make room"),
    _CANNOT_OPEN: ("the database file cannot be opened", "check that it is there, and the rights of its folder"),
    _CONSTRAINT: ("a row is there already, or belongs to nothing that is there", "check the identifier"),
    _NOT_A_DATABASE: ("the key does not open the database, or the file is no database", "check the key and the file"),
    "22": ("a value does not fit its column", "report this as a fault of nrm"),
    "23": ("a row is there already, or belongs to nothing that is there", "check the identifier"),
    "25006": ("the database cannot be written", "connect to the primary server, not to a standby"),
    "28": ("the database refuses us", "check name and password in the configuration"),
    "42501": ("the database refuses us the right to do this", "give the right to the role of nrm"),
    "53100": ("the disk of the database is full", "make room"),
    "53": ("the database has no room or connections left", "give it more, or start fewer processes"),
    "57014": ("the database took too long", "look at what else it is doing, and try again"),
}
_GONE: Final = ("the database is gone", "check that its server runs, then try again")
_UNKNOWN: Final = ("the database failed", "look at its own log")
NO_SCHEMA: Final = ("the database has no schema of nrm, or an older one", "run `nrm db upgrade`")


def is_transient(error: SQLAlchemyError) -> bool:
    """Say whether the same unit of work may succeed when it is done again: conflict, lock, or a connection lost."""
    if not isinstance(error, DBAPIError):
        return False
    state = _sqlstate(error)
    if state is not None and (state in _AGAIN or state.startswith("57P")):
        return True
    return _sqlite_code(error) in {_BUSY, _LOCKED} or error.connection_invalidated


def told(error: SQLAlchemyError) -> StoreError:
    """Return the error of the store that says what the driver met; it holds nothing of the driver's words."""
    if isinstance(error, PoolTimeoutError):
        return StoreBusyError(Problem(STORE, 0, "all connections to the database are in use", "try again"))
    if not isinstance(error, DBAPIError):
        return StoreError(Problem(STORE, 0, "a statement does not fit the database", "report this as a fault of nrm"))
    if is_transient(error) and not error.connection_invalidated:
        return busy()
    state, code = _sqlstate(error), _sqlite_code(error)
    if state in {"42P01", "42703"} or str(error.orig).startswith(("no such table", "no such column")):
        return StoreMisfitError(Problem(STORE, 0, *NO_SCHEMA))
    keys = (state, state[:2]) if state else (code,)
    words = next((_WORDS[key] for key in keys if key in _WORDS), None)
    if words is None:
        words = _GONE if error.connection_invalidated or (state is None and code is None) else _UNKNOWN
    return StoreError(Problem(STORE, 0, *words))


def busy() -> StoreBusyError:
    """Return the error for a database that others keep busy."""
    return StoreBusyError(Problem(STORE, 0, "others keep the database busy", "try again"))


@contextmanager
def errors_told() -> Iterator[None]:
    """Let no exception of a driver out; `from None`, because a chained one would carry the driver's words along."""
    try:
        yield
    except SQLAlchemyError as error:
        raise told(error) from None


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _sqlite_code(error: DBAPIError) -> int | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
