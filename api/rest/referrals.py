"""Referrals of a case, for those who keep it: asked for, sent, taken back, and what a service said by telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Call, Caller, may
from api.days import country_of, day_of
from api.etags import Seen, etag
from api.reply import Reply
from api.views.referral import (
    AnswerSent,
    ReasonSent,
    ReferralSent,
    ReferralsView,
    ReferralView,
    ReferredView,
    TransporterSent,
    WhereaboutsView,
    referral_view,
    referred_view,
)
from nrm.casework.referrals import answering, referring, revoking, transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from nrm.casework.referrals.referring import Referred
    from nrm.referral.referral import Referral, Verb

router = APIRouter(prefix="/cases/{case}/referrals", tags=["referrals"])

ANSWERS: Final[dict[Verb, str]] = {
    "receive": "Note that the service has the package.",
    "accept": "Note that the service takes the person.",
    "decline": "Note that the service said no, with a reason from the list; somebody else is asked then.",
    "start": "Note that the help has begun.",
    "complete": "Note that the help was given.",
}
_NOBODY: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": ReferredView, "description": "No service could be asked: it is somebody's task."}
}


@router.get("", response_model=ReferralsView, **may("referral:read"))
def list_referrals(call: Caller, case: UUID) -> ReferralsView:
    """List the referrals of a case."""
    found = referring.referrals(call.desk, call.asked, case)
    return ReferralsView(items=[referral_view(call, one, version) for one, version in found])


@router.post("", status_code=201, response_model=ReferredView, responses=_NOBODY, **may("referral:send", purpose=True))
def refer(call: Caller, case: UUID, sent: ReferralSent) -> Response:
    """Decide, find the best service that can be asked, seal what it may know, and send it, or keep it as a draft."""
    on, country = day_of(call, None), country_of(call, None)
    return call.do(
        lambda desk: referring.refer(desk, call.asked, case, sent.request(call.language), on, country),
        lambda done: _referred(call, case, done, sent.offer),
    ).response()


@router.get("/{referral}", response_model=ReferralView, **may("referral:read"))
def tell(call: Caller, case: UUID, referral: UUID) -> Response:
    """Tell of one referral: who may learn what, its steps, and what you can do with it now."""
    found, version = referring.referral_kept(call.desk, call.asked, case, referral)
    return _changed(call, case, found, version).response()


@router.post("/{referral}/send", response_model=ReferredView, **may("referral:send", purpose=True))
def send(call: Caller, case: UUID, referral: UUID, seen: Seen) -> Response:
    """Send a draft, after everything was looked at again."""
    on = day_of(call, None)
    return call.do(
        lambda desk: referring.send_draft(desk, call.asked, case, referral, seen, on),
        lambda done: _referred(call, case, done, None, 200),
    ).response()


@router.post("/{referral}/revoke", response_model=ReferralView, **may("referral:revoke"))
def revoke(call: Caller, case: UUID, referral: UUID, seen: Seen, sent: ReasonSent) -> Response:
    """Take a referral back; a service that may have the package is told so, signed and sealed."""
    return call.do(
        lambda desk: revoking.revoke(desk, call.asked, case, referral, seen, sent.reason),
        lambda after: _changed(call, case, after, seen + 1),
    ).response()


def _answer(verb: Verb) -> Callable[..., Response]:
    """Return the route of one answer."""

    def note(call: Caller, case: UUID, referral: UUID, seen: Seen, sent: AnswerSent | None = None) -> Response:
        reason = None if sent is None else sent.reason
        return call.do(
            lambda desk: answering.answer(desk, call.asked, referral, verb, seen, reason, case),
            lambda done: _changed(call, case, done.referral, done.version),
        ).response()

    return note


for _verb, _said in ANSWERS.items():
    router.post(
        f"/{{referral}}/{_verb}",
        name=f"note_{_verb}",
        summary=f"Note {_verb}",
        description=f"{_said} For what a service said by telephone.",
        response_model=ReferralView,
        **may(f"referral:{_verb}"),
    )(_answer(_verb))


@router.post("/{referral}/transport", status_code=204, **may("case:assign"))
def name_transporter(call: Caller, case: UUID, referral: UUID, seen: Seen, sent: TransporterSent) -> Response:
    """Name the one official who brings the person there, and may learn where it is, after the service accepted."""
    return call.do(
        lambda desk: transport.name_transporter(desk, call.asked, case, referral, sent.official, seen),
        lambda version: Reply.of(None, headers=etag(version), about=case),
    ).response()


@router.get("/{referral}/transport", response_model=WhereaboutsView, **may("referral:send"))
def whereabouts(call: Caller, case: UUID, referral: UUID) -> WhereaboutsView:
    """Tell the official who brings the person there where a confidential service is; each time is on the log."""
    found = transport.whereabouts(call.desk, call.asked, case, referral)
    return WhereaboutsView(address=None if found is None else found.get_secret_value())


def _referred(call: Call, case: UUID, done: Referred, offer: str | None, status: int = 201) -> Reply:
    made = done.referral
    headers = {} if made is None else etag(done.version)
    if made is not None and status == 201:  # noqa: PLR2004 - made anew
        headers["Location"] = f"/v1/cases/{case}/referrals/{made.id}"
    return Reply.of(referred_view(call, done, offer), 200 if made is None else status, headers, about=case)


def _changed(call: Call, case: UUID, one: Referral, version: int) -> Reply:
    return Reply.of(referral_view(call, one, version), headers=etag(version), about=case)
