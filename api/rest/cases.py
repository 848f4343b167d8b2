"""Cases: taken in, listed, read, amended, told about and shredded."""

from __future__ import annotations

import json
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.call import Caller, may
from api.cursors import Cursor, Limit
from api.days import day_of
from api.documents import BODY, Record
from api.etags import Seen, etag
from api.pages import page
from api.reply import Reply
from api.views.case import GroupsView, HappenedView, HistoryView, KeptView, ListedView, decided_view, listed_view
from api.views.model import Page
from nrm.casework.cases import history, keep
from nrm.casework.cases.record import PARTS

router = APIRouter(prefix="/cases", tags=["cases"])

Group = Annotated[list[str], Query(min_length=1, max_length=len(PARTS), description="A group; repeat for several.")]


@router.post("", status_code=201, response_model=KeptView, **may("case:open", requestBody=BODY))
def open_case(call: Caller, record: Record) -> Response:
    """Take a record in as a new case."""
    return call.do(
        lambda desk: keep.open_case(desk, call.asked, record, day_of(call, None)), lambda kept: _kept(kept, 201)
    ).response()


@router.get("", response_model=Page[ListedView], **may("case:list"))
def list_cases(call: Caller, limit: Limit = 100, cursor: Cursor = None) -> Page[ListedView]:
    """List the cases of your organisation; none is opened."""
    return page(
        call,
        "cases",
        cursor,
        limit,
        find=lambda after, most: keep.list_cases(call.desk, call.asked, after, most),
        view=listed_view,
        key=lambda row: row.case,
    )


@router.get("/{case}", response_model=HistoryView, **may("case:read"))
def tell(call: Caller, case: UUID) -> HistoryView:
    """Tell what happened to a case: versions, decisions, entries; no group is opened."""
    found = history.history(call.desk, call.asked, case)
    return HistoryView(
        written=list(found.versions),
        decisions=[decided_view(one) for one in found.decisions],
        events=[HappenedView(**vars(one)) for one in found.events],
    )


@router.get("/{case}/groups", response_model=GroupsView, **may("group:read", purpose=True))
def read_groups(call: Caller, case: UUID, group: Group, version: Annotated[int | None, Query(ge=1)] = None) -> Response:
    """Open named groups for the purpose in `Purpose-Of-Use`; that you read them is on the log."""
    found = keep.read_groups(call.desk, call.asked, case, sorted(set(group)), version)
    groups = {name: json.loads(data) for name, data in found.groups.items()}
    view = GroupsView(case=case, version=found.version, groups=groups)
    return Reply.of(view, headers=etag(found.version)).response()


@router.patch("/{case}", response_model=KeptView, **may("group:change", requestBody=BODY))
def amend(call: Caller, case: UUID, seen: Seen, record: Record) -> Response:
    """Put the groups that are sent in the place of those that the case has; the others stay."""
    return call.do(lambda desk: keep.amend(desk, call.asked, case, seen, record, day_of(call, None)), _kept).response()


@router.delete("/{case}", status_code=204, **may("case:shred"))
def shred(call: Caller, case: UUID) -> Response:
    """Destroy the key of a case, so that nothing of it can ever be opened."""
    return call.do(lambda desk: keep.shred(desk, call.asked, case), lambda _: Reply.of(None)).response()


def _kept(kept: keep.Kept, status: int = 200) -> Reply:
    view = KeptView(case=kept.case, version=kept.version, duplicate=kept.duplicate, not_compared=kept.not_compared)
    headers = {**etag(kept.version), **({"Location": f"/v1/cases/{kept.case}"} if status == 201 else {})}  # noqa: PLR2004
    return Reply.of(view, status, headers, about=kept.case)
