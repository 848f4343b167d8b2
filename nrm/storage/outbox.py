"""What is to be delivered, in its table, with leases.

A lease says until when a message is one worker's. Nothing gives it back when a worker dies: it ends by itself, and then
another may take the message. So a message can be delivered twice, and its receiver tells the second time by the
identifier of the message. A restored backup brings its leases along; they have mostly ended by then, as any other does.

To take, to give back and to remove a message is to alter or delete a row that is there. That cannot bring back a row of
a shredded case, so none of them holds the case, and workers do not wait for those who work on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, insert, or_, select, update

from nrm.casework.ports_referral import OutboxRow
from nrm.storage.schema_referral import outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.engine import Connection, Row

    from nrm.storage.rows import Held

_ADD: Final = insert(outbox)
_OF: Final = select(outbox).where(outbox.c.case_id == bindparam("case")).order_by(outbox.c.message_id)

# PostgreSQL: rows that another worker is just taking are passed over, so that all get different ones and none waits.
# SQLite has no such clause and needs none, because one unit of work writes at a time.
_FREE: Final = (
    select(outbox)
    .where(outbox.c.due_at <= bindparam("now"))
    .where(or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= bindparam("now")))
    .order_by(outbox.c.due_at, outbox.c.message_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_ONE: Final = (outbox.c.case_id == bindparam("case"), outbox.c.message_id == bindparam("message"))
_TAKE: Final = (
    update(outbox)
    .where(*_ONE)
    .values(attempts=outbox.c.attempts + 1, lease=bindparam("taker"), leased_until=bindparam("until"))
)
_GET: Final = select(outbox).where(*_ONE)
_OURS: Final = (*_ONE, outbox.c.lease.is_not_distinct_from(bindparam("holder", type_=outbox.c.lease.type)))
_DONE: Final = delete(outbox).where(*_OURS)
_LATER: Final = update(outbox).where(*_OURS).values(due_at=bindparam("then"), lease=None, leased_until=None)
_NEXT_DUE: Final = (
    select(outbox.c.due_at)
    .where(outbox.c.leased_until.is_(None), outbox.c.due_at.is_not(None))
    .order_by(outbox.c.due_at)
    .limit(1)
)
_NEXT_ENDED: Final = (
    select(outbox.c.leased_until).where(outbox.c.leased_until.is_not(None)).order_by(outbox.c.leased_until).limit(1)
)


class SqlOutbox:
    """`nrm.casework.ports_referral.Outbox` on one connection."""

    def __init__(self, connection: Connection, held: Held) -> None:
        self._connection = connection
        self._held = held

    def add(self, row: OutboxRow) -> None:
        """Add a message that nobody has tried yet, whatever `row` says. Raises `NoSuchCaseError` or `ShreddedError`."""
        self._held.hold(row.case)
        self._connection.execute(
            _ADD,
            {
                "case_id": row.case,
                "message_id": row.message,
                "about": row.about,
                "kind": row.kind,
                "due_at": row.due_at,
                "sealed": row.sealed,
                "attempts": 0,
            },
        )

    def claim(self, now: datetime, until: datetime, lease: UUID, most: int) -> Sequence[OutboxRow]:
        """Take up to `most` messages that are due and free, the oldest first; they are `lease`'s until `until`.

        Do this in a unit of work of its own: on PostgreSQL it begins again when another worker took a message after
        the unit of work had begun.
        """
        found = self._connection.execute(_FREE, {"now": now, "most": most}).all()
        taken = [{"case": row.case_id, "message": row.message_id, "taker": lease, "until": until} for row in found]
        if taken:
            self._connection.execute(_TAKE, taken)
        return [_message(row, row.attempts + 1, lease) for row in found]

    def of(self, case: UUID) -> Sequence[OutboxRow]:
        """Return the messages of a case in the order of their identifiers."""
        return [_message(row, row.attempts, row.lease) for row in self._connection.execute(_OF, {"case": case})]

    def get(self, case: UUID, message: UUID) -> OutboxRow | None:
        """Return one message, or None once it is done."""
        row = self._connection.execute(_GET, {"case": case, "message": message}).one_or_none()
        return None if row is None else _message(row, row.attempts, row.lease)

    def done(self, case: UUID, message: UUID, lease: UUID | None) -> bool:
        """Remove a message that was delivered; False when it is not `lease`'s any more (None: nobody's)."""
        ours = {"case": case, "message": message, "holder": lease}
        return self._connection.execute(_DONE, ours).rowcount == 1

    def later(self, case: UUID, message: UUID, lease: UUID, due_at: datetime | None) -> bool:
        """Give a message back, to be tried at `due_at` (None: to be picked up); False as in `done`."""
        ours = {"case": case, "message": message, "holder": lease, "then": due_at}
        return self._connection.execute(_LATER, ours).rowcount == 1

    def next_due(self) -> datetime | None:
        """Return the earliest moment at which a message is due or a lease ends, or None."""
        moments = [self._connection.scalar(_NEXT_DUE), self._connection.scalar(_NEXT_ENDED)]
        return min((moment for moment in moments if moment is not None), default=None)


def _message(row: Row[*tuple[object, ...]], attempts: int, lease: UUID | None) -> OutboxRow:
    return OutboxRow(row.message_id, row.case_id, row.about, row.kind, row.due_at, row.sealed, attempts, lease)
