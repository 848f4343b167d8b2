"""Things kept with a case besides its record: ledger, choices, feedback, links, clocks, referrals; sealed one by one.

INVARIANT (an item is where it was put): each carries its own identifier inside, and is refused under another one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from pydantic import ValidationError

from nrm.casework.errors import StaleVersionError
from nrm.casework.ports import GroupRow
from nrm.casework.ports_referral import ClockRow, ItemRow, ReferralRow
from nrm.casework.referral_errors import NoSuchReferralError
from nrm.referral.clock import Clock
from nrm.referral.consent import Answer
from nrm.referral.family import Link
from nrm.referral.referral import Referral
from nrm.referral.voice import Choice, Feedback
from nrm.rulebook.wording import Model
from nrm.vault.errors import MisplacedError, of_vault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from nrm.casework.ports import UnitOfWork
    from nrm.casework.safe import OpenCase


M = TypeVar("M", bound=Model)


class Thing(Protocol):
    """What can be kept with a case: it carries its own identifier."""

    @property
    def id(self) -> UUID:
        """Its identifier."""

    def model_dump_json(self) -> str:
        """Return it as JSON."""


CONSENT, CHOICE, FEEDBACK, LINK = "consent", "choice", "feedback", "link"
GLASS, ACCESS_LINK = "glass", "access_link"
REFERRAL, CLOCK, MESSAGE = "referral", "clock", "message"
"""The kinds of things; each is the name under which they are sealed."""

CHASED, WAKE = "chased", "wake"
"""What the store is told of a clock's kind: that somebody must stop it, or that it rings once.

