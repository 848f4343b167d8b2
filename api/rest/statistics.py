"""Tables of the caseload, in counts that anybody may see."""

from __future__ import annotations

from fastapi import APIRouter

from api.call import Caller, may
from api.views.oversight import CaseloadView, caseload_view
from nrm.casework.oversight.caseload import caseload_tables

router = APIRouter(prefix="/statistics", tags=["statistics"])


@router.get("/caseload", response_model=CaseloadView, **may("statistics:read"))
def caseload(call: Caller) -> CaseloadView:
    """Tell how many cases there are by age, sex and form of exploitation; counted once a month."""
    return caseload_view(caseload_tables(call.desk, call.asked))
