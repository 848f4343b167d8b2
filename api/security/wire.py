"""HTTP/1.1 as it comes from the wire, read more strictly than uvicorn does: a head must be small, and soon whole.

INVARIANT (nobody holds a connection for nothing): a connection that is not being answered, and sends no whole head of a
request within `HEAD_SECONDS`, is closed, whatever it trickles. How long a body may take is said in
`api.security.bodies`. RFC 9112: https://www.rfc-editor.org/rfc/rfc9112
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

HEAD_SECONDS: Final = 15.0
"""How long the head of a request may take from its first byte, and how long a connection may say nothing."""

LARGEST_HEAD: Final = 64 * 1024
"""Bytes of a target and all headers together."""

_SPOKEN: Final = frozenset({"1.0", "1.1"})
_TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class HeadRefusedError(Exception):
    """A head that we do not answer; the reader turns it into a 400, and nobody else ever sees it."""


class Wire(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as the server makes it
        super().__init__(*given, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._head: int | None = None  # bytes of the head that is coming, None while a body is
        self._begun = False
        self._too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, and refuse a head that grows too large, before it is whole."""
        self._begun = False
        super().data_received(data)
        if self._head is None or self._begun or self.transport.is_closing():
            return  # a read in which a head only begins may hold the end of another request, and is small
        self._head += len(data)
        if self._head > LARGEST_HEAD:
            self._too_large = True
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._head, self._begun = 0, True
        self._wait()

    def on_headers_complete(self) -> None:
        """End a head.

        Raises:
            HeadRefusedError: it is too large, of a version that we do not speak, or does not say once for which host it
                is (RFC 9112 §3.2).
        """
        self._head = None
        self._too_large = len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > LARGEST_HEAD
        hosts = sum(name == b"host" for name, _ in self.headers)
        version = self.parser.get_http_version()
        if self._too_large or version not in _SPOKEN or hosts > 1 or (hosts == 0 and version != "1.0"):
            raise HeadRefusedError
        super().on_headers_complete()
        self._wait_no_more()

    def on_response_complete(self) -> None:
        """Wait for the next request; what is left of the body of this one may take no longer."""
        super().on_response_complete()
        if not self.pipeline:
            self._wait()

    def send_400_response(self, msg: str) -> None:
        """Refuse what came, and close."""
        if self.transport.is_closing():
            return
        if not self._too_large:
            super().send_400_response(msg)
            return
        self.transport.write(_TOO_LARGE)
        self.transport.close()

    def _wait(self) -> None:
        self._wait_no_more()
        if not self.transport.is_closing():
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
