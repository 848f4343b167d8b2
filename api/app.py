"""The application: all routes of one installation, and what stands around them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fastapi import FastAPI
from fastapi.routing import APIRoute
from opentelemetry.trace import NoOpTracer
from starlette.middleware.cors import CORSMiddleware

from api.call import ACTION, OPEN
from api.problems.handlers import add_handlers
from api.rest import cases, health
from api.security.bodies import Bodies
from api.security.headers import SecurityHeaders
from api.watching.watch import Watch
from nrm.access import shipped
from nrm.errors import NrmError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.trace import Tracer

    from api.state import State

PREFIX: Final = "/v1"
ROUTERS: Final = (cases.router,)
LARGER: Final[dict[str, int]] = {}
"""How many bytes a body may have under paths that end so, where that is more than usual."""

Life: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[None]]

_PROBLEM: Final = {
    "description": "A problem (RFC 9457).",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemView"}}},
}


class RouteWithoutPolicyError(NrmError):
    """A route does not say which action it asks for, or one that no policy speaks of; nothing is started."""


def create_app(state: State, tracer: Tracer | None = None, life: Life | None = None) -> FastAPI:
    """Return the service of an installation.

    `tracer` makes its traces, which go nowhere without one; `life` is what begins and ends with it.

    Raises:
        RouteWithoutPolicyError: a route names no action of the policies.
    """
    app = FastAPI(
        title="National referral mechanism",
        version="1",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses={"default": _PROBLEM},
        redirect_slashes=False,
        lifespan=life,
    )
    app.state.nrm = state
    app.include_router(health.router)
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    add_handlers(app)
    app.add_middleware(Bodies, larger=LARGER)
    if state.settings.origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(state.settings.origins), allow_methods=["*"], allow_headers=["*"]
        )
    app.add_middleware(Watch, numbers=state.numbers, tracer=tracer or NoOpTracer())
    app.add_middleware(SecurityHeaders)
    check_routes(api_routes(app))
    return app


def api_routes(app: FastAPI) -> list[APIRoute]:
    """Return the routes that answer requests of people and programs."""
    return [route for route in app.routes if isinstance(route, APIRoute)]


def check_routes(routes: Iterable[APIRoute]) -> None:
    """Refuse routes without a policy (see `api.call`)."""
    wrong = [route for route in routes if not _has_policy(route.openapi_extra or {})]
    if wrong:
        todo = "say `**may(…)` at the route, with an action of the policies"
        raise RouteWithoutPolicyError(
            [
                Problem(f"{'/'.join(sorted(one.methods or ()))} {one.path}", 0, "the route has no policy", todo)
                for one in wrong
            ]
        )


def _has_policy(extra: dict[str, Any]) -> bool:
    action = extra.get(ACTION)
    return action is not None and (action == OPEN or action in known_actions())


def known_actions() -> frozenset[str]:
    """Return the actions that some policy speaks of."""
    return frozenset(action for action, _ in shipped().pairs)
