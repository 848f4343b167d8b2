"""What is to be done for a case and by whom; and what waits for one's role over all cases that one may see."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Caller, may
from api.cursors import Cursor, Limit
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
    """List what falls to your role, or was escalated to it, in the next 30 days: a coordinator's for all cases.

    A page may have fewer than `limit`, or none, and still a `next`.
    """
    of, cursors = call.list_of("duties in order"), call.state.cursors
    found = waiting.waiting(
        call.desk, call.asked, None if cursor is None else _place(cursors.opened(cursor, of)), limit
    )
    return Page(
        items=[duty_view(call, one.case, one.duty) for one in found.items],
        next=None if found.next is None else cursors.sealed(_packed(*found.next), of),
    )


_PLACE: Final = struct.Struct(">q16s")
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(microseconds=1)


def _packed(moment: datetime, clock: UUID) -> bytes:
    return _PLACE.pack((moment - _BEGINNING) // _STEP, clock.bytes)


def _place(packed: bytes) -> tuple[datetime, UUID]:
    passed, clock = _PLACE.unpack(packed)
    return _BEGINNING + passed * _STEP, UUID(bytes=clock)
