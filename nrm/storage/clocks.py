"""Clocks in their table. What is due is read along one index, so that a scan costs what it finds and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select, tuple_

from nrm.casework.ports_referral import ClockRow, DueClock
from nrm.storage.schema_referral import clocks
from nrm.storage.versioned import Versioned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.engine import Connection

    from nrm.storage.rows import Held

_WRITTEN: Final = Versioned[ClockRow](clocks)
_OF: Final = select(clocks).where(clocks.c.case_id == bindparam("case")).order_by(clocks.c.clock_id)
_GET: Final = select(clocks).where(clocks.c.case_id == bindparam("case"), clocks.c.clock_id == bindparam("clock"))
_IN_ORDER: Final = (clocks.c.due_at, clocks.c.clock_id)
_PLACE: Final = ("at", "clock")
_DUE: Final = (
    select(clocks.c.case_id, clocks.c.clock_id, clocks.c.due_at)  # nothing that is not in the index
    .where(clocks.c.due_at <= bindparam("now"))
    .order_by(*_IN_ORDER)
    .limit(bindparam("most"))
)
_DUE_AFTER: Final = _DUE.where(
    tuple_(*_IN_ORDER) > tuple_(*(bindparam(name, type_=one.type) for name, one in zip(_PLACE, _IN_ORDER, strict=True)))
)
_NEXT: Final = select(clocks.c.due_at).where(clocks.c.due_at.is_not(None)).order_by(*_IN_ORDER).limit(1)


class SqlClocks:
    """`nrm.casework.ports_referral.Clocks` on one connection."""

    def __init__(self, connection: Connection, held: Held) -> None:
        self._connection = connection
        self._held = held

    def add(self, rows: Iterable[ClockRow]) -> None:
        """Add clocks with version 1 (errors as `Versioned.add`)."""
        _WRITTEN.add(self._connection, self._held, rows)

    def change(self, row: ClockRow, seen: int) -> None:
        """Put `row` in the place of version `seen` (errors as `Versioned.change`)."""
        _WRITTEN.change(self._connection, self._held, row, seen)

    def of(self, case: UUID) -> Sequence[ClockRow]:
        """Return all clocks of a case in the order of their identifiers."""
        return [ClockRow(*row) for row in self._connection.execute(_OF, {"case": case})]

    def get(self, case: UUID, clock: UUID) -> ClockRow | None:
        """Return one clock, or None when there is none (any more)."""
        found = self._connection.execute(_GET, {"case": case, "clock": clock}).one_or_none()
        return None if found is None else ClockRow(*found)

    def due(self, now: datetime, most: int, after: tuple[datetime, UUID] | None = None) -> Sequence[DueClock]:
        """Return running clocks whose `due_at` is not after `now`, the oldest first (`due_at`, then `clock`).

        With `after`, those behind that place.

        A case may be shredded, or a clock stopped, after they were read: whoever acts on a clock holds its case first,
        by writing or by `Referrals.of`, and then reads it again.
        """
        given = {"now": now, "most": most}
        if after is None:
            return [DueClock(*row) for row in self._connection.execute(_DUE, given)]
        behind = dict(zip(_PLACE, after, strict=True))
        return [DueClock(*row) for row in self._connection.execute(_DUE_AFTER, {**given, **behind})]

    def next_due(self) -> datetime | None:
        """Return the earliest `due_at` of all clocks, or None."""
        return self._connection.scalar(_NEXT)
