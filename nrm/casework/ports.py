"""What the use cases need from the outside: a store whose units of work happen whole or not at all.

`nrm.storage` implements this. Rows hold sealed bytes and codes; nothing in them says who a person is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from nrm.casework.ports_attachments import AttachmentParts
    from nrm.casework.ports_referral import Clocks, Items, Outbox, Referrals, Shelf
    from nrm.casework.ports_registry import Registry

T = TypeVar("T")


@dataclass(frozen=True)
class CaseRow:
    """One case: which version it has, whose it is, and its data key, wrapped.

    `organisation` is the identifier of the organisation that holds the case. `wrapped_key` is None once the case is
    shredded. `now` is the version that stands, where one case was asked for by itself and the store has that version;
    it says nothing of the row, so rows are equal without it.
    """

    case: UUID
    organisation: UUID
    version: int
    opened_at: datetime
    changed_at: datetime
    wrapped_key: bytes | None
    now: VersionRow | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class GroupRow:
    """One group of one version of a case, sealed with the data key of the case."""

    group: str
    version: int
    sealed: bytes


@dataclass(frozen=True)
class VersionRow:
    """One version of a case: the sealed list of what stands since then, and the groups that it brought, each sealed."""

    version: int
    standing: bytes
    groups: tuple[GroupRow, ...]


PackedRow: TypeAlias = "tuple[bytes, int, bytes, bytes]"
"""Packed facts as bulk work takes them: the 16 bytes of the case id, their version, the wrapped key, sealed bytes."""


@dataclass(frozen=True)
class DecisionRow:
    """One decision that was made about a version of a case; `sealed` holds its facts and its plan.

    `rulebook` and `digest` are SHA-256 in hexadecimal: of the rulebook, and of the plan with a salt that is sealed.
    """

    decision: UUID
    case: UUID
    version: int
    made_at: datetime
    on: date
    country: str | None
    rulebook: str
    digest: str
    disputed: bool
    sealed: bytes


@dataclass(frozen=True)
class EventRow:
    """One entry for the log, and its salt and details, sealed with the case's data key (None: it has none).

    `case` is None for what belongs to no case, such as a rotation of keys.
    """

    event: UUID
    case: UUID | None
    at: datetime
    leaf: bytes
    details: bytes | None


@dataclass(frozen=True)
class LogHead:
    """Where the log stands: how many entries it has, and the signed checkpoint over them."""

    size: int
    note: bytes


@dataclass(frozen=True)
class Installation:
    """What belongs together: this store, the keys with which it was made, and its log. `keyring` is its identifier."""

    keyring: bytes
    origin: str
    vkey: str


class Cases(Protocol):
    """Cases and their groups, every version of them."""

    def add(self, row: CaseRow, first: VersionRow, facts: bytes) -> None:
        """Add a new case with its first version; `facts` are its packed facts, sealed."""

    def get(self, case: UUID) -> CaseRow:
        """Return the case with the version that stands. Raises `NoSuchCaseError`."""

    def change(self, case: UUID, following: VersionRow, facts: bytes, at: datetime) -> None:
        """Add a version; `facts` take the place of the packed facts.

        Raises `StaleVersionError` when the case has not the version before it.
        """

    def versions(self, case: UUID, numbers: Collection[int]) -> Sequence[VersionRow]:
        """Return those of these versions that there are, in order."""

    def written(self, case: UUID) -> Sequence[tuple[int, str]]:
        """Return every (version, group) that was written, in order."""

    def listed(self, organisation: UUID | None, after: UUID | None, most: int) -> Sequence[CaseRow]:
        """Return cases in the order of their identifiers, without opening any."""

    def packed(self, after: UUID | None, most: int) -> Sequence[PackedRow]:
        """Return the packed facts of cases that are not shredded, in the order of their identifiers."""

    def rewrap(self, case: UUID, old: bytes, new: bytes) -> bool:
        """Put `new` in the place of the wrapped key `old`; False when another stands there."""

    def shred(self, case: UUID) -> None:
        """Destroy the wrapped key so that its bytes are nowhere in the store once `Store.scrub` has run."""

    def mark(self, case: UUID, marks: Iterable[tuple[str, bytes]]) -> None:
        """Put the (kind, blind index) of the case's identifiers in the place of what stood there.

        Raises `NoSuchCaseError` or `ShreddedError`.
        """

    def marked(self, marks: Iterable[tuple[str, bytes]], besides: UUID) -> Sequence[CaseRow]:
        """Return other cases, not shredded, that have one of these marks."""


class Decisions(Protocol):
    """Decisions as they were made."""

    def add(self, row: DecisionRow) -> None:
        """Add a decision. Raises `NoSuchCaseError` or `ShreddedError`."""

    def of(self, case: UUID) -> Sequence[DecisionRow]:
        """Return the decisions about a case, the oldest first."""

    def newest(self, case: UUID) -> DecisionRow | None:
        """Return the decision that `of` returns last, or None."""

    def get(self, case: UUID, decision: UUID) -> DecisionRow:
        """Return one decision. Raises `NoSuchCaseError`."""


class Rulebooks(Protocol):
    """The files of rulebooks under which decisions were made, by their digest."""

    def add(self, digest: str, archive: bytes) -> None:
        """Keep the files of a rulebook; nothing happens when they are kept already."""

    def get(self, digest: str) -> bytes | None:
        """Return the files, or None."""

    def known(self, digest: str) -> bool:
        """Say whether the files are kept."""


class Events(Protocol):
    """Entries on their way into the log; they are ordered by whoever sequences them."""

    def add(self, row: EventRow) -> None:
        """Add an entry, to be sequenced.

        Details can only be kept with a case that is there: `NoSuchCaseError` or `ShreddedError` otherwise, so the entry
        of a shredding is added before it.
        """

    def of(self, case: UUID) -> Sequence[EventRow]:
        """Return the entries about a case that still have their details, in the order in which they were made."""

    def case_of(self, event: UUID) -> UUID | None:
        """Return the case that an entry is about; None when it is about none, or its case was shredded."""


class Log(Protocol):
    """The sequenced log. `head` locks it: between `head` and the end of the unit of work nobody else appends."""

    def head(self) -> LogHead:
        """Return where the log stands, and keep others from appending until the unit of work ends."""

    def peek(self) -> LogHead:
        """Return where the log stands, without locking it."""

    def waiting(self, most: int) -> Sequence[EventRow]:
        """Return entries that have no position yet, the oldest first, of each the leaf without case and details."""

    def grow(self, most: int, sign: Callable[[Iterator[bytes]], LogHead]) -> int:
        """Give at most `most` waiting entries their positions, the oldest first; return how many got one.

        `sign` gets these entries as they now stand in the log, and returns the new head. Locks the log as `head` does.
        """

    def append(self, start: int, rows: Sequence[EventRow], head: LogHead) -> None:
        """Give `rows` the positions from `start` on and make `head` the new head."""

    def leaves(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the entries from `start` to just under `end`."""

    def position(self, event: UUID) -> int | None:
        """Return the position of an event, or None while it has none."""


class UnitOfWork(Protocol):
    """One transaction: a change, its entries in the log and what follows from it happen together or not at all."""

    cases: Cases
    decisions: Decisions
    rulebooks: Rulebooks
    events: Events
    log: Log
    items: Items
    referrals: Referrals
    clocks: Clocks
    outbox: Outbox
    shelf: Shelf
    registry: Registry
    attachments: AttachmentParts


class Store(Protocol):
    """A store that is open."""

    def run(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do `work` in one transaction and return what it returns.

        It is done again when the database asks for it (SQLSTATE 40001, or a lock that took too long), so `work` must
        have no effect besides. When it raises, nothing of it has happened.

        Raises:
            StoreError: the database is gone, full, cannot be written, or asked too often.
        """

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do `work`, which only reads, on one state of the store; nobody waits for it (errors as in `run`)."""

    def scrub(self) -> None:
        """Make sure that what was deleted or replaced is no longer among the store's bytes (DESIGN §7)."""

    def installation(self) -> Installation:
        """Return what this store belongs to."""
