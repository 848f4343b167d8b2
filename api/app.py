"""The application: all routes of one installation, and what stands around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Final, TypeAlias

from fastapi import APIRouter, FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from opentelemetry.trace import NoOpTracer
from starlette.middleware.cors import CORSMiddleware

from api.call import ACTION, OPEN
from api.openapi import Description
from api.problems.guard import Guard
from api.problems.handlers import add_handlers
from api.problems.oauth import add_oauth_handler
from api.rest import (
    accounts,
    attachments,
    cases,
    clients,
    consent_wordings,
    consents,
    decisions,
    directory,
    duties,
    families,
    glass,
    health,
    intakes,
    interchange,
    matches,
    me,
    notices,
    oversight,
    person,
    person_links,
    referrals,
    rulebook_steps,
    rulebooks,
    search,
    service,
    service_keys,
    sessions,
    sign_in_oidc,
    statistics,
    tokens,
    vocabulary,
    webhooks,
)
from api.security.bodies import SMALL, Bodies
from api.security.headers import SecurityHeaders
from api.watching.watch import Watch
from nrm.access import shipped
from nrm.errors import NrmError, Problem

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer
    from starlette.routing import BaseRoute

    from api.state import State

PREFIX: Final = "/v1"
ROUTERS: Final = (
    *(cases.router, intakes.router, search.router, decisions.router, families.router),
    *(matches.router, consents.router, consent_wordings.router, referrals.router, duties.router),
    *(vocabulary.router, directory.router),
    *(service.router, service_keys.router, oversight.router, statistics.router),
    *(attachments.router, glass.router, notices.router, person_links.router, person.router),
    *(webhooks.router, interchange.router, rulebooks.router, rulebook_steps.router),
    *(sessions.router, sign_in_oidc.router, tokens.router, me.router, accounts.router, clients.router),
)


def routes_under_prefix(routers: Iterable[APIRouter]) -> list[BaseRoute]:
    """Return the routes of `routers`, and beside them what tells how the service is."""
    every = APIRouter()
    every.include_router(health.router)
    for router in routers:
        every.include_router(router, prefix=PREFIX)
    return every.routes


ROUTES: Final = routes_under_prefix(ROUTERS)
"""For every application of this process: to work them out takes half a second, and they know of no installation."""

Life: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[None]]


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
        routes=ROUTES,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=life,
    )
    app.state.nrm = state
    add_handlers(app)
    add_oauth_handler(app)
    app.add_middleware(Guard)
    sizes = {
        PREFIX + r"/(sessions|token|me|person|accounts|clients|cases/search)(/.*)?": SMALL,
        PREFIX + attachments.PATH: state.desk.attachments.bytes_each,
        PREFIX + interchange.PATH: interchange.LARGEST,
        PREFIX + rulebooks.PATH: rulebooks.LARGER,
    }
    app.add_middleware(Bodies, sizes=sizes)
    if state.settings.origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(state.settings.origins), allow_methods=["*"], allow_headers=["*"]
        )
    app.add_middleware(Watch, numbers=state.numbers, tracer=tracer or NoOpTracer())
    app.add_middleware(SecurityHeaders)
    check_routes(app)
    # So FastAPI says that it is to be done: https://fastapi.tiangolo.com/how-to/extending-openapi/
    app.openapi = Description(app)  # type: ignore[method-assign]
    return app


def routes_of(app: FastAPI) -> list[RouteContext]:
    """Return every route of the service, with its whole path, but for the one that tells its description."""
    return [route for route in iter_route_contexts(app.routes) if route.path != app.openapi_url]


def action_of(route: RouteContext) -> str | None:
    """Return the action that a route asks for, or None when it names none."""
    extra = getattr(route.original_route, "openapi_extra", None) or {}
    found: str | None = extra.get(ACTION)
    return found


def check_routes(app: FastAPI) -> None:
    """Refuse routes without a policy (see `api.call`).

    Raises:
        RouteWithoutPolicyError: with every route that has none.
    """
    known = {OPEN, *(action for action, _ in shipped().pairs)}
    todo = "say `**may(…)` at the route, with an action of the policies"
    wrong = [route for route in routes_of(app) if action_of(route) not in known]
    if wrong or not routes_of(app):
        names = [f"{'/'.join(sorted(one.methods or ()))} {one.path}" for one in wrong] or ["no route at all"]
        raise RouteWithoutPolicyError([Problem(name, 0, "the route has no policy", todo) for name in names])
