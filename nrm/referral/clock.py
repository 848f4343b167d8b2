"""A clock: something that must have happened by a moment, and who hears of it when it has not."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from nrm.rulebook.wording import Code, Model

ClockKind = Literal["duty", "task", "answer", "consent", "review", "birthday", "recovery"]
"""duty: a line of the plan; task: what falls to a person because the machine cannot go on; answer: a service is to
answer a referral; consent: a consent runs out; review: the plan is to be gone through with the person; birthday: the
person comes of age; recovery: the recovery period ends."""

ClockState = Literal["running", "late", "done", "cancelled"]


class Clock(Model):
    """What is kept of one clock, sealed with the key of its case.

    `code` is the duty of the plan or the task (`nrm.referral.tasks`), `by` the role that must act, `about` the referral
    or the line of the ledger that it belongs to. `due` is the true moment; the store may be told an earlier one, so
    that a date of birth cannot be read from it. `level` counts how often it was escalated, `told` are the roles that
    heard; `ended_at` is when it was done or cancelled.
    """

    id: UUID
    kind: ClockKind
    code: Code
    by: Code
    state: ClockState = "running"
    offer: Code | None = None
    about: UUID | None = None
    made_at: AwareDatetime
    due: AwareDatetime
    ended_at: AwareDatetime | None = None
    level: int = 0
    told: tuple[Code, ...] = ()
    why: tuple[Code, ...] = ()
