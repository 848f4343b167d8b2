"""The directory of services, to be read by those who refer and those who keep it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from api.call import Call, Caller, may
from api.cursors import Limit
from api.views.directory import LONGEST_CURSOR, ServicesSought, ServiceView, service_view
from api.views.model import Page
from nrm.casework.office.services_listed import Wanted, services

if TYPE_CHECKING:
    from nrm.directory.service import Key

router = APIRouter(prefix="/directory", tags=["directory"])

_Cursor = Annotated[
    str | None,
    Query(max_length=LONGEST_CURSOR, pattern="^[A-Za-z0-9_-]+$", description="`next` of the page before."),
]


@router.get("/services", response_model=Page[ServiceView], **may("directory:read"))
def list_services(call: Caller, limit: Limit = 100, cursor: _Cursor = None) -> Page[ServiceView]:
    """List the services of the directory; no address of any."""
    return _page(call, Wanted(), limit, cursor)


@router.post("/search", response_model=Page[ServiceView], **may("directory:read"))
def look_for(call: Caller, sought: ServicesSought) -> Page[ServiceView]:
    """Find services by name, offer, region or language; what is sought is sent in the body."""
    wanted = Wanted(sought.text, sought.offer, sought.region, sought.language)
    return _page(call, wanted, sought.limit, sought.cursor)


def _page(call: Call, wanted: Wanted, limit: int, cursor: str | None) -> Page[ServiceView]:
    of = call.list_of("services")
    found = services(call.desk, call.asked, wanted, _after(call, cursor, of), limit + 1)
    items = [service_view(one, call.speaker) for one in found[:limit]]
    if len(found) <= limit:
        return Page(items=items)
    last = json.dumps(found[limit - 1].key, ensure_ascii=False).encode()
    return Page(items=items, next=call.state.cursors.sealed(last, of))


def _after(call: Call, cursor: str | None, of: bytes) -> Key | None:
    if cursor is None:
        return None
    source, name = json.loads(call.state.cursors.opened(cursor, of))
    return source, name
