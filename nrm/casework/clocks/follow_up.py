"""What follows from a decision or a step: clocks of duties, tasks for people, and that no open offer is forgotten.

INVARIANT (every open offer is held): when a unit of work ends, each offer of the newest plan has a live referral, the
person's refusal, was fulfilled, or is the task of somebody.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from nrm.casework.cases.last_plan import LastPlan, last_plan
from nrm.casework.items import (
    RUNNING,
    add_clocks,
    change_clock,
    choices,
    clocks_of,
    referrals_of,
)
from nrm.referral.clocks import Clockmaker
from nrm.referral.escalation import wake_at
from nrm.referral.redeciding import merged
from nrm.referral.standing import disorders, standings
from nrm.referral.voice import disagreements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from nrm.casework.ports_referral import ClockRow
    from nrm.casework.work import Work
    from nrm.engine.plan import Plan
    from nrm.referral.clock import Clock, ClockState
    from nrm.referral.referral import Referral
    from nrm.referral.standing import Standing
    from nrm.referral.tasks import TaskCode

FIND_NEXT: Final = "next_match_failed"
"""The coordinator's task from the moment a service declined or was silent; the program ends it if it finds another."""

DISAGREE: Final = "look_at_disagreement"
"""The task where a child and the guardian say different things; it is about the word with which that began."""


def clockmaker(work: Work) -> Clockmaker:
    """Return what makes clocks now."""
    return Clockmaker(work.desk.clock(), work.desk.counter.calendar, uuid4)


def start(work: Work, clocks: Iterable[Clock], look_at: datetime | None = None) -> None:
    """Start clocks, to be looked at when they are due, or at `look_at`."""
    now = work.desk.clock()
    add_clocks(work.unit, work.case, [(one, look_at or _wake(work, one, now)) for one in clocks])


def stop(work: Work, row: ClockRow, clock: Clock, state: ClockState = "done") -> None:
    """Stop a clock: `done` by somebody, or `cancelled` because nothing is left to be done."""
    ended = clock.model_copy(update={"state": state, "ended_at": work.desk.clock()})
    change_clock(work.unit, work.case, row, ended, None)


def need_person(work: Work, code: TaskCode, *, about: UUID | None = None, why: tuple[str, ...] = ()) -> None:
    """Give somebody a task that concerns no single offer, unless just this one is running."""
    running = [clock for _, clock in _tasks(work) if clock.state in RUNNING]
    if any((clock.code, clock.about, clock.offer) == (code, about, None) for clock in running):
        return
    task = clockmaker(work).of_task(work.desk.counter.tasks[code], about=about, why=why)
    start(work, [task])
    _set(work, task)


def find_next(work: Work, referral: Referral) -> None:
    """Have somebody find another service after this one; the program looks first, at its next round."""
    why = (referral.passed[-1].reason or referral.state,) if referral.passed else ()
    if referral.offer is None:
        need_person(work, "no_answer", about=referral.id, why=why)
        return
    # Whoever held a draft back wanted to look first: when it was never sent, a person goes on, and not the program.
    look_at = work.desk.clock() if referral.message is not None else None
    _replace_task(work, referral.offer, FIND_NEXT, why=why, about=referral.id, look_at=look_at)


def unplaced(work: Work, offer: str, code: TaskCode, why: Sequence[str] = (), by: str | None = None) -> None:
    """Note why nobody could be asked for an offer: the task of whoever can change that."""
    _replace_task(work, offer, code, why=tuple(why), by=by)


def note_transport(work: Work, referral: Referral) -> None:
    """Have somebody bring the person there, where the place is confidential."""
    sidecar = work.desk.counter.services.sidecar(referral.service)
    if sidecar is not None and sidecar.confidential_address is not None:
        need_person(work, "confidential_transport", about=referral.id)


