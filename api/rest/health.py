"""Whether the service lives, whether it is ready, and its numbers for those who run it."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.call import OPEN, may
from api.problems.problem import Told
from api.state import State
from api.views.model import View
from nrm.errors import NrmError

router = APIRouter(tags=["running"])

_HERE = frozenset({"127.0.0.1", "::1", "testclient"})


class AliveView(View):
    """The process answers."""

    alive: Literal[True] = True


class ReadyView(View):
    """Store and log can be used; `waiting` says whether entries wait for their place in the log."""

    ready: Literal[True] = True
    waiting: bool


@router.get("/health", response_model=AliveView, **may(OPEN))
async def health() -> AliveView:
    """Say that the process answers."""
    return AliveView()


@router.get("/ready", response_model=ReadyView, **may(OPEN))
def ready(request: Request) -> ReadyView:
    """Say whether requests can be answered: the store is read."""
    state: State = request.app.state.nrm
    try:
        return ReadyView(waiting=state.desk.store.read(lambda unit: bool(unit.log.waiting(1))))
    except NrmError:
        raise Told("storage_failed") from None


@router.get("/metrics", include_in_schema=False, **may(OPEN))
async def metrics(request: Request) -> Response:
    """Return the numbers of this process, to its own machine only."""
    state: State = request.app.state.nrm
    if state.settings.metrics != "local" or request.client is None or request.client.host not in _HERE:
        raise Told("not_found")
    return Response(state.numbers.text(), media_type="text/plain; version=0.0.4")
