"""The sealed parts of attachments, in their table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, insert, select

from nrm.storage.schema_registry import parts

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.engine import Connection

    from nrm.storage.rows import Held

_ALL: Final = (parts.c.case_id == bindparam("case"), parts.c.attachment_id == bindparam("attachment"))
_ADD: Final = insert(parts)
_PART: Final = select(parts.c.sealed).where(*_ALL, parts.c.number == bindparam("part"))
_REMOVE: Final = delete(parts).where(*_ALL)


class SqlAttachmentParts:
    """`nrm.casework.ports_attachments.AttachmentParts` on one connection."""

    def __init__(self, connection: Connection, held: Held) -> None:
        self._connection = connection
        self._held = held

    def add(self, case: UUID, attachment: UUID, number: int, sealed: bytes) -> None:
        """Add a part, and hold the case. Raises `NoSuchCaseError`, `ShreddedError`; `StoreError` when it is there."""
        self._held.hold(case)
        row = {"case_id": case, "attachment_id": attachment, "number": number, "sealed": sealed}
        self._connection.execute(_ADD, row)

    def part(self, case: UUID, attachment: UUID, number: int) -> bytes | None:
        """Return one part, or None."""
        return self._connection.scalar(_PART, {"case": case, "attachment": attachment, "part": number})

    def remove(self, case: UUID, attachment: UUID) -> int:
        """Remove the parts of an attachment and hold the case; return how many there were (errors as of `add`)."""
        self._held.hold(case)
        return self._connection.execute(_REMOVE, {"case": case, "attachment": attachment}).rowcount
