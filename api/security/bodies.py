"""Bodies that are too large or come too slowly are refused before anybody reads them whole."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.problems.handlers import answered
from api.problems.problem import Told

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST: Final = 5_000_000
"""Bytes of a body, unless its route takes more."""

SLOWEST: Final = 15.0
"""Seconds that the next piece of a body may take."""

LONGEST: Final = 60.0
"""Seconds that a whole body may take, unless its route takes larger ones."""

_CLOSE: Final = {"Connection": "close"}


class Bodies:
    """Watches size and pace of bodies; `larger` gives the size that routes under a path may take, in bytes."""

    def __init__(self, app: ASGIApp, larger: dict[str, int], slowest: float = SLOWEST) -> None:
        self._app = app
        self._larger = larger
        self._slowest = slowest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = max([LARGEST, *(size for end, size in self._larger.items() if scope["path"].endswith(end))])
        request = Request(scope)
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > most:
            code = "too_large" if length.isdigit() else "bad_request"
            await answered(request, Told(code, headers=_CLOSE))(scope, receive, send)
            return
        watched = _Watched(receive, most, self._slowest, LONGEST * most / LARGEST)
        await self._app(scope, watched, send)


class _Watched:
    def __init__(self, receive: Receive, most: int, slowest: float, longest: float) -> None:
        self._receive = receive
        self._left = most
        self._slowest = slowest
        self._until = asyncio.get_running_loop().time() + longest
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:  # what comes now is that the client is gone; that may take any time
            return await self._receive()
        wait = min(self._slowest, self._until - asyncio.get_running_loop().time())
        try:
            message = await asyncio.wait_for(self._receive(), max(wait, 0.001))
        except TimeoutError:
            raise HTTPException(408, headers=_CLOSE) from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, headers=_CLOSE)
        self._whole = not message.get("more_body", False)
        return message
