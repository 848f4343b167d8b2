"""Which services fit an offer for the person of a case; nobody is asked by it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from api.call import Caller, may
from api.days import day_of
from api.views.match import MatchesView, Matching, matches_view
from nrm.casework.referrals import matching

router = APIRouter(prefix="/cases/{case}/matches", tags=["referrals"])


@router.post("", response_model=MatchesView, **may("match:make", purpose=True))
def match(call: Caller, case: UUID, wanted: Matching) -> MatchesView:
    """Rank the services for one offer and explain each line; where the person must not go is sent in the body."""
    found = matching.matches(
        call.desk, call.asked, case, wanted.offer, wanted.where.where(), day_of(call, None), wanted.most
    )
    return matches_view(found, call.speaker)
