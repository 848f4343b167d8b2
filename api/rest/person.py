"""The person in their own case, by a link and a PIN: their plan, what they said, what they want, how help was.

Everything is in the language of their link, unless `Accept-Language` names another one that is spoken here. The session
stands in `Authorization` or in a cookie, never in an address; a guardian sees and says what is a guardian's.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from api.call import may
from api.files import TEXT
from api.once import UNKEPT
from api.reply import Reply
from api.security.origin import check_origin
from api.state import State
from api.views.person import (
    MyPlanView,
    OpenSent,
    PersonChoiceSent,
    PersonChoiceView,
    PersonConsentSent,
    PersonConsentsView,
    PersonFeedbackSent,
    PersonOffersView,
    PersonReferralsView,
    PersonSaidView,
    PersonSessionView,
    QuestionsView,
    TakenBackSent,
    offer_view,
    own_consent_view,
    own_referral_view,
    plan_view,
    question_view,
)
from api.visit import COOKIE, Visitor, address_of
from nrm.casework.person import links, reading, saying, sessions
from nrm.casework.person.sessions import SessionOverError
from nrm.referral.consent import Answer
from nrm.rulebook.vocabulary import GROUPS

router = APIRouter(prefix="/person", tags=["the person"])

CLEAR: Final = {"Clear-Site-Data": '"cache", "cookies", "storage"'}
"""Back shows nothing of it again (https://www.w3.org/TR/clear-site-data/)."""

_LETTER: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The plan; as text for `Accept: text/plain`.", "content": {TEXT: {}}},
    204: {"description": "As text: nothing was decided yet."},
}


@router.post("/sessions", status_code=201, response_model=PersonSessionView, dependencies=UNKEPT, **may("link:open"))
def open_link(request: Request, sent: OpenSent) -> Response:
    """Open a link with its PIN, once. Five wrong PINs destroy it; no link, a used one and a wrong PIN look alike.

    The token is told once and kept nowhere, so that an `Idempotency-Key` is refused (`api.once.unkept`).
    """
    state: State = request.app.state.nrm
    state.pace.tries(address_of(request))
    if sent.browser:
        check_origin(request)
    begun = links.open_link(state.desk, sent.link, sent.pin)
    token = None if sent.browser else begun.token
    view = PersonSessionView(token=token, speaks=begun.speaks, language=begun.language, until=begun.until)
    answer = Reply.of(view, 201).response()
    if sent.browser:
        answer.set_cookie(COOKIE, begun.token, path="/", secure=True, httponly=True, samesite="strict")
    return answer


@router.delete("/session", status_code=204, **may("session:end"))
def leave(visit: Visitor) -> Response:
    """End the session, and let the browser forget what it was shown; also when it was over already."""
    with suppress(SessionOverError):
        sessions.leave(visit.desk, visit.token)
    answer = Response(status_code=204, headers=CLEAR)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return answer


@router.get("/plan", response_model=MyPlanView, responses=_LETTER, **may("decision:read"))
def plan(
    visit: Visitor,
    accept: Annotated[str, Header()] = "application/json",
    *,
    discreet: Annotated[bool, Query(description="Only topics to ask about: for a screen that others see.")] = False,
) -> Response:
    """Read your newest plan, as a letter in parts or, with `Accept: text/plain`, as text to print."""
    found = reading.own_plan(visit.desk, visit.token, discreet=discreet, language=visit.language)
    spoken = {} if found is None else {"Content-Language": found.letter.language}
    if not prefers_text(accept):
        view = MyPlanView(plan=None if found is None else plan_view(found))
        return Reply.of(view, headers=spoken).response()
    if found is None:
        return Response(status_code=204)
    return Response(found.text, media_type=TEXT, headers=spoken)


@router.get("/offers", response_model=PersonOffersView, **may("decision:read"))
def offers(visit: Visitor) -> PersonOffersView:
    """Read which help is in your plan, what it means, and whether you want it."""
    return PersonOffersView(
        items=[offer_view(one) for one in reading.own_offers(visit.desk, visit.token, visit.language)]
    )


@router.post("/choices", status_code=201, response_model=PersonChoiceView, **may("choice:make"))
def choose(visit: Visitor, sent: PersonChoiceSent) -> Response:
    """Say whether you want a kind of help; every other one stays as it is."""
    return visit.do(
        lambda desk: saying.own_choice(desk, visit.token, sent.offer, wanted=sent.wanted),
        lambda one: Reply.of(PersonChoiceView(choice=one.id, at=one.at, offer=one.offer, wanted=one.wanted), 201),
    ).response()


@router.get("/consents", response_model=PersonConsentsView, **may("consent:read"))
def consents(visit: Visitor) -> PersonConsentsView:
    """Read what was said about sharing, the oldest first."""
    found = reading.own_consents(visit.desk, visit.token, visit.language)
    return PersonConsentsView(items=[own_consent_view(one) for one in found])


@router.get("/consents/questions", response_model=QuestionsView, **may("consent:read"))
def questions(visit: Visitor) -> QuestionsView:
    """Read what you can be asked to share, each with the text that is to be read first."""
    found = saying.own_questions(visit.desk, visit.token, visit.language)
    return QuestionsView(items=[question_view(one) for one in found])


@router.post("/consents", status_code=201, response_model=PersonSaidView, **may("consent:give"))
def consent(visit: Visitor, sent: PersonConsentSent) -> Response:
    """Say yes or no to sharing; a no takes back at once what rested on a yes, and lowers no help."""
    service = None if sent.service is None else sent.service.key
    groups = tuple(group for group in GROUPS if group in sent.groups)
    return visit.do(
        lambda desk: saying.say_consent(
            desk, visit.token, sent.state, sent.disclosure, sent.wording, sent.language,
            service=service, groups=groups, until=sent.until,
        ),
        _said,
    ).response()  # fmt: skip


@router.post("/consents/withdraw", status_code=201, response_model=PersonSaidView, **may("consent:withdraw"))
def withdraw(visit: Visitor, sent: TakenBackSent) -> Response:
    """Take a consent back; whoever was told because of it hears that it is over."""
    service = None if sent.service is None else sent.service.key
    return visit.do(
        lambda desk: saying.say_consent(
            desk, visit.token, "withdrawn", sent.disclosure, language=visit.language, service=service
        ),
        _said,
    ).response()


@router.get("/referrals", response_model=PersonReferralsView, **may("referral:read"))
def referrals(visit: Visitor) -> PersonReferralsView:
    """Read how far each request for help is; no service and no place is named."""
    found = reading.own_referrals(visit.desk, visit.token, visit.language)
    return PersonReferralsView(items=[own_referral_view(one) for one in found])


@router.post("/feedback", status_code=204, **may("feedback:give"))
def feedback(visit: Visitor, sent: PersonFeedbackSent) -> Response:
    """Say how a service was; that you do not feel safe there is somebody's task at once."""
    return visit.do(
        lambda desk: saying.give_feedback(
            desk, visit.token, sent.referral, met=sent.met, safe=sent.safe, remark=sent.remark
        ),
        lambda _: Reply.of(None),
    ).response()


def prefers_text(accept: str) -> bool:
    """Say whether `Accept` (RFC 9110 §12.5.1) names text before JSON.

    >>> prefers_text("text/plain"), prefers_text("application/json, text/plain;q=0.5"), prefers_text("*/*")
    (True, False, False)
    """
    named = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return next((one.startswith("text/") for one in named if one in {TEXT, "text/*", "application/json", "*/*"}), False)


def _said(answer: Answer) -> Reply:
    return Reply.of(PersonSaidView(consent=answer.id, at=answer.at, state=answer.state), 201)
