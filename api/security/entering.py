"""Tries to sign in: counted by where they come from, and answered to browsers otherwise than to programs.

INVARIANT (no page sees a token): whoever sends `Sec-Fetch-Site` or `Origin` is a browser, and gets the token of its
session only in a cookie that scripts cannot read; whoever sends neither is a program, and gets it only in the body.
A script cannot take these headers away: browsers forbid it (https://fetch.spec.whatwg.org/#forbidden-request-header).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends, Request
from starlette.responses import Response

from api.reply import Reply
from api.security.addresses import address_of
from api.security.origin import check_origin
from api.security.signed_in import COOKIE
from api.views.session import begun_view

if TYPE_CHECKING:
    from api.state import State
    from nrm.casework.accounts.door import Door
    from nrm.casework.accounts.sessions import Begun

CLEAR: Final = {"Clear-Site-Data": '"cache", "cookies", "storage"'}
"""Says to a browser that nothing of us is to be left (https://www.w3.org/TR/clear-site-data/)."""


@dataclass(frozen=True)
class Try:
    """One request of somebody who is not signed in and tries to be; `address` is only counted."""

    door: Door
    address: str
    browser: bool

    def let_in(self, begun: Begun, status: int = 201) -> Response:
        """Return the answer to who is signed in now: a session of its own, whatever cookie came with the request."""
        view = begun_view(begun, token=None if self.browser else begun.token)
        answer = Reply.of(view, status).response()
        if self.browser:
            put_cookie(answer, begun.token)
        return answer


def try_of(request: Request) -> Try:
    """Return the try at hand, counted.

    Raises:
        Told: there were too many from this address, or it is a page of another site that tries.
    """
    browser = "sec-fetch-site" in request.headers or "origin" in request.headers
    if browser:
        check_origin(request)  # nobody is signed in to the account of a thief without noticing
    state: State = request.app.state.nrm
    return Try(state.door, count_try(request), browser)


def count_try(request: Request) -> str:
    """Count that credentials are tried, and return from where. Raises `Told` when it is one too many."""
    state: State = request.app.state.nrm
    address = address_of(request, state.settings.proxy)
    state.pace.tries(address)
    return address


def put_cookie(answer: Response, token: str) -> None:
    """Give a browser its session: over TLS, to this host, to requests from our own pages, unseen by scripts."""
    answer.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="strict")


def let_out() -> Response:
    """Return the answer to who is signed out: nothing of them is left in their browser."""
    answer = Response(status_code=204, headers=CLEAR)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return answer


Trying = Annotated[Try, Depends(try_of)]

Counted: Final = Depends(count_try)
"""For routes of somebody who is signed in and proves themselves again."""
