"""What is to be done later, in its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert

from nrm.storage import schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from nrm.casework.ports import OutboxRow
    from nrm.storage.rows import Held


class SqlOutbox:
    """`nrm.casework.ports.Outbox` on one connection."""

    def __init__(self, connection: Connection, held: Held) -> None:
        self._connection = connection
        self._held = held

    def add(self, row: OutboxRow) -> None:
        """Add a message. Raises `NoSuchCaseError` and `ShreddedError`."""
        self._held.hold(row.case)
        self._connection.execute(
            insert(schema.outbox),
            {
                "case_id": row.case,
                "message_id": row.message,
                "kind": row.kind,
                "due_at": row.due_at,
                "sealed": row.sealed,
            },
        )
