"""Whether the service lives, whether it is ready, and its numbers for those who run it."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.call import OPEN, may
from api.problems.problem import Told
from api.state import State
from api.views.model import View
from nrm.errors import NrmError

router = APIRouter(tags=["running"])

_HERE = frozenset({"127.0.0.1", "::1", "testclient"})
_FORWARDED = ("x-forwarded-for", "forwarded", "via")


class AliveView(View):
    """The process answers."""

    alive: Literal[True] = True


class ReadyView(View):
    """Store and log can be used; `waiting` says whether entries wait for their place in the log."""

    ready: Literal[True] = True
    waiting: bool
    rules: Literal["signed", "unsigned"] = Field(
        description="`unsigned`: rules are read from files that nobody signed, as on a test machine."
    )


@router.get("/health", response_model=AliveView, **may(OPEN))
async def health() -> AliveView:
    """Say that the process answers."""
    return AliveView()


@router.get("/ready", response_model=ReadyView, **may(OPEN))
def ready(request: Request) -> ReadyView:
    """Say whether requests can be answered: the store is read."""
    state: State = request.app.state.nrm
    try:
        waiting = state.desk.store.read(lambda unit: bool(unit.log.waiting(1)))
    except NrmError:
        raise Told("storage_failed") from None
    return ReadyView(waiting=waiting, rules="unsigned" if state.officers is None else "signed")


@router.get("/metrics", include_in_schema=False, **may(OPEN))
async def metrics(request: Request) -> Response:
    """Return the numbers of this process, to its own machine only."""
    state: State = request.app.state.nrm
    if state.settings.metrics != "local" or not _is_from_here(request):
        raise Told("not_found")
    return Response(state.numbers.text(), media_type="text/plain; version=0.0.4")


def _is_from_here(request: Request) -> bool:
    """Say whether a program of this machine asks, and not somebody for whom a proxy on this machine asks."""
    forwarded = any(name in request.headers for name in _FORWARDED)
    return request.client is not None and request.client.host in _HERE and not forwarded
