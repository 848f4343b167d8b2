"""What is read out to the person, word for word, before they are asked for consent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.call import Caller, may
from api.views.consent import ReadOutView
from nrm.casework.referrals.asking_consent import Question, read_out
from nrm.directory.service import LONGEST_ID
from nrm.models import IsoDate
from nrm.referral.spoken import Listener
from nrm.rulebook.vocabulary import GROUPS, Group

router = APIRouter(prefix="/consent-wordings", tags=["consent"])

_Part = Annotated[str | None, Query(min_length=1, max_length=LONGEST_ID, description="Of one service; both or none.")]


@router.get("/{disclosure}", response_model=ReadOutView, **may("consent:read"))
def wording(
    call: Caller,
    disclosure: Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,59}$", examples=["share_with_health"])],
    group: Annotated[
        list[Group], Query(default_factory=list, max_length=len(GROUPS), description="Only these; repeat for several.")
    ],
    read_to: Annotated[Listener, Query(description="Who listens; of a child, the guardian too.")] = "person",
    until: Annotated[IsoDate | None, Query(description="The last day on which the consent is to hold.")] = None,
    source: _Part = None,
    service: _Part = None,
) -> ReadOutView:
    """Return what is read out before this consent is asked for, today and in your language."""
    key = (source, service) if source is not None and service is not None else None
    groups = tuple(one for one in GROUPS if one in group)
    found = read_out(call.desk, call.asked, Question(disclosure, read_to, key, groups, until), call.language)
    return ReadOutView(wording=found.wording, language=call.language, read_to=read_to, text=found.text)
