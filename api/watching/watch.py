"""Counts, times and traces each request, without anything that was in it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import structlog
from opentelemetry.trace import SpanKind, StatusCode

from api.watching.log import LOGGER

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from api.watching.numbers import Numbers

_LOG: Final = structlog.get_logger(LOGGER)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FAULT: Final = 500
NO_ROUTE: Final = "none"


class Watch:
    """Stands around the whole application."""

    def __init__(self, app: ASGIApp, numbers: Numbers, tracer: Tracer) -> None:
        self._app = app
        self._numbers = numbers
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = _FAULT
        method = scope["method"] if scope["method"] in _METHODS else "other"

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        # No parent is taken from the request: a caller must not be able to write into our traces.
        with self._tracer.start_as_current_span(method, kind=SpanKind.SERVER, record_exception=False) as span:
            try:
                await self._app(scope, receive, noting)
            finally:
                route = _template(scope)
                took = time.perf_counter() - began
                self._numbers.answered(method, route, status, took)
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
                span.set_attribute("http.request.method", method)
                span.set_attribute("http.response.status_code", status)
                if status >= _FAULT:
                    span.set_status(StatusCode.ERROR)
                number = scope.get("nrm.request_id", "")
                _LOG.info(
                    "answered", request=number, method=method, route=route, status=status, ms=round(took * 1e3, 1)
                )


def _template(scope: Scope) -> str:
    """Return the template of the route that answered, with the prefix under which it is included."""
    path: str | None = getattr(scope.get("route"), "path", None)
    if path is None:
        return NO_ROUTE
    found = scope.get("fastapi", {}).get("effective_route_context")
    return getattr(found, "path", None) or path
