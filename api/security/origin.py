"""Requests that a page of another site makes with our cookie are refused (Fetch Metadata, RFC 6454).

https://www.w3.org/TR/fetch-metadata/. A browser that sends neither header is too old to be trusted with a cookie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.problems.problem import Told

if TYPE_CHECKING:
    from starlette.requests import Request

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin(request: Request) -> None:
    """Let pass what our own pages send with a cookie.

    Raises:
        Told: the request changes something and does not come from our own origin.
    """
    if request.method in SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site in {"same-origin", "none"}:
            return
        raise Told("cross_site")
    origin = request.headers.get("origin")
    if origin is None or urlsplit(origin).netloc != request.headers.get("host") or urlsplit(origin).netloc == "":
        raise Told("cross_site")
