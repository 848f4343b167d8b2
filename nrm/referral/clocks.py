"""Clocks made: for the duties of a plan, for tasks, and for the days on which something comes to pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Final

from nrm.case.dates import ADULT_AT, anniversary
from nrm.referral.calendar import LONGEST_YEARS
from nrm.referral.clock import Clock
from nrm.rulebook.book import Within

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from uuid import UUID

    from nrm.engine.plan import Plan
    from nrm.referral.calendar import Calendar
    from nrm.referral.clock import ClockKind
    from nrm.referral.consent import Answer
    from nrm.referral.referral import Referral
    from nrm.referral.tasks import Task, TaskCode, Tasks

KEEPER: Final = "caseworker"
PROVIDER: Final = "service_provider"
AT_ONCE: Final = Within(0, "hours")


@dataclass(frozen=True)
class Clockmaker:
    """Makes clocks at the moment `now`; `new_id` gives each its identifier.

    What was due before `now` is due now: nobody is late with something that they have only just been told.
    """

    now: datetime
    calendar: Calendar
    new_id: Callable[[], UUID]
    _dues: dict[Within, datetime] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of_plan(self, plan: Plan) -> list[Clock]:
        """Return a clock for every duty of `plan`, in its order.

        The linter refuses a duty without a role or a time; one that came here all the same is the caseworker's at once.
        """
        return [
            self._clock("duty", line.code, line.by or KEEPER, self._due(line.within or AT_ONCE))
            for line in plan.of("duty")
        ]

    def of_task(
        self,
        task: Task,
        *,
        by: str | None = None,
        offer: str | None = None,
        about: UUID | None = None,
        why: tuple[str, ...] = (),
    ) -> Clock:
        """Return the clock of a task; `by` takes the place of the role of the table, as for what `Routes` arranges."""
        due = self._due(task.within)
        return self._clock("task", task.code, by or task.by, due, offer=offer, about=about, why=why)

    def of_answer(self, referral: Referral, tasks: Tasks) -> Clock:
        """Return the clock of a referral that is sent now: an answer comes in time, and while the package counts."""
        due = min(self.calendar.due(self.now, tasks.answer), referral.expires_at)
        return self._wake("answer", "no_answer", due, by=PROVIDER, offer=referral.offer, about=referral.id)

    def of_consent(self, answer: Answer, tasks: Tasks) -> list[Clock]:
        """Return the clocks of a consent that ends: to ask again in good time, and when its last day is over."""
        if answer.state != "given" or answer.until is None:
            return []
        ended = answer.until + timedelta(days=1)
        over = self._wake("consent", "consent_over", self.calendar.start_of(ended), about=answer.id)
        if over.due <= self.now:
            return [over]
        return [
            self._wake("consent", "consent_renewal", self._before(ended, tasks.consent_notice), about=answer.id),
            over,
        ]

    def of_review(self, interval: Within) -> Clock:
        """Return the clock of the next review with the person (parameter `review_interval_days`)."""
        return self._wake("review", "review_due", self.calendar.due(self.now, interval))

    def of_recovery(self, began: datetime, length: Within) -> Clock:
        """Return the clock of the end of a recovery period that began at `began` (`recovery_period_days`)."""
        return self._wake("recovery", "recovery_period_ends", self.calendar.due(began, length))

    def of_birthday(self, born: date, notice: Within) -> list[Clock]:
        """Return the clocks of a child: to prepare (parameter `transition_notice_days`), and for the 18th birthday.

        Both come at the first moment of a local day. Empty for an adult. The store must not learn when they are due
        (`nrm.referral.escalation.wake_at`).
        """
        day = anniversary(born, ADULT_AT)
        if self.calendar.start_of(day) <= self.now:
            return []
        return [
            self._wake("birthday", "person_turns_eighteen", self._before(day, notice)),
            self._wake("birthday", "person_is_eighteen", self.calendar.start_of(day)),
        ]

    def _due(self, within: Within) -> datetime:
        """Return when a limit that begins now is over; a plan has dozens of duties and a handful of limits."""
        found = self._dues.get(within)
        if found is None:
            found = self._dues[within] = self.calendar.due(self.now, within)
        return found

    def _wake(
        self,
        kind: ClockKind,
        code: TaskCode,
        due: datetime,
        *,
        by: str = KEEPER,
        offer: str | None = None,
        about: UUID | None = None,
    ) -> Clock:
        """Return a clock that is nobody's fault when it rings; the task `code` begins then."""
        return self._clock(kind, code, by, due, offer=offer, about=about)

    def _clock(
        self,
        kind: ClockKind,
        code: str,
        by: str,
        due: datetime,
        *,
        offer: str | None = None,
        about: UUID | None = None,
        why: tuple[str, ...] = (),
    ) -> Clock:
        return Clock(
            id=self.new_id(),
            kind=kind,
            code=code,
            by=by,
            offer=offer,
            about=about,
            made_at=self.now,
            due=max(due, self.now),
            why=why,
        )

    def _before(self, day: date, notice: Within) -> datetime:
        """Return the first moment of the day that lies so many whole days before `day`."""
        days = min(ceil(notice.nominal_hours() / 24), LONGEST_YEARS * 365)
        return self.calendar.start_of(day - timedelta(days=days))
