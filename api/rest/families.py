"""Cases of one family, linked: that one is in danger raises the other, and nothing else passes between them."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Caller, may
from api.reply import Reply
from api.views.family import LinkSent, LinksView, link_view
from nrm.casework.cases import families

router = APIRouter(prefix="/cases/{case}/family", tags=["cases"])


@router.get("", response_model=LinksView, **may("case:read"))
def list_links(call: Caller, case: UUID) -> LinksView:
    """List the links of a case to those of relatives."""
    return LinksView(items=[link_view(one) for one in families.family(call.desk, call.asked, case)])


@router.post("", status_code=204, **may("case:change"))
def link(call: Caller, case: UUID, sent: LinkSent) -> Response:
    """Link the cases of two relatives; linking them again changes nothing."""
    return call.do(
        lambda desk: families.link(desk, call.asked, case, sent.other, sent.relation),
        lambda _: Reply.of(None, about=case),
    ).response()


@router.delete("/{other}", status_code=204, **may("case:change"))
def unlink(call: Caller, case: UUID, other: UUID) -> Response:
    """End the link between two cases; a danger that was told stays told until the case is decided again."""
    return call.do(
        lambda desk: families.unlink(desk, call.asked, case, other), lambda _: Reply.of(None, about=case)
    ).response()
