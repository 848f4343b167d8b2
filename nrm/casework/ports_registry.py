"""What the use cases need of a store for what belongs to no case: accounts, sessions, bundles, answers given once.

One table holds them all. Each record has a kind, and may have an owner, a keyed mark by which it is found, and a moment
after which it is removed. All else is sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from nrm.casework.ports import Rulebooks


@dataclass(frozen=True)
class RecordRow:
    """One record; `version` counts up at each change.

    `owner` is the random identifier of what it belongs to, such as an account. `mark` is unique within its kind.
    """

    kind: str
    record: UUID
    version: int
    owner: UUID | None
    mark: bytes | None
    until: datetime | None
    sealed: bytes


class Registry(Protocol):
    """Sealed records of the installation, by kind."""

    def add(self, row: RecordRow) -> None:
        """Add a record with version 1. Raises `TakenError` when its identifier or its mark is there already."""

    def change(self, row: RecordRow, seen: int) -> None:
        """Put `row` (version `seen + 1`) in the place of version `seen`.

        Raises `NoSuchRecordError`, `StaleVersionError`, and `TakenError` when another record has its mark.
        """

    def get(self, kind: str, record: UUID) -> RecordRow | None:
        """Return one record, or None."""

    def marked(self, kind: str, mark: bytes) -> RecordRow | None:
        """Return the record with this mark, or None."""

    def listed(self, kind: str, owner: UUID | None, after: UUID | None, most: int) -> Sequence[RecordRow]:
        """Return records of a kind (None: of every owner) in the order of their identifiers."""

    def remove(self, kind: str, record: UUID) -> bool:
        """Remove one record; False when there is none."""

    def remove_owned(self, kind: str, owner: UUID) -> int:
        """Remove the records of one owner and return how many there were."""

    def remove_over(self, now: datetime, most: int) -> int:
        """Remove at most `most` records whose `until` is not after `now`, and return how many."""


class WithRegistry(Protocol):
    """A unit of work, or a snapshot, as far as it has these records."""

    registry: Registry


class WithRulebooks(Protocol):
    """A unit of work, or a snapshot, as far as it has files of rulebooks."""

    rulebooks: Rulebooks


class ReadsRulebooks(WithRegistry, WithRulebooks, Protocol):
    """What reads published rulebooks: their records and their files."""
