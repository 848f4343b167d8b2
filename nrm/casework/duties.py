"""What is to be done for a case and by whom: duties of the plan, and tasks, until somebody says that they are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nrm.casework.asked import own, permit
from nrm.casework.errors import NoSuchCaseError
from nrm.casework.follow_up import settle, stop
from nrm.casework.items import RUNNING, clocks_of
from nrm.casework.journal import Journal
from nrm.casework.safe import OpenCase
from nrm.casework.steps import Work
from nrm.referral.escalation import CHASED

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import CaseRow, UnitOfWork
    from nrm.referral.clock import Clock

COORDINATOR: Final = "coordinator"
"""The role that sees what is to be done for the cases of every organisation, and no group of any."""


def duties(desk: Desk, asked: Asked, case: UUID) -> list[Clock]:
    """Return everything that is to be done for a case, what is due first coming first.

    Raises:
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: the case cannot be opened by this asker, or at all.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> list[Clock]:
        permit(asked, "duty:read")
        open_ = OpenCase.of(_theirs(asked, unit.cases.get(case)), desk.keyring)
        journal.write(unit, "duty:read", case=open_)
        running = [clock for _, clock in clocks_of(unit, open_) if clock.state in RUNNING]
        if asked.role == COORDINATOR:  # the other clocks tell days of the person, such as that of coming of age
            running = [clock for clock in running if clock.kind in CHASED]
        return sorted(running, key=lambda clock: (clock.due, clock.code))

    return journal.attempt("duty:read", work)


def finish(desk: Desk, asked: Asked, case: UUID, duty: UUID) -> Clock:
    """Note that a duty or a task is done; a task that held an open offer is followed by whatever holds it then.

    Raises:
        NoSuchCaseError: there is no such case for this asker, or no such duty that is open.
        DeniedError, ShreddedError, VaultError: the case cannot be opened by this asker, or at all.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Clock:
        permit(asked, "duty:done")
        open_ = OpenCase.of(_theirs(asked, unit.cases.get(case)), desk.keyring)
        done = Work(desk, unit, journal, asked, open_)
        for row, clock in clocks_of(unit, open_):
            if clock.id == duty and clock.state in RUNNING and clock.kind in CHASED:
                stop(done, row, clock)
                journal.write(unit, "duty:done", case=open_, details={"duty": clock.code, "by": asked.role})
                settle(done)
                return clock.model_copy(update={"state": "done"})
        raise NoSuchCaseError

    return journal.attempt("duty:done", work)


def _theirs(asked: Asked, row: CaseRow) -> CaseRow:
    return row if asked.role == COORDINATOR else own(asked, row)