No more than that, because who has a clock for an 18th birthday is a child.
"""

RUNNING = frozenset({"running", "late"})
"""The states of a clock that still runs."""


def sealed(case: OpenCase, kind: str, version: int, thing: Thing) -> bytes:
    """Return `thing` as sealed JSON."""
    return case.seal(kind, version, thing.model_dump_json().encode()).sealed


def unsealed(case: OpenCase, kind: str, version: int, data: bytes, named: UUID, model: type[M]) -> M:
    """Return what `sealed` sealed.

    Raises:
        MisplacedError: it is another one than the store says.
        VaultError: it cannot be opened.
    """
    held = case.open(GroupRow(kind, version, data))
    try:
        found = model.model_validate_json(held)
    except ValidationError:  # its text quotes what was read
        what = "a thing of a case is not of the form that this version writes"
        raise MisplacedError(of_vault(what, "restore a backup, or use the version that wrote it")) from None
    if getattr(found, "id", None) != named:
        raise MisplacedError(of_vault("the store has one thing of a case in the place of another", "restore a backup"))
    return found


def add_item(unit: UnitOfWork, case: OpenCase, kind: str, at: datetime, thing: Thing) -> None:
    """Keep one more thing with the case."""
    unit.items.add(ItemRow(case.case, kind, thing.id, 1, at, sealed(case, kind, 1, thing)))


def change_item(unit: UnitOfWork, case: OpenCase, row: ItemRow, thing: Thing) -> None:
    """Put `thing` in the place of what `row` holds. Raises `StaleVersionError`."""
    version = row.version + 1
    new = ItemRow(case.case, row.kind, row.item, version, row.at, sealed(case, row.kind, version, thing))
    unit.items.change(new, row.version)


def items_of(unit: UnitOfWork, case: OpenCase, kind: str, model: type[M]) -> list[tuple[ItemRow, M]]:
    """Return the things of one kind that are kept with a case, the oldest first, with their rows."""
    rows = unit.items.of(case.case, (kind,))
    return [(row, unsealed(case, kind, row.version, row.sealed, row.item, model)) for row in rows]


def ledger(unit: UnitOfWork, case: OpenCase) -> list[Answer]:
    """Return the consent ledger, the oldest line first."""
    return [one for _, one in items_of(unit, case, CONSENT, Answer)]


def choices(unit: UnitOfWork, case: OpenCase) -> list[Choice]:
    """Return what the person wanted and did not want, the oldest first."""
    return [one for _, one in items_of(unit, case, CHOICE, Choice)]


def feedback(unit: UnitOfWork, case: OpenCase) -> list[Feedback]:
    """Return what the person said of services, the oldest first."""
    return [one for _, one in items_of(unit, case, FEEDBACK, Feedback)]


def links(unit: UnitOfWork, case: OpenCase) -> list[tuple[ItemRow, Link]]:
    """Return the links to cases of relatives that were not ended, with their rows."""
    return [(row, one) for row, one in items_of(unit, case, LINK, Link) if not one.ended]


def newest_moment(now: datetime, said: Iterable[Answer | Choice]) -> datetime:
    """Return `now`, or the first moment after all of `said`.

    INVARIANT (what is said last is newest): a clock that was put back makes no older yes stand above a no.
    """
    return max([now, *(one.at + timedelta.resolution for one in said)])


def add_clocks(unit: UnitOfWork, case: OpenCase, clocks: Iterable[tuple[Clock, datetime | None]]) -> None:
    """Start clocks, each with the moment at which it is to be looked at."""
    unit.clocks.add(
        ClockRow(case.case, one.id, 1, _told(one), look_at, one.level, sealed(case, CLOCK, 1, one))
        for one, look_at in clocks
    )


def change_clock(unit: UnitOfWork, case: OpenCase, row: ClockRow, clock: Clock, look_at: datetime | None) -> None:
    """Put a clock in the place of the one in `row`; `look_at` is None once it has stopped.

    Raises:
        StaleVersionError: somebody else changed it.
    """
    version = row.version + 1
    data = sealed(case, CLOCK, version, clock)
    unit.clocks.change(ClockRow(case.case, clock.id, version, _told(clock), look_at, clock.level, data), row.version)


def _told(clock: Clock) -> str:
    return CHASED if clock.kind in {"duty", "task"} else WAKE


def opened_clock(case: OpenCase, row: ClockRow) -> Clock:
    """Open one clock."""
    return unsealed(case, CLOCK, row.version, row.sealed, row.clock, Clock)


def clocks_of(unit: UnitOfWork, case: OpenCase) -> list[tuple[ClockRow, Clock]]:
    """Return all clocks of a case, also those that have stopped."""
    return [(row, opened_clock(case, row)) for row in unit.clocks.of(case.case)]


def opened_referral(case: OpenCase, row: ReferralRow) -> Referral:
    """Open one referral.

    Raises:
        MisplacedError: the state that the store says in clear is not that of the referral.
    """
    found = unsealed(case, REFERRAL, row.version, row.sealed, row.referral, Referral)
    if found.state != row.state:
        raise MisplacedError(of_vault("the store says another state of a referral than it has", "restore a backup"))
    return found


def referrals_of(unit: UnitOfWork, case: OpenCase) -> list[tuple[ReferralRow, Referral]]:
    """Return the referrals of a case, and hold the case, so that nobody else changes one of them meanwhile."""
    return [(row, opened_referral(case, row)) for row in unit.referrals.of(case.case)]


def add_referral(unit: UnitOfWork, case: OpenCase, mark: bytes, at: datetime, one: Referral) -> ReferralRow:
    """Keep a new referral and return its row."""
    row = ReferralRow(case.case, one.id, 1, one.state, mark, at, sealed(case, REFERRAL, 1, one))
    unit.referrals.add(row)
    return row


def change_referral(unit: UnitOfWork, case: OpenCase, row: ReferralRow, at: datetime, one: Referral) -> ReferralRow:
    """Put `one` in the place of the referral in `row`, and return the new row. Raises `StaleVersionError`."""
    version = row.version + 1
    new = ReferralRow(case.case, one.id, version, one.state, row.mark, at, sealed(case, REFERRAL, version, one))
    unit.referrals.change(new, row.version)
    return new


def referral_of(
    unit: UnitOfWork, case: OpenCase, referral: UUID, seen: int | None = None
) -> tuple[ReferralRow, Referral]:
    """Return one referral of a case, and hold the case.

    Raises:
        NoSuchReferralError: the case has none with this identifier.
        StaleVersionError: it changed since version `seen`.
    """
    row = next((row for row in unit.referrals.of(case.case) if row.referral == referral), None)
    if row is None:
        raise NoSuchReferralError
    if seen is not None and seen != row.version:
        raise StaleVersionError(seen, row.version)
    return row, opened_referral(case, row)
