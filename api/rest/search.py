"""Cases found by an identifier, which is sent in the body."""

from __future__ import annotations

from fastapi import APIRouter

from api.call import Caller, may
from api.views.case import ListedView
from api.views.search import FoundView, Looking
from nrm.casework.cases import search

router = APIRouter(prefix="/cases", tags=["cases"])


@router.post("/search", response_model=FoundView, **may("case:search"))
def look_for(call: Caller, looking: Looking) -> FoundView:
    """Find the cases of your organisation that have a document number, telephone number or e-mail address."""
    found = search.search(call.desk, call.asked, looking.kind, looking.value)
    items = [
        ListedView(
            case=row.case, version=row.version, opened_at=row.opened_at, changed_at=row.changed_at, shredded=False
        )
        for row in found.cases
    ]
    return FoundView(items=items, known_elsewhere=found.known_elsewhere)
