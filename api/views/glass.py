"""Broken glass and notices, as they come in and go out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import Field

from api.views.model import Id, Sent, View
from api.views.words import WordView, phrase, role
from nrm.casework.cases.glass import MOST_HOURS
from nrm.casework.cases.grants import LONGEST_NOTE, GlassReason, Verdict

if TYPE_CHECKING:
    from api.call import Call
    from nrm.casework.cases.glass_listed import Listed
    from nrm.casework.cases.grants import Glass, Grant
    from nrm.casework.office.notices import Notice


class GlassSent(Sent):
    """Why somebody must see a case of another organisation at once, and who hears of it in the same moment."""

    reason: GlassReason
    note: str = Field(min_length=1, max_length=LONGEST_NOTE, description="What happened, in a sentence; it is sealed.")
    told: Id = Field(description="The account of a second person, who is told at once.")
    hours: int = Field(default=1, ge=1, le=MOST_HOURS)


class ReviewSent(Sent):
    """What a supervisor found."""

    verdict: Verdict


class ReviewView(View):
    """What a supervisor of the organisation that keeps the case found."""

    by: UUID
    at: datetime
    verdict: WordView


class GrantView(View):
    """One grant: who may read the case from outside, why, and until when."""

    glass: UUID
    who: UUID
    organisation: UUID
    role: WordView
    reason: WordView
    told: UUID
    begins: datetime
    until: datetime
    ended: datetime | None
    in_force: bool
    reviewed: ReviewView | None


class GlassView(GrantView):
    """One grant, with what happened."""

    note: str


class ListedGlassView(GrantView):
    """One grant of the list over all cases, as far as it is yours to see."""

    case: UUID | None = Field(description="None in the list of what people of your organisation broke elsewhere.")
    note: str | None = Field(description="None where you may not read the case.")
    state: WordView = Field(description="`in_force`, `to_review` or `reviewed`.")


class GlassesView(View):
    """Every grant that was ever made for a case, the oldest first."""

    items: list[GlassView]


class NoticeView(View):
    """One thing that you were told; `about` is the grant or webhook."""

    notice: UUID
    kind: WordView
    at: datetime
    case: UUID | None
    about: UUID | None
    seen: datetime | None


class NoticesView(View):
    """What you were told, the newest first."""

    items: list[NoticeView]


def glass_view(call: Call, one: Glass) -> GlassView:
    """Return one grant."""
    return GlassView(**_fields(call, one, in_force=one.in_force(call.desk.clock())), note=one.note)


def listed_view(call: Call, one: Listed) -> ListedGlassView:
    """Return one grant of the list over all cases."""
    return ListedGlassView(
        **_fields(call, one.grant, in_force=one.state == "in_force"),
        case=one.case,
        note=one.note,
        state=phrase("glass_state", one.state, call.speaker),
    )


def _fields(call: Call, one: Grant, *, in_force: bool) -> dict[str, Any]:
    speaker, found = call.speaker, one.reviewed
    return {
        "glass": one.id,
        "who": one.who,
        "organisation": one.organisation,
        "role": role(one.role, speaker),
        "reason": phrase("glass", one.reason, speaker),
        "told": one.told,
        "begins": one.begins,
        "until": one.until,
        "ended": one.ended,
        "in_force": in_force,
        "reviewed": None
        if found is None
        else ReviewView(by=found.by, at=found.at, verdict=phrase("verdict", found.verdict, speaker)),
    }


def notice_view(call: Call, one: Notice) -> NoticeView:
    """Return one notice."""
    kind = phrase("notice", one.kind, call.speaker)
    return NoticeView(notice=one.id, kind=kind, at=one.at, case=one.case, about=one.about, seen=one.seen)
