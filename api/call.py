"""One request of somebody who is signed in, as the routes get it.

INVARIANT (no route without a policy): each route names the action that it asks for; who may do it is asked of the
policies in `nrm.access` by the use case, with the record in hand. A route that names none stops the start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

from fastapi import Depends, Header, Request

from api.languages import language_of
from api.once import Key, Once
from api.problems.fault import Fault
from api.problems.problem import Told
from api.security.addresses import address_of
from api.security.signed_in import role_of, token_of
from nrm.casework.accounts.door import refuse
from nrm.casework.accounts.errors import SignInDeniedError
from nrm.casework.asked import CASE_MANAGEMENT, Asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.reply import Reply
    from api.security.signed_in import SignedIn
    from api.state import State
    from nrm.casework.accounts.door import Door
    from nrm.casework.desk import Desk
    from nrm.rulebook.sentence import Speaker
    from nrm.rulebook.wording import Language

T = TypeVar("T")

ACTION: Final = "x-nrm-action"
"""The extension of OpenAPI under which each operation names its action."""

PURPOSE: Final = "x-nrm-purpose"
"""The extension that says whether an operation opens groups, so that its caller names a purpose."""

OPEN: Final = "public"
"""The action of routes that need nobody: sign-in, health, documentation."""


def may(action: str, *, purpose: bool = False, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as FastAPI takes it
    """Return what a route must say: the action that it asks for, and whether it opens groups.

    `more` goes to the operation's OpenAPI.
    """
    return {"openapi_extra": {ACTION: action, PURPOSE: purpose, **more}}


@dataclass(frozen=True)
class Call:
    """One request: who asks, what for, and in which language."""

    state: State
    asked: Asked
    language: Language
    session: SignedIn
    request: Request

    @property
    def desk(self) -> Desk:
        """The desk of the installation."""
        return self.state.desk

    @property
    def door(self) -> Door:
        """How people come to the desk."""
        return self.state.door

    def door_at(self, desk: Desk) -> Door:
        """Return the same door, before the desk of `do`."""
        return replace(self.door, desk=desk)

    @property
    def speaker(self) -> Speaker:
        """Who speaks the caller's language."""
        return self.state.speaker(self.language)

    def do(
        self, use_case: Callable[[Desk], T], reply: Callable[[T], Reply], body: Callable[[], bytes] | None = None
    ) -> Reply:
        """Do something that changes what is kept, once, even if the request comes twice (see `api.once`).

        `body` is that of `Key.of`.
        """
        asked = self.asked
        key = Key.of(self.request, body, (asked.role, str(asked.organisation), asked.unit or "", asked.purpose))
        return Once(self.state.desk, self.asked.who, key).do(use_case, reply)

    def list_of(self, name: str) -> bytes:
        """Return the name of a list as this asker sees it, for its cursors."""
        return f"{name}\0{self.asked.who}\0{self.asked.organisation}".encode()


Role = Annotated[str | None, Header(alias="NRM-Role", description="One of your roles, if you have several.")]


def call_of(
    request: Request,
    role: Role = None,
    purpose: Annotated[
        str | None,
        Header(
            alias="Purpose-Of-Use",
            description="What the data are for: a purpose of the vocabulary, or "
            "`case_management`. Required wherever groups of a record are opened.",
        ),
    ] = None,
) -> Call:
    """Return the request at hand.

    Raises:
        Told: nobody is signed in, or it is not said in which role or for what they ask.
    """
    return _call(request, role, purpose)


def own_call_of(request: Request, role: Role = None) -> Call:
    """Return a request about what is the caller's own: there any of their roles will do, and none need be named.

    Raises:
        Told: nobody is signed in.
    """
    return _call(request, role, None, any_role=True)


def _call(request: Request, role: str | None, purpose: str | None, *, any_role: bool = False) -> Call:
    state: State = request.app.state.nrm
    signed_in = state.sign_in(
        token_of(request), lambda: state.pace.strangers(address_of(request, state.settings.proxy))
    )
    state.pace.asks(signed_in.account, request.method)
    extra = request.scope["route"].openapi_extra or {}
    if purpose is None and extra.get(PURPOSE):
        raise Told("purpose_not_said")
    asked = Asked(
        signed_in.account,
        signed_in.organisation,
        _role(state.desk, signed_in, signed_in.roles[0] if any_role and role is None else role),
        purpose or CASE_MANAGEMENT,
        source="api",
        unit=signed_in.unit,
    )
    _check_purpose(state.desk, asked)
    return Call(state, asked, language_of(request), signed_in, request)


def _role(desk: Desk, signed_in: SignedIn, named: str | None) -> str:
    """Return the role in which somebody asks; one that they have not is denied, and the denial is on the log."""
    role = role_of(signed_in, named)
    if role is None:
        error = SignInDeniedError("not_permitted", "the account has no such role", "name one of its roles")
        refuse(
            desk,
            Asked(signed_in.account, signed_in.organisation, signed_in.roles[0], source="api"),
            "session:use",
            error,
        )
    return role


def _check_purpose(desk: Desk, asked: Asked) -> None:
    if asked.purpose != CASE_MANAGEMENT and asked.purpose not in desk.words().purposes:
        raise Told("input_refused", (Fault(at="header/Purpose-Of-Use", what="is not a purpose of the vocabulary"),))


Caller = Annotated[Call, Depends(call_of)]
OwnCaller = Annotated[Call, Depends(own_call_of)]
