"""Records that belong to no case, in their table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from nrm.casework.errors import NoSuchRecordError, StaleVersionError, StoreError, TakenError
from nrm.casework.ports_registry import RecordRow
from nrm.errors import Problem
from nrm.storage.faults import STORE
from nrm.storage.schema_registry import records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.engine import Connection

_NAMES: Final = tuple(column.name for column in records.columns)
_ONE: Final = (records.c.kind == bindparam("the_kind"), records.c.record_id == bindparam("the_record"))
_GET: Final = select(records).where(*_ONE)
_MARKED: Final = select(records).where(records.c.kind == bindparam("the_kind"), records.c.mark == bindparam("the_mark"))
# Of two who add the same at once PostgreSQL asks the later one to begin again, and then it finds the first.
_ADD: Final = {
    "sqlite": sqlite.insert(records).on_conflict_do_nothing().returning(records.c.version),
    "postgresql": postgresql.insert(records).on_conflict_do_nothing().returning(records.c.version),
}
# INVARIANT (one version at a time): the version is compared and raised by one statement.
_CHANGE: Final = (
    update(records)
    .where(*_ONE, records.c.version == bindparam("seen"))
    .values({name: bindparam(f"new_{name}") for name in _NAMES if name not in {"kind", "record_id"}})
)
_REMOVE: Final = delete(records).where(*_ONE)
_REMOVE_OWNED: Final = delete(records).where(
    records.c.kind == bindparam("the_kind"), records.c.owner == bindparam("the_owner")
)
_OVER: Final = (
    select(records.c.kind, records.c.record_id)
    .where(records.c.until <= bindparam("now"))
    .order_by(records.c.until, records.c.kind, records.c.record_id)
    .limit(bindparam("most"))
)


class SqlRegistry:
    """`nrm.casework.ports_registry.Registry` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: RecordRow) -> None:
        """Add a record with version 1. Raises `TakenError` when its identifier or its mark is there already."""
        _check(row.version, 1)
        add = _ADD[self._connection.dialect.name]
        if self._connection.scalar(add, dict(zip(_NAMES, _values(row), strict=True))) is None:
            raise TakenError

    def change(self, row: RecordRow, seen: int) -> None:
        """Put `row` in the place of version `seen`.

        Raises:
            NoSuchRecordError: there is none (any more).
            StaleVersionError: another version stands there.
            TakenError: another record has its mark.
        """
        _check(row.version, seen + 1)
        if row.mark is not None:
            other = self.marked(row.kind, row.mark)
            if other is not None and other.record != row.record:
                raise TakenError
        new = {f"new_{name}": value for name, value in zip(_NAMES, _values(row), strict=True)}
        the = {"the_kind": row.kind, "the_record": row.record, "seen": seen}
        if self._connection.execute(_CHANGE, {**new, **the}).rowcount != 1:
            now = self.get(row.kind, row.record)
            raise NoSuchRecordError if now is None else StaleVersionError(seen, now.version)

    def get(self, kind: str, record: UUID) -> RecordRow | None:
        """Return one record, or None."""
        found = self._connection.execute(_GET, {"the_kind": kind, "the_record": record}).one_or_none()
        return None if found is None else RecordRow(*found)

    def marked(self, kind: str, mark: bytes) -> RecordRow | None:
        """Return the record with this mark, or None."""
        found = self._connection.execute(_MARKED, {"the_kind": kind, "the_mark": mark}).one_or_none()
        return None if found is None else RecordRow(*found)

    def listed(self, kind: str, owner: UUID | None, after: UUID | None, most: int) -> Sequence[RecordRow]:
        """Return records of a kind (None: of every owner) in the order of their identifiers."""
        wanted = select(records).where(records.c.kind == kind).order_by(records.c.record_id).limit(most)
        if owner is not None:
            wanted = wanted.where(records.c.owner == owner)
        if after is not None:
            wanted = wanted.where(records.c.record_id > after)
        return [RecordRow(*row) for row in self._connection.execute(wanted)]

    def remove(self, kind: str, record: UUID) -> bool:
        """Remove one record; False when there is none."""
        return self._connection.execute(_REMOVE, {"the_kind": kind, "the_record": record}).rowcount == 1

    def remove_owned(self, kind: str, owner: UUID) -> int:
        """Remove the records of one owner and return how many there were."""
        return self._connection.execute(_REMOVE_OWNED, {"the_kind": kind, "the_owner": owner}).rowcount

    def remove_over(self, now: datetime, most: int) -> int:
        """Remove at most `most` records whose `until` is not after `now`, and return how many."""
        over = self._connection.execute(_OVER, {"now": now, "most": most}).all()
        return sum(self.remove(kind, record) for kind, record in over)


def _values(row: RecordRow) -> tuple[Any, ...]:
    return tuple(vars(row).values())


def _check(version: int, wanted: int) -> None:
    if version != wanted:
        what = f"a record was sealed as version `{version}` and is to be version `{wanted}`; it could not be opened"
        raise StoreError(Problem(STORE, 0, what, "report this as a fault of nrm"))
