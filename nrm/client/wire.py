"""One request, asked again where that is safe.

INVARIANT (asked twice, done once): each change has an `Idempotency-Key`, the same each time it is sent; so an answer
that was lost on its way is asked for again and nothing happens twice. What takes a secret, or gives one out, has no key
(the service keeps no secret as an answer), and is sent once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BufferedReader
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from uuid import uuid4

import httpx

from nrm.client.answer import Answer, answer_of, body_of
from nrm.client.errors import ProblemError, UnreachableError

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.client.answer import Json

Param = str | int | list[str]
Headers = Mapping[str, str]

LONGEST_WAIT: Final = 60.0
"""Seconds; a service that asks to wait longer is not asked again."""
_FIRST_WAIT: Final = 0.1
_PASSES: Final = frozenset({429, 502, 503, 504})
_BUSY: Final = "in_progress"


def place(*parts: UUID | str) -> str:
    """Return the path of a thing; each part stands for itself, whatever characters it has."""
    return "/v1/" + "/".join(quote(str(part), safe="") for part in parts)


@dataclass(frozen=True)
class Wire:
    """Sends requests at most `tries` times, and `sleep`s some seconds between; changes have a key where `keyed`."""

    http: httpx.Client
    tries: int
    sleep: Callable[[float], None]
    keyed: bool = True

    def get(self, path: str, params: Mapping[str, Param] | None = None) -> Answer:
        """Read something (errors as `ask`)."""
        return answer_of(self.ask("GET", path, params=params))

    def send(self, method: str, path: str, body: Json | None = None, headers: Headers | None = None) -> Answer:
        """Change something, or ask with a body (errors as `ask`)."""
        return answer_of(self.ask(method, path, headers, json=body))

    def pages(self, path: str, params: Mapping[str, Param] | None = None) -> Iterator[dict[str, Any]]:
        """Yield every item of a list, page by page (errors as `ask`)."""
        wanted = dict(params or {})
        while True:
            page = self.get(path, wanted)
            yield from page["items"]
            if page.get("next") is None:
                return
            wanted["cursor"] = page["next"]

    def ask(self, method: str, path: str, headers: Headers | None = None, **more: Any) -> httpx.Response:  # noqa: ANN401
        """Return the answer to a request.

        Raises:
            ProblemError: the service said no.
            UnreachableError: it did not answer.
        """
        with self.stream(method, path, headers, whole=True, **more) as response:
            return response

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        headers: Headers | None = None,
        *,
        whole: bool = False,
        **more: Any,  # noqa: ANN401 - as httpx takes it
    ) -> Iterator[httpx.Response]:
        """Open the answer to a request, whose body is read by the caller unless it is `whole` (errors as `ask`)."""
        key = {"Idempotency-Key": str(uuid4())} if method != "GET" and self.keyed else {}
        request = _Request(method, path, {**key, **(headers or {})}, more, whole)
        response = self._settled(request)
        try:
            yield response
        finally:
            response.close()

    def once(self) -> Wire:
        """Return a wire for what takes a secret or gives one out: it sends once, without a key."""
        return replace(self, tries=1, keyed=False)

    def _settled(self, request: _Request) -> httpx.Response:
        """Return the first answer that is one."""
        tried = 0
        while True:
            tried += 1
            found = self._tried(request)
            if isinstance(found, httpx.Response) and found.is_success:
                return found
            told = body_of(found) if isinstance(found, httpx.Response) else None
            wait = _wait(found, told, tried)
            if tried < self.tries and wait is not None:
                self.sleep(wait)
            elif isinstance(found, httpx.Response):
                raise ProblemError(found.status_code, told)
            else:
                raise UnreachableError(self.http.base_url.host, found)

    def _tried(self, request: _Request) -> httpx.Response | str:
        """Return the answer, or what kind of failure there was instead."""
        content = request.more.get("content")
        if isinstance(content, BufferedReader):
            content.seek(0)  # it may be the second time
        made = self.http.build_request(request.method, request.path, headers=request.headers, **request.more)
        try:
            response = self.http.send(made, stream=True)
            if request.whole or not response.is_success:
                response.read()
        except httpx.RequestError as error:
            return type(error).__name__  # and not the error itself, which holds the request
        return response


@dataclass(frozen=True)
class _Request:
    """What is sent, as often as it takes; `more` is as httpx takes it."""

    method: str
    path: str
    headers: Headers = field(repr=False)
    more: dict[str, Any] = field(repr=False)
    whole: bool


def _wait(found: httpx.Response | str, told: object, tried: int) -> float | None:
    """Return how many seconds to wait before the next try, or None when it would be of no use."""
    if isinstance(found, httpx.Response):
        busy = isinstance(told, dict) and told.get("code") == _BUSY
        if found.status_code not in _PASSES and not busy:
            return None
        asked = found.headers.get("Retry-After", "")
        if asked.isdecimal():
            return float(asked) if float(asked) <= LONGEST_WAIT else None
    spread = 0.5 + random.random()  # noqa: S311 - only so that not all come at once
    return spread * _FIRST_WAIT * float(2**tried)
