"""Who asks: the account behind a token or a cookie, as `nrm.casework.accounts` knows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from api.problems.problem import Told
from api.security.origin import check_origin

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from starlette.requests import Request

    from nrm.signin.session import SessionKind

COOKIE: Final = "__Host-nrm"
"""The cookie of a browser's session; `__Host-` keeps it to this very host (RFC 6265bis)."""


@dataclass(frozen=True)
class SignedIn:
    """Somebody who is signed in; `roles` are all that the account has, `unit` is that of a policy officer.

    `name` is what colleagues call them; `kind` says whether they signed in themselves, or act by a token; `begun` is
    when they did, or when the token was made.
    """

    account: UUID
    organisation: UUID
    roles: tuple[str, ...]
    unit: str | None
    session: UUID
    begun: datetime
    name: str = field(default="", repr=False)
    kind: SessionKind = "browser"


SignIn: TypeAlias = Callable[[str, Callable[[], None]], SignedIn]
"""Finds who is behind a token; raises an error of the library when nobody is.

Before that goes to the log, the second argument is called, which may raise instead.
"""


def token_of(request: Request, cookie_name: str = COOKIE) -> str:
    """Return the token of a request, from `Authorization` (RFC 6750) or from a cookie.

    Raises:
        Told: there is none, or a cookie came from another site.
    """
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Told("not_signed_in", headers=CHALLENGE)
        return token.strip()
    cookie = request.cookies.get(cookie_name)
    if cookie is None:
        raise Told("not_signed_in", headers=CHALLENGE)
    check_origin(request)
    return cookie


def role_of(signed_in: SignedIn, named: str | None) -> str | None:
    """Return the role in which somebody asks: the one that they name, or the only one that they have.

    None stands for a role that they have not. Raises `Told` when they have several and name none.
    """
    if named is None and len(signed_in.roles) > 1:
        raise Told("role_not_said")
    chosen = signed_in.roles[0] if named is None else named
    return chosen if chosen in signed_in.roles else None


CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="nrm"'}
