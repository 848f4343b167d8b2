"""The days of a case on which something comes to pass: coming of age, end of the recovery period, next review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.casework.clocks.follow_up import clockmaker, start, stop
from nrm.casework.items import RUNNING
from nrm.casework.referrals.placing import of_age

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nrm.case.record import CaseRecord
    from nrm.casework.ports_referral import ClockRow
    from nrm.casework.work import Work
    from nrm.engine.plan import Plan
    from nrm.referral.clock import Clock
    from nrm.rulebook.book import Within


def keep_dates(work: Work, plan: Plan, record: CaseRecord, old: Sequence[tuple[ClockRow, Clock]]) -> None:
    """Start the clocks of the days that a record names, and stop those of days that it does not name any more.

    `old` are the clocks of the case; such as tell a day stand in the store as they are here.
    """
    _replace(work, dates_of(work, plan, record), old)


def dates_of(work: Work, plan: Plan, record: CaseRecord) -> list[Clock]:
    """Return the clocks of the days that a record names."""
    books, maker = work.desk.books, clockmaker(work)
    calendar = work.desk.counter.calendar

    def length(name: str) -> Within:
        return books.parameter(name, plan.on, plan.country)

    wanted: list[Clock] = []
    born = record.identity.birth_date
    if born is not None and of_age(record) is not None:
        wanted += maker.of_birthday(born, length("transition_notice_days"))
    began = record.legal.recovery.start
    if began is not None:
        wanted.append(maker.of_recovery(calendar.start_of(began), length("recovery_period_days")))
    wanted.append(maker.of_review(length("review_interval_days")))
    return wanted


def _replace(work: Work, wanted: list[Clock], old: Sequence[tuple[ClockRow, Clock]]) -> None:
    held = [(row, one) for row, one in old if one.kind in {"birthday", "recovery", "review"}]
    now = work.desk.clock()
    same = {(one.code, one.due) for one in wanted}
    # A day that has passed is due at once, and so at another moment with each decision: its first clock stands for all.
    past = {one.code for one in wanted if one.due <= one.made_at}
    reviews = [one for _, one in held if one.kind == "review" and one.state in RUNNING]
    known, rung = set(), set()
    for row, one in held:
        wanted_still = (one.code, one.due) in same or (one.code in past and one.due <= now)
        if one.state in RUNNING and one.kind != "review" and not wanted_still:
            stop(work, row, one, "cancelled")
        elif one.state != "cancelled":
            known.add((one.code, one.due))
            rung |= {one.code} if one.due <= now else set()
    new = [one for one in wanted if (one.code, one.due) not in known and not (one.code in past and one.code in rung)]
    start(work, [one for one in new if not (one.kind == "review" and reviews)])
