"""Tokens for programs of others: OAuth 2.0 client credentials (RFC 6749 section 4.4, RFC 7523, RFC 7521)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import Response

from api.call import OPEN, may
from api.once import UNKEPT
from api.problems.oauth import TokenProblemView, TokenRefused, told_as_oauth
from api.reply import Reply
from api.security.entering import Trying
from api.views.model import View
from nrm.casework.accounts import machines
from nrm.casework.accounts.errors import SignInDeniedError
from nrm.signin.clients import TYPE, client_named
from nrm.signin.errors import NotProvedError

if TYPE_CHECKING:
    from nrm.casework.accounts.door import Door
    from nrm.casework.accounts.sessions import Begun

router = APIRouter(prefix="/token", tags=["sign-in"])

PATH: Final = "/v1/token"
FORM: Final = "application/x-www-form-urlencoded"
LARGEST: Final = 32_768
"""Bytes of a form at most."""

_MOST_FIELDS: Final = 20


class TokenView(View):
    """A token (RFC 6749 section 5.1)."""

    access_token: str = Field(repr=False, description="For `Authorization: Bearer`; shown this once.")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - what kind it is
    expires_in: int = Field(ge=1, description="Seconds.", examples=[3600])


_TEXT: Final = {"type": "string"}
_FIELDS: Final = ("client_id", "client_secret", "client_assertion", "scope")
BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        FORM: {
            "schema": {
                "type": "object",
                "required": ["grant_type"],
                "properties": {
                    "grant_type": {"type": "string", "enum": ["client_credentials"]},
                    "client_assertion_type": {"type": "string", "enum": [TYPE]},
                    **dict.fromkeys(_FIELDS, _TEXT),
                },
            }
        }
    },
}
"""How OpenAPI describes the form."""


async def form_of(request: Request) -> Mapping[str, str]:
    """Return the form in the body; a field without value is as one that is not there (RFC 6749 section 3.2).

    Raises:
        TokenRefused: it is not a form, or says something twice.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if kind != FORM or len(body) > LARGEST:
        raise TokenRefused("invalid_request")
    try:
        pairs = parse_qsl(body.decode("ascii"), errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise TokenRefused("invalid_request") from None
    if len(dict(pairs)) != len(pairs):
        raise TokenRefused("invalid_request")
    return dict(pairs)


Form = Annotated[Mapping[str, str], Depends(form_of)]


_REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": TokenProblemView, "description": "The form cannot be answered (RFC 6749 section 5.2)."},
    401: {"model": TokenProblemView, "description": "It is not known who asks."},
}


@router.post("", response_model=TokenView, responses=_REFUSED, dependencies=UNKEPT, **may(OPEN, requestBody=BODY))
def give_token(request: Request, trying: Trying, form: Form) -> Response:
    """Give a program its token: by its secret (`client_secret_basic`, `client_secret_post`) or by `private_key_jwt`.

    Errors have the members of RFC 6749 section 5.2, and those of a problem beside them.
    """
    try:
        begun = _begun(trying.door, form, request.headers.get("authorization"))
    except SignInDeniedError:
        return told_as_oauth(request, TokenRefused("invalid_client"))
    life = begun.session.ends - begun.session.begun
    view = TokenView(access_token=begun.token, expires_in=round(life.total_seconds()))
    return Reply.of(view, headers={"Pragma": "no-cache"}).response()  # RFC 6749 section 5.1


def _begun(door: Door, form: Mapping[str, str], header: str | None) -> Begun:
    """Return the token of a client that proves itself in one way, and not in two (RFC 6749 section 2.3)."""
    if "grant_type" not in form:
        raise TokenRefused("invalid_request")
    if form["grant_type"] != "client_credentials":
        raise TokenRefused("unsupported_grant_type")
    if "scope" in form:  # what a program may do is what its account may do, and no less can be asked for
        raise TokenRefused("invalid_scope")
    assertion = form.get("client_assertion")
    if sum((header is not None, "client_secret" in form, assertion is not None)) > 1:
        raise TokenRefused("invalid_request")
    if assertion is not None:
        return _by_assertion(door, form, assertion)
    name, secret = _basic(header) if header is not None else (form.get("client_id", ""), form.get("client_secret", ""))
    return machines.token_by_secret(door, name, secret)


def _by_assertion(door: Door, form: Mapping[str, str], assertion: str) -> Begun:
    if form.get("client_assertion_type") != TYPE or not _is_same(form.get("client_id"), assertion):
        raise TokenRefused("invalid_request")
    origin = door.settings.origin
    return machines.token_by_assertion(door, assertion, (origin + PATH, origin))


def _is_same(client: str | None, assertion: str) -> bool:
    """Say whether both name one client (RFC 7521 section 4.2); an assertion that names none is refused later."""
    try:
        return client is None or client == str(client_named(assertion))
    except NotProvedError:
        return True


def _basic(header: str) -> tuple[str, str]:
    """Return name and secret of RFC 6749 section 2.3.1; what cannot be read is the secret of nobody."""
    scheme, _, text = header.partition(" ")
    try:
        name, _, secret = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (unquote_plus(name), unquote_plus(secret)) if scheme.lower() == "basic" else ("", "")
