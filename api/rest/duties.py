"""What is to be done for a case and by whom; and what waits for one's role over all cases that one may see."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Caller, may
from api.cursors import Cursor, Limit
from api.pages import page
from api.reply import Reply
from api.views.duty import DutiesView, DutyView, duty_view
from api.views.model import Page
from nrm.casework.clocks import duties, waiting

router = APIRouter(tags=["duties"])


@router.get("/cases/{case}/duties", response_model=DutiesView, **may("duty:read"))
def list_duties(call: Caller, case: UUID) -> DutiesView:
    """List what is to be done for a case: duties of its plan, and tasks; what is due first comes first."""
    found = duties.duties(call.desk, call.asked, case)
    return DutiesView(items=[duty_view(call, case, one) for one in found])


@router.post("/cases/{case}/duties/{duty}/done", response_model=DutyView, **may("duty:done"))
def finish(call: Caller, case: UUID, duty: UUID) -> Response:
    """Note that a duty or a task is done."""
    return call.do(
        lambda desk: duties.finish(desk, call.asked, case, duty),
        lambda ended: Reply.of(duty_view(call, case, ended), about=case),
    ).response()


@router.get("/duties", response_model=Page[DutyView], **may("duty:read"))
def waiting_for_you(call: Caller, limit: Limit = 100, cursor: Cursor = None) -> Page[DutyView]:
    """List what falls to your role, or was escalated to it, in the next 30 days: a coordinator's for all cases."""
    return page(
        call,
        "duties",
        cursor,
        limit,
        find=lambda after, most: waiting.waiting(call.desk, call.asked, after, most),
        view=lambda one: duty_view(call, one.case, one.duty),
        key=lambda one: one.duty.id,
    )
