"""Break the glass: read a case of another organisation at once; two others hear of it, and one looks afterwards.

Who did is listed for each case, and over all cases for those who answer for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.call import Call, Caller, may
from api.cursors import Cursor, Limit
from api.reply import Reply
from api.views.glass import GlassesView, GlassSent, GlassView, ListedGlassView, ReviewSent, glass_view, listed_view
from api.views.model import Page
from nrm.casework.cases import glass
from nrm.casework.cases.glass_listed import list_glass
from nrm.casework.cases.glass_places import Whose
from nrm.casework.cases.grants import GlassState

if TYPE_CHECKING:
    from nrm.casework.cases.grants import Glass

router = APIRouter(tags=["emergencies"])
ONE = "/cases/{case}/break-glass"

Which = Annotated[
    Whose,
    Query(
        description="`kept`: of the cases that your organisation keeps. `named`: those that name you as the second "
        "person. `ours`: what people of your organisation broke elsewhere; which case it was is not told."
    ),
]
State = Annotated[GlassState | None, Query(description="Only those that stand so.")]


@router.post(ONE, status_code=201, response_model=GlassView, **may("glass:break"))
def break_glass(call: Caller, case: UUID, sent: GlassSent) -> Response:
    """Read a case of another organisation for some hours; a second person and its supervisor are told at once.

    Name then in `Purpose-Of-Use` what you need each group for: `case_management` opens none from outside.
    """
    return call.do(
        lambda desk: glass.break_glass(desk, call.asked, case, sent.reason, sent.note, sent.told, sent.hours),
        lambda one: _told(call, case, one, 201),
    ).response()


@router.get(ONE, response_model=GlassesView, **may("case:read"))
def list_glasses(call: Caller, case: UUID) -> GlassesView:
    """List who opened your case from outside, why, and what was found of it."""
    return GlassesView(items=[glass_view(call, one) for one in glass.glasses(call.desk, call.asked, case)])


@router.post(f"{ONE}/{{grant}}/end", response_model=GlassView, **may("glass:end"))
def end(call: Caller, case: UUID, grant: UUID) -> Response:
    """End it before its time: you who broke the glass, or a supervisor of those who keep the case."""
    return call.do(
        lambda desk: glass.end_glass(desk, call.asked, case, grant), lambda one: _told(call, case, one)
    ).response()


@router.post(f"{ONE}/{{grant}}/review", response_model=GlassView, **may("glass:review"))
def review(call: Caller, case: UUID, grant: UUID, sent: ReviewSent) -> Response:
    """Say whether it was right, as a supervisor who had no part in it; this ends the task, and what still runs."""
    return call.do(
        lambda desk: glass.review_glass(desk, call.asked, case, grant, sent.verdict),
        lambda one: _told(call, case, one),
    ).response()


@router.get("/glass", response_model=Page[ListedGlassView], **may("glass:list"))
def list_over_cases(
    call: Caller, whose: Which = "kept", state: State = None, limit: Limit = 100, cursor: Cursor = None
) -> Page[ListedGlassView]:
    """List broken glass over all cases, the newest first: in force, to be reviewed, or reviewed.

    A page may have fewer than `limit`, or none, and still a `next`. The note is told to who may read the case.
    """
    of = call.list_of(f"glass {whose} {state}")
    after = call.state.cursors.after(cursor, of)
    found = list_glass(call.desk, call.asked, whose, state, after, limit)
    more = None if found.next is None else call.state.cursors.sealed(found.next.bytes, of)
    return Page(items=[listed_view(call, one) for one in found.items], next=more)


def _told(call: Call, case: UUID, one: Glass, status: int = 200) -> Reply:
    return Reply.of(glass_view(call, one), status, about=case)
