"""The sequenced log in its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, bindparam, delete, func, insert, select, update

from nrm.casework.errors import StoreError, StoreMisfitError
from nrm.casework.ports import EventRow, LogHead
from nrm.errors import Problem
from nrm.storage import schema
from nrm.storage.faults import STORE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from uuid import UUID

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

PAGE: Final = 1_000
"""How many entries are read at once."""

_HEAD, _LEAVES, _WAITING = schema.head, schema.leaves, schema.waiting
_IN_ORDER: Final = (_WAITING.c.at, _WAITING.c.turn, _WAITING.c.event_id)

# Waiting entries get their places inside the database, so that none has to travel there and back.
_OLDEST: Final = select(_WAITING).order_by(*_IN_ORDER).limit(bindparam("most")).subquery()
_NUMBER: Final = func.row_number().over(order_by=[_OLDEST.c[one.name] for one in _IN_ORDER])
_PLACE: Final = _NUMBER + (bindparam("start", type_=BigInteger) - 1)
_TAKE: Final = (
    insert(_LEAVES)
    .from_select(["position", "event_id", "leaf"], select(_PLACE, _OLDEST.c.event_id, _OLDEST.c.leaf))
    .execution_options(preserve_rowcount=True)
)
_STANDS: Final = select(_HEAD)
_LOCKED: Final = _STANDS.with_for_update()  # on SQLite the unit of work holds the whole file
_MOVE: Final = (
    update(_HEAD).where(_HEAD.c.size == bindparam("start")).values(size=bindparam("to"), note=bindparam("signed"))
)
_RANGE: Final = (
    select(_LEAVES.c.leaf)
    .where(_LEAVES.c.position >= bindparam("first"), _LEAVES.c.position < bindparam("last"))
    .order_by(_LEAVES.c.position)
)
_TAKEN: Final = delete(_WAITING).where(
    _WAITING.c.event_id.in_(select(_LEAVES.c.event_id).where(_LEAVES.c.position >= bindparam("start")))
)


class SqlLog:
    """`nrm.casework.ports.Log` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def head(self) -> LogHead:
        """Return where the log stands, and keep others from appending until the unit of work ends.

        Raises `StoreMisfitError` when this store has no log yet.
        """
        return self._head(_LOCKED)

    def peek(self) -> LogHead:
        """Return where the log stands, without locking it (errors as in `head`)."""
        return self._head(_STANDS)

    def waiting(self, most: int) -> Sequence[EventRow]:
        """Return entries that have no position yet, the oldest first: of each the leaf, not case and details."""
        ordered = select(_WAITING).order_by(*_IN_ORDER).limit(most)
        return [EventRow(row.event_id, None, row.at, row.leaf, None) for row in self._connection.execute(ordered)]

    def grow(self, most: int, sign: Callable[[Iterator[bytes]], LogHead]) -> int:
        """Give at most `most` waiting entries their positions, the oldest first; return how many got one.

        `sign` gets these entries as they now stand in the log, and returns the new head. Locks the log as `head` does.
        The invariant of `append` holds here too.

        Raises `StoreMisfitError` as `head`, and `StoreError` as `append`.
        """
        start = self.head().size
        count = self._connection.execute(_TAKE, {"start": start, "most": most}).rowcount
        if count:
            if self._connection.execute(_TAKEN, {"start": start}).rowcount != count:
                raise StoreError(Problem(STORE, 0, "the log has entries beyond its head", _FAULT))
            head = sign(self.leaves(start, start + count))
            if head.size != start + count or not self._move(start, head):
                raise _not_there(start, count)
        return count

    def append(self, start: int, rows: Sequence[EventRow], head: LogHead) -> None:
        """Give `rows` the positions from `start` on and make `head` the new head.

        INVARIANT (the log has no gap and no entry twice): the head moves only from `start`, by as many entries as there
        are, and each of them was waiting until now.

        A store that has no log yet gets one from `append(0, (), head)`.

        Raises `StoreError` when that does not hold; the unit of work must end with it.
        """
        if head.size != start + len(rows) or not self._move(start, head):
            raise _not_there(start, len(rows))
        for first in range(0, len(rows), PAGE):
            page = rows[first : first + PAGE]
            taken = delete(_WAITING).where(_WAITING.c.event_id.in_([row.event for row in page]))
            if self._connection.execute(taken).rowcount != len(page):
                raise StoreError(Problem(STORE, 0, "an entry has a position already, or was never waiting", _FAULT))
            placed = enumerate(page, start + first)
            values = [{"position": place, "event_id": row.event, "leaf": row.leaf} for place, row in placed]
            self._connection.execute(insert(_LEAVES), values)

    def leaves(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the entries from `start` to just under `end`; they are read page by page, within the unit of work.

        Raises `StoreError` when one is missing, or the unit of work is over.
        """
        for first in range(start, end, PAGE):
            if self._connection.closed:
                raise StoreError(Problem(STORE, 0, "entries were read after their unit of work", "read them within it"))
            last = min(end, first + PAGE)
            found = self._connection.scalars(_RANGE, {"first": first, "last": last}).all()
            if len(found) != last - first:
                what = f"the log has no entries, or not all, from `{first}` to `{last}`"
                raise StoreError(Problem(STORE, 0, what, "ask for entries under its size, or restore a backup"))
            yield from found

    def position(self, event: UUID) -> int | None:
        """Return the position of an event, or None while it has none."""
        place: int | None = self._connection.scalar(select(_LEAVES.c.position).where(_LEAVES.c.event_id == event))
        return place

    def _move(self, start: int, head: LogHead) -> bool:
        moved = {"start": start, "to": head.size, "signed": head.note}
        if self._connection.execute(_MOVE, moved).rowcount == 1:
            return True
        if start or head.size or self._connection.execute(_STANDS).first() is not None:
            return False
        self._connection.execute(insert(_HEAD).values(id=schema.ONLY, size=head.size, note=head.note))
        return True

    def _head(self, wanted: Select[*tuple[object, ...]]) -> LogHead:
        found = self._connection.execute(wanted).one_or_none()
        if found is None:
            what = "the store has no log yet"
            raise StoreMisfitError(Problem(STORE, 0, what, "make an installation, or restore a backup"))
        return LogHead(found.size, found.note)


_FAULT: Final = "lock the log with `head` and read what waits in the same unit of work"


def _not_there(start: int, count: int) -> StoreError:
    what = f"the log does not stand at `{start}`, or does not grow by `{count}` entries"
    return StoreError(Problem(STORE, 0, what, _FAULT))
