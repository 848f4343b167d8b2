"""Accounts, as administrators keep them.

What gives out a code is kept under no `Idempotency-Key`, and refuses one (`api.once.unkept`).
"""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Call, Caller, may
from api.cursors import Cursor, Limit
from api.etags import Seen, etag
from api.once import UNKEPT
from api.reply import Reply
from api.views.account import (
    AccountChangeSent,
    AccountSent,
    AccountView,
    CodeView,
    IdentitySent,
    RecoveryView,
    account_view,
    recovery_view,
)
from api.views.model import Page
from nrm.casework.accounts import credentials, people, recovering
from nrm.signin.account import Account, Kind

router = APIRouter(tags=["accounts"])


@router.get("/accounts", response_model=Page[AccountView], **may("user:read"))
def list_accounts(call: Caller, limit: Limit = 100, cursor: Cursor = None) -> Page[AccountView]:
    """List the accounts of your organisation and of services; a page may be short before the end."""
    of = call.list_of("accounts")
    found, following = people.accounts(call.desk, call.asked, call.state.cursors.after(cursor, of), limit)
    more = None if following is None else call.state.cursors.sealed(following.bytes, of)
    return Page(items=[account_view(one) for one in found], next=more)


@router.post("/accounts", status_code=201, response_model=AccountView, **may("user:create"))
def create(call: Caller, sent: AccountSent) -> Response:
    """Make an account of a person, who cannot sign in before they are invited."""
    return made(call, sent, "person")


@router.get("/accounts/{account}", response_model=AccountView, **may("user:read"))
def tell(call: Caller, account: UUID) -> Response:
    """Tell of one account, of a person or a program."""
    found, version = people.get(call.desk, call.asked, account)
    return _answer(found, version).response()


@router.patch("/accounts/{account}", response_model=AccountView, **may("user:change"))
def change(call: Caller, account: UUID, seen: Seen, sent: AccountChangeSent) -> Response:
    """Change an account; nobody changes their own."""
    return call.do(
        lambda desk: people.change(desk, call.asked, account, seen, **sent.fields()),
        lambda now: _answer(now, seen + 1),
    ).response()


@router.post("/accounts/{account}/suspend", response_model=AccountView, **may("user:suspend"))
def suspend(call: Caller, account: UUID, seen: Seen) -> Response:
    """Let nobody sign in to an account, and end its sessions and tokens at once."""
    return call.do(
        lambda desk: people.suspend(desk, call.asked, account, seen), lambda now: _answer(now, seen + 1)
    ).response()


@router.post("/accounts/{account}/restore", response_model=AccountView, **may("user:restore"))
def restore(call: Caller, account: UUID, seen: Seen) -> Response:
    """Let a suspended account sign in again."""
    return call.do(
        lambda desk: people.restore(desk, call.asked, account, seen), lambda now: _answer(now, seen + 1)
    ).response()


@router.post("/accounts/{account}/end-sessions", status_code=204, **may("user:change"))
def end_sessions(call: Caller, account: UUID) -> Response:
    """Sign somebody out everywhere: all of their sessions and tokens end."""
    return call.do(lambda desk: people.end_sessions(desk, call.asked, account), lambda _: Reply.of(None)).response()


@router.post("/accounts/{account}/invite", response_model=CodeView, dependencies=UNKEPT, **may("user:change"))
def invite(call: Caller, account: UUID) -> CodeView:
    """Make a one-time code for an account that nobody has signed in to; an older code is good no more."""
    return CodeView(code=credentials.invite(call.door, call.asked, account))


@router.post("/accounts/{account}/identities", status_code=204, **may("user:change"))
def link(call: Caller, account: UUID, sent: IdentitySent) -> Response:
    """Let whom a provider of identity names so sign in to an account that nobody has signed in to."""
    return call.do(
        lambda desk: people.link(desk, call.asked, account, sent.issuer, sent.subject), lambda _: Reply.of(None)
    ).response()


@router.post("/accounts/{account}/recover", status_code=201, response_model=RecoveryView, **may("user:change"))
def recover(call: Caller, account: UUID) -> Response:
    """Ask for new credentials for somebody who lost theirs; another administrator confirms within the hour.

    Both must have been administrators for three days, with the same credentials.
    """
    return call.do(
        lambda desk: recovering.ask_recovery(desk, call.asked, account),
        lambda asked: Reply.of(recovery_view(asked), 201),
    ).response()


@router.get("/recoveries", response_model=Page[RecoveryView], **may("user:read"))
def recoveries(call: Caller, limit: Limit = 100, cursor: Cursor = None) -> Page[RecoveryView]:
    """List the requests for new credentials that wait for a second administrator.

    A page may be short before the end.
    """
    of = call.list_of("recoveries")
    found, following = recovering.recoveries(call.desk, call.asked, call.state.cursors.after(cursor, of), limit)
    more = None if following is None else call.state.cursors.sealed(following.bytes, of)
    return Page(items=[recovery_view(one) for one in found], next=more)


@router.post("/recoveries/{recovery}/confirm", response_model=CodeView, dependencies=UNKEPT, **may("user:change"))
def confirm(call: Caller, recovery: UUID) -> CodeView:
    """Confirm what another administrator asked for; what the person had is good no more.

    Both must have been administrators for three days before it was asked for, with the same credentials.
    """
    return CodeView(code=recovering.confirm_recovery(call.door, call.asked, recovery))


def made(call: Call, sent: AccountSent, kind: Kind) -> Response:
    """Make an account of either kind, and return the answer."""
    organisation = sent.organisation or call.asked.organisation
    return call.do(
        lambda desk: people.create(
            desk,
            call.asked,
            sent.name,
            sent.display_name,
            sent.roles,
            organisation,
            unit=sent.unit,
            language=sent.language,
            kind=kind,
        ),
        lambda new: _answer(new, 1, 201),
    ).response()


def _answer(account: Account, version: int, status: int = 200) -> Reply:
    where = {"Location": f"/v1/accounts/{account.id}"} if status == 201 else {}  # noqa: PLR2004
    return Reply.of(account_view(account), status, {**etag(version), **where})
