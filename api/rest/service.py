"""What a service does: it sees its own referrals, fetches packages, answers, and keeps its own entry true.

The organisation of whoever is signed in is the service; of all others it hears that there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.call import Call, Caller, may
from api.cursors import Cursor, Limit
from api.etags import Seen, etag
from api.files import FILE, SentFile, attached, file_of
from api.pages import page
from api.reply import Reply
from api.views.model import Page
from api.views.service import (
    CapacitySent,
    CapacityView,
    DeclineSent,
    EntrySent,
    EntryView,
    OwnReferralView,
    OwnState,
    WaitingView,
    capacity_view,
    entry_view,
    own_view,
    waiting_view,
)
from nrm.casework.office import own_entry
from nrm.casework.referrals import answering
from nrm.referral.sshsig import LONGEST

if TYPE_CHECKING:
    from nrm.casework.office.own_entry import OwnEntry
    from nrm.casework.referrals.answering import Answered
    from nrm.referral.referral import Verb

router = APIRouter(prefix="/service", tags=["service"])

LONGEST_REPLY: Final = 3 * LONGEST
"""Bytes of a signed reply."""

_LIVE: Final[tuple[OwnState, ...]] = ("sent", "received", "accepted", "in_progress")

States = Annotated[
    list[OwnState] | None, Query(max_length=8, description="A state; repeat for several. Those that are open, if none.")
]


@router.get("/referrals", response_model=Page[WaitingView], **may("referral:read"))
def list_referrals(call: Caller, states: States = None, limit: Limit = 100, cursor: Cursor = None) -> Page[WaitingView]:
    """List the referrals to your service; nothing of any person."""
    wanted = sorted(set(states or _LIVE))
    return page(
        call,
        f"own referrals {' '.join(wanted)}",
        cursor,
        limit,
        find=lambda after, most: answering.own_referrals(call.desk, call.asked, wanted, after, most),
        view=lambda one: waiting_view(one, call),
        key=lambda one: one.referral,
    )


@router.get("/referrals/{referral}", response_model=OwnReferralView, **may("referral:read"))
def tell(call: Caller, referral: UUID) -> Response:
    """Tell how a referral to your service stands, and what you can answer now."""
    return _answered(call, answering.own_referral(call.desk, call.asked, referral)).response()


@router.get("/referrals/{referral}/package", responses=FILE, response_class=Response, **may("referral:receive"))
def fetch(call: Caller, referral: UUID) -> Response:
    """Fetch the sealed package of a referral to your service; it can be fetched again until you have answered."""
    return attached(answering.fetch(call.desk, call.asked, referral), f"{referral}.age")


@router.post("/referrals/{referral}/accept", response_model=OwnReferralView, **may("referral:accept"))
def accept(call: Caller, referral: UUID, seen: Seen) -> Response:
    """Accept: your service takes the person."""
    return _answer(call, referral, "accept", seen)


@router.post("/referrals/{referral}/decline", response_model=OwnReferralView, **may("referral:decline"))
def decline(call: Caller, referral: UUID, seen: Seen, sent: DeclineSent) -> Response:
    """Decline, with a reason from the list; somebody else is asked then."""
    return _answer(call, referral, "decline", seen, sent.reason)


@router.post("/referrals/{referral}/start", response_model=OwnReferralView, **may("referral:start"))
def start(call: Caller, referral: UUID, seen: Seen) -> Response:
    """Say that the help has begun."""
    return _answer(call, referral, "start", seen)


@router.post("/referrals/{referral}/complete", response_model=OwnReferralView, **may("referral:complete"))
def complete(call: Caller, referral: UUID, seen: Seen) -> Response:
    """Say that the help was given."""
    return _answer(call, referral, "complete", seen)


@router.post(
    "/replies",
    response_model=OwnReferralView,
    **may("referral:receive", requestBody=file_of("A reply as `nrm package reply` signs it.")),
)
def take_reply(call: Caller, sent: SentFile) -> Response:
    """Take a signed reply; it counts as the word of the service whose confirmed key signed it."""
    return call.do(
        lambda desk: answering.take_reply(desk, call.asked, sent.at_most(LONGEST_REPLY)),
        lambda done: _answered(call, done),
    ).response()


@router.get("/capacity", response_model=CapacityView, **may("directory:read"))
def tell_capacity(call: Caller) -> Response:
    """Tell how many places your service has free, by the day."""
    return _capacity(own_entry.own_entry(call.desk, call.asked, call.state.directory_key)).response()


@router.put("/capacity", response_model=CapacityView, **may("directory:change"))
def say_capacity(call: Caller, seen: Seen, sent: CapacitySent) -> Response:
    """Say how many places your service has free; `If-Match` is the version of your entry."""
    key = call.state.directory_key
    return call.do(
        lambda desk: own_entry.say_capacity(desk, call.asked, key, seen, sent.capacity()), _capacity
    ).response()


@router.get("/entry", response_model=EntryView, **may("directory:read"))
def tell_entry(call: Caller) -> Response:
    """Tell what the directory keeps of your service beside what its source says."""
    return _entry(own_entry.own_entry(call.desk, call.asked, call.state.directory_key)).response()


@router.patch("/entry", response_model=EntryView, **may("directory:change"))
def say(call: Caller, seen: Seen, sent: EntrySent) -> Response:
    """Keep your own entry true; a new key waits for the coordinator, and a place can only be hidden."""
    key = call.state.directory_key
    return call.do(lambda desk: own_entry.say(desk, call.asked, key, seen, sent.said()), _entry).response()


def _answer(call: Call, referral: UUID, verb: Verb, seen: int, reason: str | None = None) -> Response:
    return call.do(
        lambda desk: answering.answer(desk, call.asked, referral, verb, seen, reason),
        lambda done: _answered(call, done),
    ).response()


def _answered(call: Call, done: Answered) -> Reply:
    return Reply.of(own_view(done, call), headers=etag(done.version), about=done.case)


def _capacity(found: OwnEntry) -> Reply:
    return Reply.of(capacity_view(found.record), headers=etag(found.version))


def _entry(found: OwnEntry) -> Reply:
    return Reply.of(entry_view(found), headers=etag(found.version))
