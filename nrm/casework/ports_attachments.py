"""What the use cases need of a store for attachments: their sealed parts, kept apart from what is known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID


class AttachmentParts(Protocol):
    """The sealed parts of attachments, numbered from 0. They go when their case is shredded."""

    def add(self, case: UUID, attachment: UUID, number: int, sealed: bytes) -> None:
        """Add a part, and hold the case.

        Raises `NoSuchCaseError` or `ShreddedError`, and `StoreError` when the part is there already.
        """

    def part(self, case: UUID, attachment: UUID, number: int) -> bytes | None:
        """Return one part, or None."""

    def remove(self, case: UUID, attachment: UUID) -> int:
        """Remove the parts of an attachment and hold the case; return how many there were (errors as of `add`)."""
