"""What a new decision sets going: clocks and tasks, the days of a case, revocations, and word to the family's cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.casework.cases.families import tell_family
from nrm.casework.clocks.dates_kept import dates_of, keep_dates
from nrm.casework.clocks.follow_up import after_decision, first_clocks, need_person, start
from nrm.casework.items import clocks_of
from nrm.casework.referrals.placing import of_age, treated_as_child
from nrm.casework.referrals.revoking import Age, revoke_barred, revoke_broken
from nrm.casework.safe import OpenCase

if TYPE_CHECKING:
    from nrm.case.record import CaseRecord
    from nrm.casework.work import Work
    from nrm.engine.plan import Plan


def conclude_first(work: Work, plan: Plan, record: CaseRecord) -> None:
    """Do all that follows from the first decision about a case that was just begun; nothing of it is read for that.

    It has no referral that could be revoked, no clock that could be merged, and no relative who could hear.
    """
    start(work, [*first_clocks(work, plan), *dates_of(work, plan, record)])
    if plan.disputed:
        need_person(work, "look_at_dispute")


def conclude(work: Work, plan: Plan, record: CaseRecord) -> None:
    """Do, in the unit of work of a decision, all that follows from it.

    INVARIANT (only today takes help back): a plan can be asked for any day, on which a consent will be over or a child
    be of age; only that of today revokes a referral.
    """
    if plan.on == work.desk.counter.calendar.day_of(work.desk.clock()):
        revoke_broken(work, plan.on, Age(treated_as_child(plan), of_age(record)))
        revoke_barred(work, plan)
    clocks = clocks_of(work.unit, work.case)  # opened once: most cases have dozens
    after_decision(work, plan, clocks)
    keep_dates(work, plan, record, clocks)
    for other in tell_family(work.desk, work.unit, work.case, plan):
        there = OpenCase.of(work.unit.cases.get(other), work.desk.keyring)
        need_person(work.by_worker().on(there), "relative_at_risk")
