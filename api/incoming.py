"""Files on their way in: handed piece by piece from the event loop to a use case that works in a thread.

INVARIANT (never as a whole): a piece is in memory until the use case asks for the next one, and none is in a file. The
server reads no further from the connection meanwhile.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, TypeVar

from anyio import CapacityLimiter, from_thread, to_thread
from anyio.lowlevel import RunVar
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from nrm.casework.attachment_errors import AttachmentTooLargeError, UploadOverError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi import Request

T = TypeVar("T")

AT_ONCE: Final = 8
"""Files that may come in at the same time; more wait, so that slow senders never take the threads of everybody else."""

_TOO_LARGE: Final = 413

_LIMITER: RunVar[CapacityLimiter] = RunVar("nrm.incoming")


class Incoming:
    """The body of a request as pieces, to be asked for in a thread of `in_thread`."""

    def __init__(self, request: Request) -> None:
        self._pieces = request.stream()
        self._digest = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        """Yield what comes, until it ends; what another one yielded already does not come again.

        Raises:
            UploadOverError: it broke off, or came too slowly.
            AttachmentTooLargeError: it is larger than what was let in.
        """
        while (piece := from_thread.run(self._next)) is not None:
            self._digest.update(piece)
            yield piece

    def digest(self) -> bytes:
        """Return the SHA-256 of the whole body, of which what nobody asked for is read now (errors as of iterating)."""
        for _ in self:
            pass
        return self._digest.digest()

    async def _next(self) -> bytes | None:
        try:
            return await anext(self._pieces, None)
        except ClientDisconnect:
            raise UploadOverError from None
        except HTTPException as error:  # of `api.security.bodies`
            if error.status_code == _TOO_LARGE:
                raise AttachmentTooLargeError("the body is larger than it may be here", "make it smaller") from None
            raise UploadOverError from None


async def in_thread(do: Callable[[], T]) -> T:
    """Do something in one of the threads that are kept for what comes in."""
    try:
        limiter = _LIMITER.get()
    except LookupError:  # one for each event loop
        limiter = CapacityLimiter(AT_ONCE)
        _LIMITER.set(limiter)
    return await to_thread.run_sync(do, limiter=limiter)
