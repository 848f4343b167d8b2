"""What referral needs of a store besides cases: sealed items, referrals, clocks, an outbox with leases, and a shelf.

Rows hold sealed bytes, codes and times. `version` counts up at each change; whoever changes a row names the version
that they have seen. Every row belongs to a case and goes when the case is shredded, except those of the shelf.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True)
class ItemRow:
    """One thing of a kind (`consent`, `choice`, `feedback`, `link`, `attachment`) that is kept with a case."""

    case: UUID
    kind: str
    item: UUID
    version: int
    at: datetime
    sealed: bytes


@dataclass(frozen=True)
class ReferralRow:
    """One referral. `mark` is a keyed mark of the service, so that its own referrals are found without a name."""

    case: UUID
    referral: UUID
    version: int
    state: str
    mark: bytes
    changed_at: datetime
    sealed: bytes


@dataclass(frozen=True)
class ClockRow:
    """One clock; `due_at` is when it is to be looked at next, None when it has stopped."""

    case: UUID
    clock: UUID
    version: int
    kind: str
    due_at: datetime | None
    level: int
    sealed: bytes


@dataclass(frozen=True)
class DueClock:
    """A clock that a scan found: where it is, and no sealed bytes, so that a scan of many is quick."""

    case: UUID
    clock: UUID
    due_at: datetime

    @property
    def place(self) -> tuple[datetime, UUID]:
        """Its place in the order in which clocks are looked at."""
        return self.due_at, self.clock


@dataclass(frozen=True)
class OutboxRow:
    """Something to be delivered for certain: `about` is the referral, `kind` says what (`package`, `revocation`).

    `due_at` is when to try (again), None while it waits to be picked up by the service. `lease` is set while a worker
    has it, and `attempts` counts how often one began.
    """

    message: UUID
    case: UUID
    about: UUID
    kind: str
    due_at: datetime | None
    sealed: bytes
    attempts: int = 0
    lease: UUID | None = None


class Items(Protocol):
    """Sealed things of a case that are no group of its record."""

    def add(self, row: ItemRow) -> None:
        """Add an item with version 1. Raises `NoSuchCaseError` or `ShreddedError`."""

    def change(self, row: ItemRow, seen: int) -> None:
        """Put `row` (version `seen + 1`) in the place of version `seen`.

        Raises `StaleVersionError` when another version stands there, `NoSuchCaseError`, `ShreddedError`.
        """

    def remove(self, case: UUID, kind: str, item: UUID) -> bool:
        """Remove an item and hold the case; False when there is none. Raises `NoSuchCaseError` or `ShreddedError`."""

    def of(self, case: UUID, kinds: Iterable[str]) -> Sequence[ItemRow]:
        """Return the items of these kinds, the oldest first (`at`, then `item`)."""


class Referrals(Protocol):
    """The referrals of all cases. A change holds its case until the unit of work ends."""

    def add(self, row: ReferralRow) -> None:
        """Add a referral with version 1. Raises `NoSuchCaseError` or `ShreddedError`."""

    def change(self, row: ReferralRow, seen: int) -> None:
        """Put `row` (version `seen + 1`) in the place of version `seen` (errors as `Items.change`)."""

    def of(self, case: UUID) -> Sequence[ReferralRow]:
        """Return the referrals of a case in the order of their identifiers, with the case held."""

    def find(self, referral: UUID) -> ReferralRow | None:
        """Return the referral with this identifier, whosesoever it is."""

    def marked(self, mark: bytes, states: Iterable[str], after: UUID | None, most: int) -> Sequence[ReferralRow]:
        """Return referrals to one service in these states, in the order of their identifiers."""


class Clocks(Protocol):
    """The clocks of all cases."""

    def add(self, rows: Iterable[ClockRow]) -> None:
        """Add clocks with version 1. Raises `NoSuchCaseError` or `ShreddedError`."""

    def change(self, row: ClockRow, seen: int) -> None:
        """Put `row` (version `seen + 1`) in the place of version `seen` (errors as `Items.change`)."""

    def of(self, case: UUID) -> Sequence[ClockRow]:
        """Return all clocks of a case in the order of their identifiers."""

    def get(self, case: UUID, clock: UUID) -> ClockRow | None:
        """Return one clock, or None when there is none (any more)."""

    def due(self, now: datetime, most: int, after: tuple[datetime, UUID] | None = None) -> Sequence[DueClock]:
        """Return running clocks whose `due_at` is not after `now`, the oldest first (`due_at`, then `clock`).

        With `after`, those behind that place.

        Whoever acts on one reads it again (`get`) in the unit of work that does so.
        """

    def next_due(self) -> datetime | None:
        """Return the earliest `due_at` of all clocks, or None."""


class Outbox(Protocol):
    """What is to be delivered after the unit of work, whose effect happens exactly once for the receiver."""

    def add(self, row: OutboxRow) -> None:
        """Add a message. Raises `NoSuchCaseError` or `ShreddedError`."""

    def claim(self, now: datetime, until: datetime, lease: UUID, most: int) -> Sequence[OutboxRow]:
        """Take up to `most` messages that are due and whose lease, if any, is over; they are `lease`'s until `until`.

        `attempts` of each is counted up by one. Workers that claim at the same time get different messages.
        """

    def of(self, case: UUID) -> Sequence[OutboxRow]:
        """Return the messages of a case in the order of their identifiers."""

    def get(self, case: UUID, message: UUID) -> OutboxRow | None:
        """Return one message, or None once it is done."""

    def done(self, case: UUID, message: UUID, lease: UUID | None) -> bool:
        """Remove a message that was delivered; False when it is not `lease`'s any more (None: nobody's)."""

    def later(self, case: UUID, message: UUID, lease: UUID, due_at: datetime | None) -> bool:
        """Give a message back, to be tried at `due_at` (None: to be picked up); False as in `done`."""

    def next_due(self) -> datetime | None:
        """Return the earliest moment at which a message is due or a lease ends, or None."""


class Shelf(Protocol):
    """Sealed things of the installation that belong to no case, by name: the directory and what stands beside it."""

    def put(self, name: str, version: int, sealed: bytes) -> None:
        """Put `sealed` in the place of version `version - 1` (1: there was none). Raises `StaleVersionError`."""

    def get(self, name: str) -> tuple[int, bytes] | None:
        """Return the version and the bytes, or None."""
