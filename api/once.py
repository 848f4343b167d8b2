"""A request that may come twice has its effect once, and the same answer each time (`Idempotency-Key`).

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/.

INVARIANT (done once, told alike): the answer is kept in the unit of work that does what was asked, so that there is no
moment at which one is there without the other. Only what succeeded is kept; what was refused changed nothing and may be
tried again.
INVARIANT (told to whom it was told): an answer is told again only to who asks as they asked then: in the same role, at
the same organisation, for the same purpose. Whoever has lost one of these since has lost the answer.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from fastapi import Depends, Request

from api.problems.fault import Fault
from api.problems.problem import Told
from api.reply import Reply
from nrm.casework.once import Answered, answered, keep_answer
from nrm.errors import NrmError

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork

T = TypeVar("T")

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = {"Idempotency-Replayed": "true"}
_KEY: Final = re.compile(r"[\x21-\x7e]{8,128}")


@dataclass(frozen=True)
class Key:
    """The key of one request, and what gives the digest of what it asks for."""

    key: str
    asks: Callable[[], str]

    @classmethod
    def of(cls, request: Request, body: Callable[[], bytes] | None = None, asking: tuple[str, ...] = ()) -> Key | None:
        """Return the key of a request, or None when it has none.

        `body` gives what stands for a body that is never in memory as a whole, such as its digest; `asking` is what
        must be the same besides, such as the role in which is asked.

        Raises:
            Told: it is not 8 to 128 visible characters.
        """
        named = request.headers.get(HEADER)
        if named is None:
            return None
        if not _KEY.fullmatch(named):
            raise Told("input_refused", (Fault(at=f"header/{HEADER}", what="is not 8 to 128 visible characters"),))
        parts = (request.method, request.url.path, request.url.query, request.headers.get("if-match", ""), *asking)
        head = "\0".join(parts).encode() + b"\0"

        def asks() -> str:
            whole: bytes = getattr(request, "_body", b"") if body is None else body()
            return hashlib.sha256(head + whole).hexdigest()

        return cls(named, asks)


class Once:
    """Does what one request asks for, once."""

    def __init__(self, desk: Desk, who: UUID, key: Key | None) -> None:
        self._desk = desk
        self._who = who
        self._key = key

    def do(self, use_case: Callable[[Desk], T], reply: Callable[[T], Reply]) -> Reply:
        """Return the answer: made now, or kept from the first time.

        Raises:
            Told: the key was used for another request.
            NrmError: as `use_case` raises it.
        """
        key = self._key
        if key is None:
            return reply(use_case(self._desk))
        before = self._before(key)
        if before is not None:
            return before
        made: list[Reply] = []

        def keep(unit: UnitOfWork, result: Any) -> None:  # noqa: ANN401 - whatever the use case returns
            # A unit of work may be done again from its beginning: the last answer is the one that was kept.
            made[:] = [reply(result)]
            kept = Answered(asks=key.asks(), reply=made[0].kept())
            keep_answer(self._desk, unit, self._who, key.key, kept, made[0].about)

        try:
            use_case(replace(self._desk, after=keep))
        except NrmError:
            before = self._meanwhile(key)
            if before is None:
                raise
            return before
        return made[0]

    def _meanwhile(self, key: Key) -> Reply | None:
        """Return the answer of the same request when it was done at the same time, or in a commit that was in doubt.

        It may be refused here for many reasons: the key is taken, the version is stale, the step was taken already.
        """
        try:
            return self._before(key)
        except NrmError:
            return None

    def _before(self, key: Key) -> Reply | None:
        found = answered(self._desk, self._who, key.key)
        if found is None:
            return None
        if found.asks != key.asks():
            raise Told("key_reused")
        kept = Reply.from_kept(found.reply)
        return replace(kept, headers={**kept.headers, **REPLAYED})


def unkept(request: Request) -> None:
    """Refuse a key where an answer is never kept.

    INVARIANT (no secret is kept as an answer): what gives out a token or takes a secret is done anew each time, and
    who asks for the contrary is told so, instead of being left to believe it.

    Raises:
        Told: the request has an `Idempotency-Key`.
    """
    if HEADER in request.headers:
        what = "is not taken here: the answer may hold a secret, and is not kept"
        raise Told("input_refused", (Fault(at=f"header/{HEADER}", what=what, todo="send it without"),))


UNKEPT: Final = [Depends(unkept)]
"""The dependency of such routes."""