def after_decision(work: Work, plan: Plan, old: Sequence[tuple[ClockRow, Clock]]) -> None:
    """Give every duty of a new plan its clock, and every open offer its holder; `old` are all clocks of the case."""
    barred = {line.code for line in plan.withheld if line.kind == "duty"}
    changes = merged([clock for _, clock in old], clockmaker(work).of_plan(plan), barred)
    rows = {clock.id: row for row, clock in old}
    now = work.desk.clock()
    for clock in changes.changed:
        look_at = _wake(work, clock, now) if clock.state in RUNNING else None
        change_clock(work.unit, work.case, rows[clock.id], clock, look_at)
    start(work, changes.added)
    if plan.disputed:
        need_person(work, "look_at_dispute")
    settle(work, LastPlan.of(plan), [(row, clock) for row, clock in old if clock.kind == "task"])


def first_clocks(work: Work, plan: Plan) -> list[Clock]:
    """Return the clocks of the first plan of a new case: of its duties, and a task for every offer."""
    last = LastPlan.of(plan)
    unheld = _unheld(work, standings(last.offers, (), (), (), child=last.child))
    return [*merged((), clockmaker(work).of_plan(plan)).added, *unheld]


def settle(work: Work, plan: LastPlan | None = None, tasks: Sequence[tuple[ClockRow, Clock]] | None = None) -> None:
    """Hold every open offer: a task for what nobody holds, and none for what something else holds.

    `plan` is the newest one, and `tasks` are those of the case for its offers; what is not at hand is read.
    """
    plan = plan or last_plan(work.unit, work.case)
    child = plan.child
    referrals = [one for _, one in referrals_of(work.unit, work.case)]
    chosen = choices(work.unit, work.case)
    tasks = _tasks(work) if tasks is None else tasks
    standing = standings(plan.offers, referrals, chosen, [clock for _, clock in tasks], child=child)
    for row, clock in tasks:
        held = standing.get(clock.offer) if clock.offer is not None else None
        if clock.state in RUNNING and held is not None and held.kind != "task":
            stop(work, row, clock, "cancelled")
    start(work, _unheld(work, standing))
    for disorder in disorders(referrals, chosen, child=child):
        need_person(work, "look_at_disorder", why=(disorder.what,))
    looked_at = {clock.about for _, clock in tasks if clock.code == DISAGREE}
    for began in disagreements(chosen, child=child):
        # INVARIANT (where two words differ, somebody looks): once, whoever says the same again. That they agree ends no
        # task: somebody may have been made to agree.
        if began.id not in looked_at:
            need_person(work, DISAGREE, about=began.id, why=(began.offer,))


def _unheld(work: Work, standing: Mapping[str, Standing]) -> list[Clock]:
    """Return a task for every offer that nobody holds."""
    routes, table, maker = work.desk.counter.routes, work.desk.counter.tasks, clockmaker(work)
    new = []
    for offer, one in standing.items():
        if one.kind == "nothing":
            by = routes.arranged_by(offer)
            code: TaskCode = "offer_unheld" if by is None else "arrange_offer"
            new.append(maker.of_task(table[code], by=by, offer=offer))
    return new


def _replace_task(
    work: Work,
    offer: str,
    code: TaskCode,
    *,
    why: tuple[str, ...] = (),
    by: str | None = None,
    about: UUID | None = None,
    look_at: datetime | None = None,
) -> None:
    """Put a task in the place of those that stand for an offer; it is due no later than they were."""
    task = clockmaker(work).of_task(work.desk.counter.tasks[code], by=by, offer=offer, about=about, why=why)
    for row, clock in _tasks(work):
        if clock.offer == offer and clock.state in RUNNING:
            task = task.model_copy(
                update={"due": min(task.due, clock.due), "made_at": min(task.made_at, clock.made_at)}
            )
            stop(work, row, clock, "cancelled")
    start(work, [task], look_at)
    _set(work, task)


def _tasks(work: Work) -> list[tuple[ClockRow, Clock]]:
    return [(row, clock) for row, clock in clocks_of(work.unit, work.case) if clock.kind == "task"]


def _set(work: Work, task: Clock) -> None:
    work.journal.write(work.unit, "duty:set", case=work.case, details={"task": task.code, "by": task.by})


def _wake(work: Work, clock: Clock, now: datetime) -> datetime | None:
    counter = work.desk.counter
    return wake_at(clock, now, counter.tasks.chain(clock.by), counter.calendar, secrets.randbelow)
