"""Files in bodies and answers: bytes that are handed over as they are, and never shown in a browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from starlette.responses import Response

from api.problems.problem import Told

OCTETS: Final = "application/octet-stream"
TEXT: Final = "text/plain"
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}

FILE: Final[dict[int | str, dict[str, Any]]] = {200: {"description": "The file.", "content": {OCTETS: _BYTES}}}
"""How OpenAPI describes an answer that is a file."""

PLAIN: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The text.", "content": {TEXT: {"schema": {"type": "string"}}}}
}
"""How OpenAPI describes an answer that is plain text."""


@dataclass(frozen=True)
class Sent:
    """A file that was sent."""

    data: bytes

    def at_most(self, most: int) -> bytes:
        """Return its bytes. Raises `Told` when there are more than `most`."""
        if len(self.data) > most:
            raise Told("too_large")
        return self.data


async def sent_file(request: Request) -> Sent:
    """Return the file in the body.

    Raises:
        Told: the body is not declared as a file.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {OCTETS, TEXT}:
        raise Told("wrong_media_type")
    return Sent(await request.body())


SentFile = Annotated[Sent, Depends(sent_file)]


def file_of(what: str) -> dict[str, Any]:
    """Return how OpenAPI describes a body that is a file."""
    return {"required": True, "description": what, "content": {OCTETS: _BYTES, TEXT: _BYTES}}


def attached(data: bytes, name: str) -> Response:
    """Return a file to be kept; `name` is ours, and holds nothing that somebody sent."""
    return Response(data, media_type=OCTETS, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def plain(data: bytes | str) -> Response:
    """Return text."""
    return Response(data, media_type=TEXT)
