"""The last line: what nobody foresaw is told as a fault of the program, and nothing of it goes out or into a log.

INVARIANT (no traceback reaches a person): neither a caller nor a log gets the text of an exception, because it may
quote what was sent; only the name of its kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from starlette.requests import Request

from api.problems.handlers import answered, request_id
from api.problems.problem import Told

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG: Final = structlog.get_logger("nrm.api")


class Guard:
    """Stands innermost, so that the answer gets the same headers and is counted as any other."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:  # noqa: BLE001 - whatever it is
            request = Request(scope)
            _LOG.error("fault", request=request_id(request), kind=type(error.__cause__ or error).__name__)
            if begun:  # half an answer cannot become another one: the connection is closed without its end
                return
            await answered(request, Told("program_failed"))(scope, receive, send)
