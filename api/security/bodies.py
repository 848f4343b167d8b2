"""Bodies that are too large or come too slowly are refused before anybody reads them whole."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.problems.handlers import answered
from api.problems.problem import Told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST: Final = 5_000_000
"""Bytes of a body, unless its route says otherwise."""

SMALL: Final = 64 * 1024
"""Bytes of a body that only names somebody or something."""

SLOWEST: Final = 15.0
"""Seconds that the next piece of a body may take."""

LONGEST: Final = 60.0
"""Seconds that a whole body may take, unless its route takes larger ones."""

_CLOSE: Final = {"Connection": "close"}


class Bodies:
    """Watches size and pace of bodies; `sizes` says how many bytes those paths may take that an expression fits."""

    def __init__(self, app: ASGIApp, sizes: Mapping[str, int], slowest: float = SLOWEST) -> None:
        self._app = app
        self._sizes = [(re.compile(path), size) for path, size in sizes.items()]
        self._slowest = slowest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = next((size for path, size in self._sizes if path.fullmatch(scope["path"])), LARGEST)
        request = Request(scope)
        if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
            headers = {**_CLOSE, "Accept-Encoding": "identity"}  # RFC 9110 §15.5.16; so no small body grows large
            await answered(request, Told("wrong_media_type", headers=headers))(scope, receive, send)
            return
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > most:
            code = "too_large" if length.isdecimal() else "bad_request"
            await answered(request, Told(code, headers=_CLOSE))(scope, receive, send)
            return
        watched = _Watched(receive, most, self._slowest, LONGEST * max(1, most / LARGEST))
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
