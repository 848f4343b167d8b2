"""Break the glass: read a case of another organisation at once; two others hear of it, and one looks afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Call, Caller, may
from api.reply import Reply
from api.views.glass import GlassesView, GlassSent, GlassView, ReviewSent, glass_view
from nrm.casework.cases import glass

if TYPE_CHECKING:
    from nrm.casework.cases.grants import Glass

router = APIRouter(prefix="/cases/{case}/break-glass", tags=["emergencies"])


@router.post("", status_code=201, response_model=GlassView, **may("glass:break"))
def break_glass(call: Caller, case: UUID, sent: GlassSent) -> Response:
    """Read a case of another organisation for some hours; a second person and its supervisor are told at once.

    Name then in `Purpose-Of-Use` what you need each group for: `case_management` opens none from outside.
    """
    return call.do(
        lambda desk: glass.break_glass(desk, call.asked, case, sent.reason, sent.note, sent.told, sent.hours),
        lambda one: _told(call, case, one, 201),
    ).response()


@router.get("", response_model=GlassesView, **may("case:read"))
def list_glasses(call: Caller, case: UUID) -> GlassesView:
    """List who opened your case from outside, why, and what was found of it."""
    return GlassesView(items=[glass_view(call, one) for one in glass.glasses(call.desk, call.asked, case)])


@router.post("/{grant}/end", response_model=GlassView, **may("glass:end"))
def end(call: Caller, case: UUID, grant: UUID) -> Response:
    """End it before its time: you who broke the glass, or a supervisor of those who keep the case."""
    return call.do(
        lambda desk: glass.end_glass(desk, call.asked, case, grant), lambda one: _told(call, case, one)
    ).response()


@router.post("/{grant}/review", response_model=GlassView, **may("glass:review"))
def review(call: Caller, case: UUID, grant: UUID, sent: ReviewSent) -> Response:
    """Say whether it was right, as a supervisor who had no part in it; this ends the task, and what still runs."""
    return call.do(
        lambda desk: glass.review_glass(desk, call.asked, case, grant, sent.verdict),
        lambda one: _told(call, case, one),
    ).response()


def _told(call: Call, case: UUID, one: Glass, status: int = 200) -> Reply:
    return Reply.of(glass_view(call, one), status, about=case)
