"""Programs of others: an account each, read and changed under `/v1/accounts`, and what it proves itself by.

A secret is kept under no `Idempotency-Key` (`api.once.unkept`).
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Caller, may
from api.once import UNKEPT
from api.reply import Reply
from api.rest.accounts import made
from api.views.account import AccountSent, AccountView, ClientSecretView, KeysSent
from nrm.casework.accounts import machines

router = APIRouter(prefix="/clients", tags=["accounts"])


@router.post("", status_code=201, response_model=AccountView, **may("user:create"))
def create(call: Caller, sent: AccountSent) -> Response:
    """Make an account of a program; it gets no token before it has a secret or keys."""
    return made(call, sent, "client")


@router.post("/{client}/secret", response_model=ClientSecretView, dependencies=UNKEPT, **may("user:change"))
def give_secret(call: Caller, client: UUID) -> ClientSecretView:
    """Give a program a new secret; the old one and all of its tokens end."""
    return ClientSecretView(client_id=client, client_secret=machines.give_secret(call.desk, call.asked, client))


@router.put("/{client}/keys", status_code=204, **may("user:change"))
def give_keys(call: Caller, client: UUID, sent: KeysSent) -> Response:
    """Let a program sign in by these public keys, and by no secret; all of its tokens end."""
    jwks = {"keys": sent.keys}
    return call.do(lambda desk: machines.give_keys(desk, call.asked, client, jwks), lambda _: Reply.of(None)).response()
