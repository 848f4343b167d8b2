"""Every way in which a request can fail ends here, and none of them says what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from api.languages import language_of
from api.problems.of_errors import told as told_of
from api.problems.problem import Fault, Told, response
from api.views.model import UNFIT
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


def fault_of(found: dict[str, Any]) -> Fault:
    """Return a fault that pydantic found; its own text and its context are left out, because they quote the input.

    INVARIANT (no input comes back): only names of fields that the program itself knows are told.
    """
    first, *rest = found["loc"]
    known = first if isinstance(first, str) else "body"
    kind = str(found["type"])
    if kind == "extra_forbidden":
        rest = rest[:-1]  # the name of a field that nobody knows may be anything
    pointer = "".join(f"/{_escaped(one)}" for one in rest)
    what = str(found["msg"]) if kind == UNFIT else SENTENCES.get(kind, "is not of the form that is expected here")
    return Fault(at=f"{known}{pointer}", what=what)


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


SENTENCES: Final = {
    "missing": "is missing",
    "extra_forbidden": "has a field that is not known here",
    "json_invalid": "is not JSON",
    "string_type": "must be text",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "is not written in the form that is expected here",
    "literal_error": "is not a word of the list",
    "enum": "is not a word of the list",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "uuid_parsing": "is not an identifier",
    "uuid_type": "is not an identifier",
    "date_parsing": "is not a date; write it as `2026-01-31`",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "too_long": "has too many entries",
    "too_short": "has too few entries",
}
