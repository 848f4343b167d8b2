"""Records of other systems, in and out: HTCDS 2.0, and the payload of the United Kingdom's form.

No file is unpacked: what is compressed or an archive is refused, so that a small one never becomes large.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response

from api.call import Caller, may
from api.days import day_of
from api.problems.problem import Told
from api.reply import Reply
from api.views.case import KeptView
from api.views.interchange import ExportedView, ExportSent, ImportedView, unmapped_view
from nrm.casework.cases import exporting, importing
from nrm.interchange import Imported, read_htcds, read_uk_form
from nrm.interchange.sheet import Kind
from nrm.models import IsoDate

if TYPE_CHECKING:
    from collections.abc import Callable

    from nrm.casework.cases.importing import TakenOver

router = APIRouter(tags=["interchange"])

PATH: Final = "/records/import"
"""Below `/v1`, where bodies are at most of `LARGEST` bytes."""
LARGEST: Final = 2_000_000

_KINDS: Final[dict[str, Kind]] = {"text/csv": "csv", "application/json": "json"}
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "One record or a list of them, flat; a form of the United Kingdom is JSON.",
    "content": {
        "application/json": {"schema": {}, "example": [{"prs_FirstName": "Ana", "prs_Gender": "Feminine"}]},
        "text/csv": {"schema": {"type": "string"}, "example": "prs_FirstName,prs_Gender\r\nAna,Feminine\r\n"},
    },
}
_OPENED: Final[dict[int | str, dict[str, Any]]] = {201: {"model": ImportedView, "description": "Cases were opened."}}

Source = Annotated[Literal["htcds", "uk-nrm"], Query(description="Which form it has.")]
QuestionSet = Annotated[
    IsoDate | None, Header(alias="Question-Set", description="uk-nrm: the day of the version of the form.")
]
AnsweredOn = Annotated[IsoDate | None, Header(alias="Answered-On", description="uk-nrm: the day it was sent.")]


@dataclass(frozen=True)
class Sheet:
    """A file of records in the body of a request."""

    content: bytes = field(repr=False)
    kind: Kind


async def sheet_of(request: Request) -> Sheet:
    """Return the file in the body. Raises `Told` when it is declared as neither CSV nor JSON."""
    kind = _KINDS.get(request.headers.get("content-type", "").partition(";")[0].strip().lower())
    if kind is None:
        raise Told("wrong_media_type")
    return Sheet(await request.body(), kind)


@router.post(PATH, response_model=ImportedView, responses=_OPENED, **may("record:import", requestBody=_BODY))
def import_records(
    call: Caller,
    sheet: Annotated[Sheet, Depends(sheet_of)],
    source: Source,
    question_set: QuestionSet = None,
    answered_on: AnsweredOn = None,
    *,
    open_: Annotated[
        bool, Query(alias="open", description="Open a case for each record: all of them, or none.")
    ] = False,
) -> Response:
    """Read records of another system as ours; nothing of them is kept unless `open` says so."""
    read: Callable[[], Imported]
    if source == "htcds":
        read = partial(read_htcds, sheet.content, sheet.kind, "body")
    elif sheet.kind == "csv":
        raise Told("wrong_media_type")
    else:
        read = partial(read_uk_form, sheet.content, question_set, answered_on, "body")
    if not open_:
        found = importing.look(call.desk, call.asked, read)
        records = [one.data for one in found.records]
        return Reply.of(ImportedView(records=records, cases=[], unmapped=unmapped_view(found.unmapped))).response()
    on = day_of(call, None)
    return call.do(lambda desk: importing.take_over(desk, call.asked, read, on), _opened).response()


@router.post("/cases/{case}/export", response_model=ExportedView, **may("record:export", purpose=True))
def export(call: Caller, case: UUID, sent: ExportSent) -> ExportedView:
    """Write a case as a record for another system; which groups left, and for what, is on the log."""
    made = exporting.export(call.desk, call.asked, case, sent.format, sent.groups)
    content = made.content.decode()
    return ExportedView(form=sent.form, format=sent.format, content=content, unmapped=unmapped_view(made.unmapped))


def _opened(done: TakenOver) -> Reply:
    cases = [
        KeptView(case=one.case, version=one.version, duplicate=one.duplicate, not_compared=one.not_compared)
        for one in done.kept
    ]
    about = done.kept[0].case if len(done.kept) == 1 else None
    return Reply.of(ImportedView(records=[], cases=cases, unmapped=unmapped_view(done.unmapped)), 201, about=about)
