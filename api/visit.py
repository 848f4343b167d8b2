"""One request of a person who came by a link: their session, and nothing else that could name a case."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Final, TypeVar
from uuid import UUID

from fastapi import Depends, Request

from api.call import ACTION
from api.languages import language_named
from api.once import Key, Once
from api.security import addresses
from api.security.signed_in import token_of
from nrm.casework.person.sessions import case_of, digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.reply import Reply
    from api.state import State
    from nrm.casework.desk import Desk
    from nrm.rulebook.wording import Language

T = TypeVar("T")

COOKIE: Final = "__Host-nrm-person"
"""The cookie of a person's session, which is another one than that of an official's."""


@dataclass(frozen=True)
class Visit:
    """One request; `language` is None where none is asked for, and then it is that of their link."""

    state: State
    token: str = field(repr=False)
    language: Language | None
    request: Request

    @property
    def desk(self) -> Desk:
        """The desk of the installation."""
        return self.state.desk

    def do(self, use_case: Callable[[Desk], T], reply: Callable[[T], Reply]) -> Reply:
        """Do something once, even if the request comes twice (see `api.once`); the answer goes with the case.

        Raises:
            SessionOverError: there is no such session any more; then no answer of before is told either.
        """
        key = Key.of(self.request)
        if key is None:
            return reply(use_case(self.desk))
        case = case_of(self.desk, self.token, self.request.scope["route"].openapi_extra[ACTION])
        # Answers belong to the session and not to the case: a guardian must not be told what a child was.
        who = UUID(bytes=digest(self.token)[:16])
        return Once(self.desk, who, key).do(use_case, lambda made: replace(reply(made), about=case))


def visit_of(request: Request) -> Visit:
    """Return the request at hand. Raises `Told` when it has no session, or comes too fast."""
    state: State = request.app.state.nrm
    token = token_of(request, COOKIE)
    state.pace.visits(address_of(request), request.method)
    return Visit(state, token, language_named(request.headers.get("accept-language", "")), request)


def address_of(request: Request) -> str:
    """Return from where a request comes, as `api.security.addresses` has it."""
    state: State = request.app.state.nrm
    return addresses.address_of(request, state.settings.proxy)


Visitor = Annotated[Visit, Depends(visit_of)]
