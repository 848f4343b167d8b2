"""Every way in which a request can fail ends here, and none of them says what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from api.languages import language_of
from api.problems.kinds import fault_of
from api.problems.of_errors import told as told_of
from api.problems.problem import Told, response
from nrm.errors import NrmError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

_LOG: Final = structlog.get_logger("nrm.api")

OF_STATUS: Final = {
    400: "bad_request",
    404: "no_such_address",
    405: "method_not_allowed",
    408: "timed_out",
    413: "too_large",
    415: "wrong_media_type",
    422: "input_refused",
}


def add_handlers(app: FastAPI) -> None:
    """Let every failure of `app` be told as a problem."""
    app.add_exception_handler(Told, _told)
    app.add_exception_handler(NrmError, _error)
    app.add_exception_handler(RequestValidationError, _refused)
    app.add_exception_handler(HTTPException, _http)


def answered(request: Request, told: Told) -> Response:
    """Return a problem for a request."""
    state = getattr(request.scope.get("app"), "state", None)
    if state is not None:
        state.nrm.numbers.told(told.code)
    return response(told, language_of(request), request_id(request))


def request_id(request: Request) -> str:
    """Return the number of a request, which `api.security.headers` gave it."""
    number: str = request.scope.get("nrm.request_id", "00000000-0000-4000-8000-000000000000")
    return number


async def _told(request: Request, told: Exception) -> Response:
    assert isinstance(told, Told)
    return answered(request, told)


async def _error(request: Request, error: Exception) -> Response:
    assert isinstance(error, NrmError)
    told = told_of(error)
    _LOG.info("refused", request=request_id(request), code=told.code, kind=type(error).__name__)
    return answered(request, told)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = tuple(fault_of(one) for one in error.errors())
    broken = any(one.get("type") == "json_invalid" for one in error.errors())
    return answered(request, Told("bad_request" if broken else "input_refused", faults))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    # Only the router raises a bare 404: no route has such a path. What a route does not find is an error of ours.
    code = OF_STATUS.get(error.status_code, "program_failed")
    headers = dict(error.headers or {})
    if code == "method_not_allowed":
        headers["Allow"] = ", ".join(_methods(request))  # the router names those of one route only
    return answered(request, Told(code, headers=headers))


def _methods(request: Request) -> list[str]:
    """Return the methods of what stands at the path of a request: of the most literal path that fits it."""
    routes = [route for route in iter_route_contexts(request.app.routes) if route.path_regex.match(request.url.path)]
    literal = min((len(route.param_convertors) for route in routes), default=0)
    return sorted({one for route in routes if len(route.param_convertors) == literal for one in route.methods or ()})
