"""Links that lead a person to their own case, made and ended by those who keep it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Caller, may
from api.once import UNKEPT
from api.reply import Reply
from api.views.person import PersonLinkSent, PersonLinkView
from nrm.casework.person import links

router = APIRouter(prefix="/cases/{case}/person-links", tags=["the person"])


@router.post("", status_code=201, response_model=PersonLinkView, dependencies=UNKEPT, **may("link:make"))
def make(call: Caller, case: UUID, sent: PersonLinkSent) -> Response:
    """Make a link for the person, or for a child's guardian; it opens the case once.

    Give token and PIN by two ways. Both are told now and kept nowhere, so that an `Idempotency-Key` is
    refused (`api.once.unkept`): a request that comes twice makes two links.
    """
    made = links.make_link(call.desk, call.asked, case, sent.language, sent.days, sent.speaks)
    return Reply.of(PersonLinkView(link=made.link, until=made.until, token=made.token, pin=made.pin), 201).response()


@router.delete("", status_code=204, **may("link:end"))
def end(call: Caller, case: UUID) -> Response:
    """End every link to a case and every session that began with one, as when a telephone was taken away."""
    return call.do(
        lambda desk: links.end_links(desk, call.asked, case), lambda _: Reply.of(None, about=case)
    ).response()
