"""What you yourself were told although no case of yours says it: broken glass, a webhook that was suspended."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Caller, may
from api.reply import Reply
from api.views.glass import NoticesView, NoticeView, notice_view
from nrm.casework.office import notices

router = APIRouter(prefix="/notices", tags=["notices"])


@router.get("", response_model=NoticesView, **may("notice:read"))
def list_notices(call: Caller) -> NoticesView:
    """List what you were told in the last ninety days, the newest first."""
    return NoticesView(items=[notice_view(call, one) for one in notices.notices(call.desk, call.asked)])


@router.post("/{notice}/seen", response_model=NoticeView, **may("notice:read"))
def seen(call: Caller, notice: UUID) -> Response:
    """Say that you saw a notice; the first time counts."""
    return call.do(
        lambda desk: notices.notice_seen(desk, call.asked, notice),
        lambda one: Reply.of(notice_view(call, one), about=one.case),
    ).response()
