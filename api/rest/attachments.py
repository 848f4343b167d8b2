"""Files that are kept with a case: sent as they are, fetched as they were, never shown in a browser.

INVARIANT (never rendered): what somebody sent goes out as bytes to be saved, in a sandbox, and never as the media type
that a browser would show or run; `NRM-Media-Type` says what it is.
"""

from __future__ import annotations

import base64
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote, unquote_to_bytes
from uuid import UUID

from fastapi import APIRouter, Header, Query
from starlette.responses import Response, StreamingResponse

from api.call import Caller, may
from api.files import OCTETS
from api.incoming import Incoming, in_thread
from api.problems.fault import Fault
from api.problems.problem import Told
from api.reply import Reply
from api.views.attachment import AttachmentsView, AttachmentView, attachment_view
from nrm.casework.cases import attachments
from nrm.rulebook.vocabulary import Group

if TYPE_CHECKING:
    from nrm.casework.attachment import Attachment

router = APIRouter(prefix="/cases/{case}/attachments", tags=["attachments"])

PATH: Final = "/cases/[^/]+/attachments"
"""Below `/v1`, where bodies may be as large as an attachment; an expression."""

SANDBOX: Final = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

_BEFORE: Final = "attachment; filename*=UTF-8''"
NAMED: Final = r"^attachment; ?filename\*=UTF-8''(%[0-9A-Fa-f]{2}|[A-Za-z0-9!#$&+.^_`|~-])+$"
"""The one form of `Content-Disposition` that is taken (RFC 6266 §4.3, RFC 8187 §3.2): any name can be written so."""

Disposition = Annotated[
    str,
    Header(
        alias="Content-Disposition",
        pattern=NAMED,
        max_length=1500,
        description="The name of the file, as UTF-8 with `%` (RFC 8187).",
        examples=[f"{_BEFORE}scan%20of%20passport.pdf"],
    ),
]
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
_BODY: Final[dict[str, Any]] = {"required": True, "content": {OCTETS: _BYTES}}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file, to be saved.",
        "content": {OCTETS: _BYTES},
        "headers": {
            "NRM-Media-Type": {"description": "What it is by its content.", "schema": {"type": "string"}},
            "Content-Digest": {"description": "Its SHA-256 (RFC 9530).", "schema": {"type": "string"}},
        },
    }
}


@router.post("", status_code=201, response_model=AttachmentView, **may("attachment:add", requestBody=_BODY))
async def add(
    call: Caller,
    case: UUID,
    disposition: Disposition,
    content_type: Annotated[str, Header(include_in_schema=False)] = "",
    group: Annotated[Group, Query(description="The group with which it is disclosed.")] = "evidence",
) -> Response:
    """Keep a file with a case; of which type it is, its content decides. The same file again is one attachment."""
    if content_type.partition(";")[0].strip().lower() != OCTETS:
        raise Told("wrong_media_type")
    name = _name(disposition)
    body = Incoming(call.request)
    done = await in_thread(
        lambda: call.do(
            lambda desk: attachments.add(desk, call.asked, case, name, body, group),
            lambda one: Reply.of(attachment_view(one, call.speaker), 201, _where(case, one), about=case),
            lambda: name.encode() + b"\0" + body.digest(),
        )
    )
    return done.response()


@router.get("", response_model=AttachmentsView, **may("attachment:read", purpose=True))
def list_attachments(call: Caller, case: UUID) -> AttachmentsView:
    """List the files of a case, the oldest first; that you looked is on the log."""
    found = attachments.attachments(call.desk, call.asked, case)
    return AttachmentsView(items=[attachment_view(one, call.speaker) for one in found])


@router.get("/{attachment}", response_class=StreamingResponse, responses=_FILE, **may("attachment:read", purpose=True))
def read(call: Caller, case: UUID, attachment: UUID) -> StreamingResponse:
    """Fetch a file, to be saved. If it cannot be verified to its end, the connection is cut before that end."""
    one, parts = attachments.read(call.desk, call.asked, case, attachment)
    whole = chain([next(parts)], parts)  # what is wrong with the first part can still be told as a problem
    digest = base64.b64encode(bytes.fromhex(one.sha256)).decode()
    headers = {
        "Content-Disposition": _BEFORE + quote(one.name, safe=""),
        "Content-Digest": f"sha-256=:{digest}:",
        "Content-Length": str(one.size),
        "Content-Security-Policy": SANDBOX,
        "NRM-Media-Type": one.media,
    }
    return StreamingResponse(whole, headers=headers, media_type=OCTETS)


@router.delete("/{attachment}", status_code=204, **may("attachment:remove"))
def remove(call: Caller, case: UUID, attachment: UUID) -> Response:
    """Remove a file from a case; what was sent to a service stays there."""
    return call.do(
        lambda desk: attachments.remove(desk, call.asked, case, attachment),
        lambda _: Reply.of(None, about=case),
    ).response()


def _name(disposition: str) -> str:
    """Return the name in the header, in the form of which it was checked to be. Raises `Told`."""
    try:
        return unquote_to_bytes(disposition.partition("''")[2]).decode()
    except UnicodeDecodeError:
        raise Told("input_refused", (Fault(at="header/Content-Disposition", what="is not UTF-8"),)) from None


def _where(case: UUID, one: Attachment) -> dict[str, str]:
    return {"Location": f"/v1/cases/{case}/attachments/{one.id}"}
