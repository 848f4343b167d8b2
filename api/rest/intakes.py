"""The common path in one request: a record is taken in and decided about, both or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Call, Caller, may
from api.days import Country, Day, country_of, day_of
from api.documents import BODY, Record
from api.etags import etag
from api.reply import Reply
from api.views.case import TakenInView
from nrm.casework.cases import intake
from nrm.engine.view import view

if TYPE_CHECKING:
    from nrm.casework.cases.intake import TakenIn

router = APIRouter(prefix="/intakes", tags=["cases"])


@router.post("", status_code=201, response_model=TakenInView, **may("case:open", purpose=True, requestBody=BODY))
def take_in(call: Caller, record: Record, on: Day = None, country: Country = None) -> Response:
    """Take a record in as a new case, decide about it at once, and return its first plan in your language."""
    day, where = day_of(call, on), country_of(call, country)
    return call.do(
        lambda desk: intake.take_in(desk, call.asked, record, day, where), lambda taken: _reply(call, taken)
    ).response()


def _reply(call: Call, taken: TakenIn) -> Reply:
    kept, made = taken.kept, taken.made
    shown = TakenInView(
        case=kept.case,
        version=kept.version,
        duplicate=kept.duplicate,
        not_compared=kept.not_compared,
        decision=made.decision,
        plan=view(made.plan, call.speaker),
    )
    headers = {**etag(kept.version), "Location": f"/v1/cases/{kept.case}"}
    return Reply.of(shown, 201, headers, about=kept.case)
