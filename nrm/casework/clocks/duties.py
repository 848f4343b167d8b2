"""What is to be done for a case and by whom: duties of the plan, and tasks, until somebody says that they are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nrm.casework.clocks.follow_up import settle, stop
from nrm.casework.errors import CaseworkError, NoSuchCaseError
from nrm.casework.items import RUNNING, clocks_of
from nrm.casework.work import Work, on_case, read_case
from nrm.errors import Problem
from nrm.referral.escalation import CHASED

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.referral.clock import Clock

COORDINATOR: Final = "coordinator"
"""The role that sees what is to be done for the cases of every organisation, and no group of any."""

REVIEWED: Final = frozenset({"glass_broken"})
"""Tasks that are not done by saying so: a review ends them (`nrm.casework.cases.glass`)."""


def duties(desk: Desk, asked: Asked, case: UUID) -> list[Clock]:
    """Return everything that is to be done for a case, what is due first coming first.

    Raises:
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: the case cannot be opened by this asker, or at all.
    """
    running = [one for _, one in read_case(desk, asked, case, "duty:read", clocks_of) if one.state in RUNNING]
    if asked.role == COORDINATOR:  # the other clocks tell days of the person, such as that of coming of age
        running = [clock for clock in running if clock.kind in CHASED]
    return sorted(running, key=lambda clock: (clock.due, clock.code))


def finish(desk: Desk, asked: Asked, case: UUID, duty: UUID) -> Clock:
    """Note that a duty or a task is done; a task that held an open offer is followed by whatever holds it then.

    Raises:
        NoSuchCaseError: there is no such case for this asker, or no such duty that is open.
        ReviewNeededError: only a review ends this task.
        DeniedError, ShreddedError, VaultError: the case cannot be opened by this asker, or at all.
    """

    def end(work: Work) -> Clock:
        for row, clock in clocks_of(work.unit, work.case):
            if clock.id == duty and clock.state in RUNNING and clock.kind in CHASED:
                if clock.code in REVIEWED:
                    raise ReviewNeededError
                stop(work, row, clock)
                told = {"duty": clock.code, "by": asked.role}
                work.journal.write(work.unit, "duty:done", case=work.case, details=told)
                settle(work)
                return clock.model_copy(update={"state": "done"})
        raise NoSuchCaseError

    return on_case(desk, asked, case, "duty:done", end)


class ReviewNeededError(CaseworkError):
    """The task ends with a review, and in no other way."""

    def __init__(self) -> None:
        super().__init__(Problem("duty", 0, "only a review ends this task", "`nrm glass review` says how it was"))
