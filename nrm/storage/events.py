"""Entries on their way into the log, and their sealed details."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select

from nrm.casework.errors import StoreError
from nrm.casework.ports import EventRow
from nrm.errors import Problem
from nrm.storage import schema
from nrm.storage.faults import STORE
from nrm.storage.together import Together

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.engine import Connection

    from nrm.storage.rows import Held

_DETAILS, _WAITING = schema.details, schema.waiting
_ADD_WAITING: Final = insert(_WAITING)
_ADD_BOTH: Final = Together(_DETAILS, _WAITING)


class SqlEvents:
    """`nrm.casework.ports.Events` on one connection."""

    def __init__(self, connection: Connection, held: Held) -> None:
        self._connection = connection
        self._held = held
        self._turns = count()

    def add(self, row: EventRow) -> None:
        """Add an entry, to be sequenced.

        Raises:
            NoSuchCaseError, ShreddedError: it has details, and they have no case (any more).
            StoreError: it has details and names no case.
        """
        waiting = {"event_id": row.event, "at": row.at, "turn": next(self._turns), "leaf": row.leaf}
        if row.details is None:
            self._connection.execute(_ADD_WAITING, waiting)
            return
        if row.case is None:
            what = "an entry that belongs to no case has sealed details"
            raise StoreError(Problem(STORE, 0, what, "report this as a fault of nrm"))
        self._held.hold(row.case)
        _ADD_BOTH.insert(self._connection, {**waiting, "case_id": row.case, "sealed": row.details}, waiting)

    def of(self, case: UUID) -> Sequence[EventRow]:
        """Return the entries about a case that still have their details, in the order in which they were made."""
        wanted = select(_DETAILS).where(_DETAILS.c.case_id == case)
        ordered = wanted.order_by(_DETAILS.c.at, _DETAILS.c.turn, _DETAILS.c.event_id)
        found = self._connection.execute(ordered)
        return [EventRow(row.event_id, row.case_id, row.at, row.leaf, row.sealed) for row in found]

    def case_of(self, event: UUID) -> UUID | None:
        """Return the case that an entry is about; None when it is about none, or its case was shredded.

        Only oversight asks, now and then: a walk over the keys of the table, and no index that every entry would pay.
        """
        found: UUID | None = self._connection.scalar(select(_DETAILS.c.case_id).where(_DETAILS.c.event_id == event))
        return found
