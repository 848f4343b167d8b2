"""What the installation keeps beside its cases, by name, in its table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from nrm.casework.errors import StaleVersionError
from nrm.storage.schema_referral import shelf

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_GET: Final = select(shelf.c.version, shelf.c.sealed).where(shelf.c.name == bindparam("the_name"))
_SEEN: Final = select(shelf.c.version).where(shelf.c.name == bindparam("the_name"))
# INVARIANT (one version at a time): the version is compared and raised by one statement.
_CHANGE: Final = (
    update(shelf)
    .where(shelf.c.name == bindparam("the_name"), shelf.c.version == bindparam("seen"))
    .values(version=bindparam("new"), sealed=bindparam("the_sealed"))
    .returning(shelf.c.version)
)
# Of two who put the first version at once PostgreSQL asks the later one to begin again, and then it finds the first.
_ADD: Final = {
    "sqlite": sqlite.insert(shelf).on_conflict_do_nothing().returning(shelf.c.version),
    "postgresql": postgresql.insert(shelf).on_conflict_do_nothing().returning(shelf.c.version),
}


class SqlShelf:
    """`nrm.casework.ports_referral.Shelf` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, name: str, version: int, sealed: bytes) -> None:
        """Put `sealed` in the place of version `version - 1` (1: there was none). Raises `StaleVersionError`."""
        if version == 1:
            add = _ADD[self._connection.dialect.name]
            put = self._connection.scalar(add, {"name": name, "version": version, "sealed": sealed})
        else:
            change = {"the_name": name, "seen": version - 1, "new": version, "the_sealed": sealed}
            put = self._connection.scalar(_CHANGE, change)
        if put is None:
            raise StaleVersionError(version - 1, self._connection.scalar(_SEEN, {"the_name": name}) or 0)

    def get(self, name: str) -> tuple[int, bytes] | None:
        """Return the version and the bytes, or None."""
        found = self._connection.execute(_GET, {"the_name": name}).one_or_none()
        return None if found is None else (found.version, found.sealed)
