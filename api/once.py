"""A request that may come twice has its effect once, and the same answer each time (`Idempotency-Key`).

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/.

INVARIANT (done once, told alike): the answer is kept in the unit of work that does what was asked, so that there is no
moment at which one is there without the other. Only what succeeded is kept; what was refused changed nothing and may be
tried again.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from api.problems.problem import Fault, Told
from api.reply import Reply
from nrm.casework.errors import TakenError
from nrm.casework.once import Answered, answered, keep_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from fastapi import Request

    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork

T = TypeVar("T")

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = {"Idempotency-Replayed": "true"}
_KEY: Final = re.compile(r"[\x21-\x7e]{8,128}")


@dataclass(frozen=True)
class Key:
    """The key of one request, and the digest of what it asks for."""

    key: str
    asks: str

    @classmethod
    def of(cls, request: Request) -> Key | None:
        """Return the key of a request, or None when it has none.

        Raises:
            Told: it is not 8 to 128 visible characters.
        """
        named = request.headers.get(HEADER)
        if named is None:
            return None
        if not _KEY.fullmatch(named):
            raise Told("input_refused", (Fault(at=f"header/{HEADER}", what="is not 8 to 128 visible characters"),))
        body: bytes = getattr(request, "_body", b"")
        parts = (request.method, request.url.path, request.url.query, request.headers.get("if-match", ""))
        return cls(named, hashlib.sha256("\0".join(parts).encode() + b"\0" + body).hexdigest())


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
            kept = Answered(asks=key.asks, reply=made[0].kept())
            keep_answer(self._desk, unit, self._who, key.key, kept, made[0].about)

        try:
            use_case(replace(self._desk, after=keep))
        except TakenError:
            before = self._before(key)  # the same request, at the same time
            if before is None:
                raise
            return before
        return made[0]

    def _before(self, key: Key) -> Reply | None:
        found = answered(self._desk, self._who, key.key)
        if found is None:
            return None
        if found.asks != key.asks:
            raise Told("key_reused")
        kept = Reply.from_kept(found.reply)
        return replace(kept, headers={**kept.headers, **REPLAYED})
