"""Duties and tasks as they go out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from pydantic import Field

from api.views.model import View
from api.views.words import WordView, phrase, role, word
from nrm.referral.clock import ClockKind
from nrm.referral.escalation import CHASED

if TYPE_CHECKING:
    from api.call import Call
    from nrm.referral.clock import Clock
    from nrm.rulebook.sentence import Speaker


class DutyView(View):
    """Something that is to be done for a case, or that will come to pass."""

    duty: UUID
    case: UUID
    kind: ClockKind
    code: WordView
    by: WordView
    offer: WordView | None
    due: datetime
    state: Literal["running", "late", "done", "cancelled"]
    late: bool
    told: list[WordView] = Field(description="Roles that heard that it is late.")
    why: list[WordView]


class DutiesView(View):
    """What is to be done for a case; what is due first comes first."""

    items: list[DutyView]


def duty_view(call: Call, case: UUID, one: Clock) -> DutyView:
    """Return one duty or task."""
    speaker, now = call.speaker, call.desk.clock()
    late = one.kind in CHASED and (one.state == "late" or (one.state == "running" and one.due <= now))
    return DutyView(
        duty=one.id,
        case=case,
        kind=one.kind,
        code=_named(call, one),
        by=role(one.by, speaker),
        offer=None if one.offer is None else word(speaker.words.offers, one.offer, speaker),
        due=one.due,
        state=one.state,
        late=late,
        told=[role(code, speaker) for code in one.told],
        why=[_reason(code, speaker) for code in one.why],
    )


def _reason(code: str, speaker: Speaker) -> WordView:
    """Return why something is to be done, in words; where two say different things of an offer, that is the offer."""
    offers = speaker.words.offers
    return word(offers, code, speaker) if code in offers else phrase("reason", code, speaker)


def _named(call: Call, one: Clock) -> WordView:
    """Return the words for a duty of the plan, from the vocabulary, or for a task, from its own table."""
    if one.kind == "duty":
        return word(call.speaker.words.duties, one.code, call.speaker)
    tasks = {str(code): task.named for code, task in call.desk.counter.tasks.tasks.items()}
    return word(tasks, one.code, call.speaker)
