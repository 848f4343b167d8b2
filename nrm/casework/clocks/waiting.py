"""What waits for somebody over all cases that they may see, such as a coordinator for those of every organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from nrm.access import Case
from nrm.casework.asked import permit
from nrm.casework.errors import DeniedError, NoSuchCaseError, ShreddedError
from nrm.casework.items import RUNNING, opened_clock
from nrm.casework.journal import Journal
from nrm.casework.safe import OpenCase
from nrm.referral.escalation import CHASED

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.ports_referral import DueClock
    from nrm.referral.clock import Clock

AHEAD: Final = timedelta(days=30)
"""How far ahead is looked."""

MOST_LOOKED_AT: Final = 1000
"""Clocks that one look goes through at most; the next part of the list goes on behind them."""


@dataclass(frozen=True)
class Waiting:
    """One duty or task, and the case that it is of."""

    case: UUID
    duty: Clock


@dataclass(frozen=True)
class Part:
    """A part of the list; `next` is the place behind which the following one begins, None at the end."""

    items: list[Waiting]
    next: tuple[datetime, UUID] | None


def waiting(desk: Desk, asked: Asked, after: tuple[datetime, UUID] | None = None, most: int = 100) -> Part:
    """Return what falls to the asker's role, or was escalated to it; what the program looks at soonest comes first.

    Only duties and tasks: other clocks tell days of the person. Of each case in the list that is an entry. `after` is
    the `next` of the part before.

    INVARIANT (nobody's tasks hide others'): where many clocks of others come first, a part is short or empty, and says
    where the list goes on.

    Raises:
        DeniedError: the role sees no duties.
        VaultError: a clock cannot be opened.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Part:
        permit(asked, "duty:read", Case)
        found: list[Waiting] = []
        told: set[UUID] = set()
        last, following = after, None
        for looked, one in enumerate(unit.clocks.due(desk.clock() + AHEAD, MOST_LOOKED_AT + 1, after)):
            if len(found) == most or looked == MOST_LOOKED_AT:
                following = last
                break
            last = one.place
            opened = _opened(desk, unit, asked, one)
            if opened is None:
                continue
            case, clock = opened
            if case.case not in told:
                told.add(case.case)
                journal.write(unit, "duty:read", case=case)
            found.append(Waiting(case.case, clock))
        if not told:
            journal.write(unit, "duty:read")
        return Part(found, following)

    return journal.attempt("duty:read", work)


def _opened(desk: Desk, unit: UnitOfWork, asked: Asked, due: DueClock) -> tuple[OpenCase, Clock] | None:
    """Open one clock; None when it is not the asker's, or is over by now."""
    try:
        row = unit.cases.get(due.case)
        permit(asked, "duty:read", Case(row.case, row.organisation))
        case = OpenCase.of(row, desk.keyring)
    except (DeniedError, NoSuchCaseError, ShreddedError):
        return None
    kept = unit.clocks.get(due.case, due.clock)
    if kept is None:
        return None
    clock = opened_clock(case, kept)
    theirs = asked.role == clock.by or asked.role in clock.told
    return (case, clock) if theirs and clock.state in RUNNING and clock.kind in CHASED else None
