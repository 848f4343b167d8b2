"""What an oversight body asks: the log as files, proofs, events, decisions sealed for it, and counts of access.

The log stands under `/v1/oversight/checkpoint` and `/v1/oversight/tile/…`, as C2SP tlog-tiles lays it out, so that any
program that verifies such logs verifies ours. https://c2sp.org/tlog-tiles
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.call import Call, Caller, may
from api.files import FILE, OCTETS, PLAIN, attached, plain
from api.views.oversight import (
    AccessStatisticsView,
    BundleSought,
    EventsSought,
    EventsView,
    Moment,
    OversightReason,
    PoliciesView,
    event_view,
    policies_view,
    statistics_view,
)
from nrm.audit.source import DirectorySource
from nrm.casework.oversight import published
from nrm.casework.oversight.access_statistics import access_statistics
from nrm.casework.oversight.bundle import bundle_for_event
from nrm.casework.oversight.events import search_events

router = APIRouter(prefix="/oversight", tags=["oversight"])

_PLACE: Final = struct.Struct(">q")


@router.get("/checkpoint", responses=PLAIN, response_class=Response, **may("log:read"))
def checkpoint(call: Caller) -> Response:
    """Tell how far the published log goes, signed (C2SP tlog-checkpoint)."""
    return plain(published.checkpoint(call.desk, call.asked, _log(call)))


@router.get("/checkpoint.cosigned", responses=PLAIN, response_class=Response, **may("log:read"))
def cosigned(call: Caller) -> Response:
    """Tell how far enough witnesses have cosigned the log (C2SP tlog-cosignature); newer entries wait for them."""
    return plain(published.cosigned(call.desk, call.asked, _log(call)))


@router.get("/tile/{path:path}", responses=FILE, response_class=Response, **may("log:read"))
def tile(call: Caller, path: str) -> Response:
    """Give a file of the published log (C2SP tlog-tiles), such as `0/x001/067` or `entries/000.p/17`."""
    return Response(published.tile(call.desk, call.asked, _log(call), path), media_type=OCTETS)


@router.get("/vkey", responses=PLAIN, response_class=Response, **may("log:verify"))
def vkey(call: Caller) -> Response:
    """Tell the public key of the log (C2SP signed-note); compare it with one that you got another way."""
    return plain(published.vkey(call.desk, call.asked) + "\n")


@router.get("/proofs/{event}", responses=PLAIN, response_class=Response, **may("log:prove"))
def proof(call: Caller, event: UUID) -> Response:
    """Prove that an event is in the log (C2SP tlog-proof), with its entry in the proof."""
    return plain(published.proof(call.desk, call.asked, _log(call), event))


@router.get("/policies", response_model=PoliciesView, **may("policy:read"))
def policies(call: Caller) -> PoliciesView:
    """Tell who may do what, in the very files by which this installation decides, and which witnesses it has."""
    witnesses = call.state.settings.witnesses
    return policies_view(published.policies(call.desk, call.asked, None if witnesses is None else Path(witnesses)))


@router.post("/events/search", response_model=EventsView, **may("event:search"))
def look_for(call: Caller, sought: EventsSought) -> EventsView:
    """Find entries of the published log; that you looked, and why, is an entry of its own."""
    of = call.list_of("events")
    after = -1 if sought.cursor is None else _PLACE.unpack(call.state.cursors.opened(sought.cursor, of))[0]
    found = search_events(call.desk, call.asked, _log(call), sought.wanted(), sought.reason, after, sought.limit)
    return EventsView(
        items=[event_view(place, one) for place, one in found.events],
        size=found.size,
        next=None if found.after is None else call.state.cursors.sealed(_PLACE.pack(found.after), of),
    )


@router.post("/decisions/{event}/bundle", responses=FILE, response_class=Response, **may("decision:examine"))
def bundle(call: Caller, event: UUID, sought: BundleSought) -> Response:
    """Seal the decision of an event for you, to be made again with `nrm replay`; you learn neither whose nor which."""
    log = _log(call)
    sealed = bundle_for_event(call.desk, call.asked, event, sought.reason, sought.recipient, log)
    return attached(sealed, f"{event}.age")


@router.get("/statistics/access", response_model=AccessStatisticsView, **may("statistics:read"))
def statistics(
    call: Caller,
    reason: Annotated[OversightReason, Query(description="Why you look.")],
    since: Annotated[Moment | None, Query(description="The first moment that counts.")] = None,
    until: Annotated[Moment | None, Query(description="The first moment that does not.")] = None,
) -> AccessStatisticsView:
    """Count how access was used: who opened how much, denials, break-the-glass, disputes, clocks missed."""
    return statistics_view(access_statistics(call.desk, call.asked, _log(call), reason, since, until))


def _log(call: Call) -> DirectorySource:
    return DirectorySource(call.state.home.log)
