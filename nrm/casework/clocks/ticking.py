"""Look at the clocks that are due: who hears that something is late, what begins, what ends.

Each clock is looked at in one unit of work of its own, and what follows from it happens there too: a crash in between
leaves it due, so that the next round looks again. A version on every clock lets only one of two workers go through.

INVARIANT (no clock is missed): a clock that is due stays due in the store until the unit of work that looked at it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nrm.casework.cases.deciding import look
from nrm.casework.clocks.concluding import conclude
from nrm.casework.clocks.follow_up import FIND_NEXT, need_person, settle
from nrm.casework.errors import NoSuchCaseError, ShreddedError, StaleVersionError, StoreError
from nrm.casework.items import RUNNING, change_clock, ledger, opened_clock, referrals_of
from nrm.casework.journal import Journal
from nrm.casework.referrals.answering import step_taken
from nrm.casework.referrals.attaching import still_there
from nrm.casework.referrals.placing import Wish, not_again
from nrm.casework.referrals.referring import attempt, refused_by
from nrm.casework.referrals.revoking import Age, revoke_broken
from nrm.casework.safe import OpenCase
from nrm.casework.work import Work, worker
from nrm.errors import NrmError
from nrm.referral.escalation import look as looked_at
from nrm.referral.escalation import wake_at
from nrm.referral.tasks import TASKS

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.ports_referral import DueClock
    from nrm.referral.clock import Clock
    from nrm.referral.tasks import TaskCode

AT_ONCE: Final = 50
"""Clocks that a worker looks at before it delivers something: packages do not wait behind a long backlog."""

MOST_TRIES: Final = 3
"""Services that the program asks one after the other for one offer before it leaves the choice to a person."""


@dataclass(frozen=True)
class Ticked:
    """What one round found: clocks that were looked at, that are late, that began something, that cannot be opened."""

    looked: int = 0
    late: int = 0
    rang: int = 0
    unopened: int = 0

    def __add__(self, other: Ticked) -> Ticked:
        return Ticked(
            self.looked + other.looked,
            self.late + other.late,
            self.rang + other.rang,
            self.unopened + other.unopened,
        )


def tick(desk: Desk, unopened: set[UUID], most: int = AT_ONCE) -> Ticked:
    """Look at up to `most` clocks that are due, the oldest first.

    A clock whose case cannot be opened is put among `unopened` and left alone while it is there, so that one broken
    case does not keep the others waiting; it stays due.

    Raises:
        StoreError: the store cannot be used; what was looked at before stays done.
    """
    now = desk.clock()
    found = desk.store.run(lambda unit: unit.clocks.due(now, most + len(unopened)))
    done = Ticked()
    for due in found:
        if due.clock in unopened:
            continue
        try:
            done += _one(desk, due)
        except StoreError:
            raise
        except NrmError:
            unopened.add(due.clock)
            done += Ticked(unopened=1)
    return done


def _one(desk: Desk, due: DueClock) -> Ticked:
    try:
        return desk.store.run(lambda unit: _look(desk, unit, due))
    except (NoSuchCaseError, ShreddedError, StaleVersionError):
        return Ticked()  # somebody stopped it, or shredded the case, in the meantime


def _look(desk: Desk, unit: UnitOfWork, due: DueClock) -> Ticked:
    unit.referrals.of(due.case)  # holds the case, so that everything about it is decided in one order
    row = unit.clocks.get(due.case, due.clock)
    if row is None or row.due_at is None or row.due_at > desk.clock():
        return Ticked()  # another worker looked, or somebody stopped it
    case = OpenCase.of(unit.cases.get(row.case), desk.keyring)
    asked = worker(case.organisation)
    work = Work(desk, unit, Journal(desk, asked), asked, case)
    clock = opened_clock(case, row)
    chain = desk.counter.tasks.chain(clock.by)
    now = desk.clock()
    early = row.due_at < clock.due  # looked at before it is due, also when that was long ago
    if clock.code == FIND_NEXT and clock.state in RUNNING and early:
        change_clock(unit, case, row, clock, clock.due)
        _find_next(work, clock)
        return Ticked(looked=1, rang=1)
    found = looked_at(clock, now, chain)
    after = found.clock if found is not None else clock
    change_clock(unit, case, row, after, wake_at(after, now, chain, desk.counter.calendar, secrets.randbelow))
    if found is None:
        return Ticked(looked=1)
    if found.rings is not None:
        _ring(work, clock, found.rings)
        return Ticked(looked=1, rang=1)
    told = {"clock": str(clock.id), "duty": clock.code, "level": after.level, "hear": list(found.hear)}
    work.journal.write(unit, "duty:escalate" if after.level > 1 else "duty:late", case=case, details=told)
    return Ticked(looked=1, late=1)


def _ring(work: Work, clock: Clock, code: str) -> None:
    """Do what is to happen when a clock that is nobody's duty has run out."""
    if clock.kind == "answer":
        for row, one in referrals_of(work.unit, work.case):
            if one.id == clock.about and one.state in {"draft", "sent", "received"}:
                step_taken(work, row, "expire", None)
        return
    if clock.kind in {"consent", "birthday"}:
        revoke_broken(work, work.desk.counter.calendar.day_of(work.desk.clock()), _age(work, clock))
        settle(work)  # also when there is nothing more to do: what was revoked may have held an offer
    if clock.kind == "consent" and _said_since(work, clock):
        return  # the person, or the guardian, has said something newer: there is nothing to ask, and nothing ended here
    if clock.code == "consent_over":
        work.journal.write(work.unit, "consent:expire", case=work.case, details={"consent": str(clock.about)})
    need_person(work, _task(code), about=clock.about)


def _age(work: Work, clock: Clock) -> Age | None:
    """Return that the person is an adult when a clock says so; a referral may have been made before that was known."""
    if clock.code != "person_is_eighteen":
        return None
    return Age(child=False, of_age=work.desk.counter.calendar.day_of(clock.due))


def _said_since(work: Work, clock: Clock) -> bool:
    """Say whether the line of the ledger that a clock is about was followed by one that takes its place."""
    lines = ledger(work.unit, work.case)
    about = next((one for one in lines if one.id == clock.about), None)
    if about is None:
        return False
    same = [one for one in lines if (one.purpose, one.recipient, one.by) == (about.purpose, about.recipient, about.by)]
    return any(
        one.at > about.at
        and one.service in {None, about.service}
        and (not one.groups or set(about.groups) <= set(one.groups))
        for one in same
    )


def _find_next(work: Work, clock: Clock) -> None:
    """Ask the next service for an offer, as the program; when there is none, the task stays with the coordinator."""
    desk, unit, case = work.desk, work.unit, work.case
    before = [one for _, one in referrals_of(unit, case) if one.offer == clock.offer]
    last = next((one for one in before if one.id == clock.about), None)
    ended = [one for one in before if one.state in {"declined", "expired"}]
    if last is None or any(one.live for one in before) or len(ended) >= MOST_TRIES:
        return
    day = desk.counter.calendar.day_of(desk.clock())
    seen = look(work, day, desk.counter.country)
    offer, plan = last.offer or "", seen.made.plan
    if offer in plan.codes("offer") and refused_by(work, plan, offer) is None:
        passed_over = not_again(unit, case, offer)
        files = still_there(unit, case, last.attachments)
        attempt(work, seen, Wish(last.disclosure, offer, None, last.language, last.where, passed_over, files))
    conclude(work, plan, seen.record)


def _task(code: str) -> TaskCode:
    return next(one for one in TASKS if one == code)
