"""What the person says: consent, what help they want, what they think of a service; each line is kept for ever."""

from __future__ import annotations

from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Caller, may
from api.reply import Reply
from api.views.consent import (
    ChoiceSent,
    ChoicesView,
    ChoiceView,
    ConsentSent,
    ConsentsView,
    ConsentView,
    FeedbackSent,
    FeedbacksView,
    FeedbackView,
    choice_view,
    consent_view,
    feedback_view,
)
from nrm.casework.referrals import consenting
from nrm.referral.voice import Feedback
from nrm.rulebook.vocabulary import GROUPS

router = APIRouter(prefix="/cases/{case}", tags=["consent"])


@router.get("/consents", response_model=ConsentsView, **may("consent:read"))
def ledger(call: Caller, case: UUID) -> ConsentsView:
    """Read the whole ledger of consent, the oldest answer first; that you read it is on the log."""
    return ConsentsView(items=[consent_view(call, one) for one in consenting.consents(call.desk, call.asked, case)])


@router.post("/consents", status_code=201, response_model=ConsentView, **may("consent:give"))
def note_consent(call: Caller, case: UUID, sent: ConsentSent) -> Response:
    """Note what the person, or a child's guardian, answered; a no takes back at once what rested on the consent."""
    said = consenting.Said(
        state=sent.state,
        disclosure=sent.disclosure,
        by=sent.by,
        service=None if sent.service is None else sent.service.key,
        groups=tuple(group for group in GROUPS if group in sent.groups),
        until=sent.until,
        wording=sent.wording,
        language=sent.language or call.language,
        interpreter=sent.interpreter,
    )
    return call.do(
        lambda desk: consenting.note_consent(desk, call.asked, case, said),
        lambda answer: Reply.of(consent_view(call, answer), 201, about=case),
    ).response()


@router.get("/choices", response_model=ChoicesView, **may("choice:read"))
def choices(call: Caller, case: UUID) -> ChoicesView:
    """Read which help the person wanted and did not want, the oldest answer first."""
    found = consenting.read_choices(call.desk, call.asked, case)
    return ChoicesView(items=[choice_view(one, call.speaker) for one in found])


@router.post("/choices", status_code=201, response_model=ChoiceView, **may("choice:make"))
def note_choice(call: Caller, case: UUID, sent: ChoiceSent) -> Response:
    """Note that the person wants an offer, or does not; every other one stays open to them."""
    return call.do(
        lambda desk: consenting.note_choice(desk, call.asked, case, sent.offer, wanted=sent.wanted, by=sent.by),
        lambda choice: Reply.of(choice_view(choice, call.speaker), 201, about=case),
    ).response()


@router.get("/feedback", response_model=FeedbacksView, **may("feedback:read"))
def feedback(call: Caller, case: UUID) -> FeedbacksView:
    """Read what the person said of services, the oldest first; that you read it is on the log."""
    return FeedbacksView(items=[feedback_view(one) for one in consenting.read_feedback(call.desk, call.asked, case)])


@router.post("/feedback", status_code=201, response_model=FeedbackView, **may("feedback:give"))
def note_feedback(call: Caller, case: UUID, sent: FeedbackSent) -> Response:
    """Note what the person says of a service that they were referred to."""
    said = Feedback(
        id=uuid4(), at=call.desk.clock(), referral=sent.referral, met=sent.met, safe=sent.safe, remark=sent.remark
    )
    return call.do(
        lambda desk: consenting.note_feedback(desk, call.asked, case, said),
        lambda _: Reply.of(feedback_view(said), 201, about=case),
    ).response()
