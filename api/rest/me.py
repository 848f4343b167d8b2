"""Who is signed in, and what they prove themselves by: password, app for codes, passkeys, tokens for their programs.

What takes a secret or gives one out is never kept under an `Idempotency-Key`, and refuses one (`api.once.unkept`).
"""

from __future__ import annotations

import json
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.call import OwnCaller, may
from api.once import UNKEPT
from api.reply import Reply
from api.security.entering import Counted, let_out
from api.views.me import (
    MeView,
    NewCodeSent,
    NewPasskeySent,
    NewPasswordSent,
    NewTotpView,
    PasskeysView,
    PasskeyView,
    ProofSent,
    TokenSent,
    me_view,
    passkey_view,
)
from api.views.session import BegunView, QuestionView, SessionsView, begun_view, question_view, session_view
from nrm.casework.accounts import credentials, sessions, tokens
from nrm.casework.accounts.fresh import need_fresh

router = APIRouter(prefix="/me", tags=["me"])

PROVING: Final = [*UNKEPT, Counted]
"""Of routes that try a secret."""


@router.get("", response_model=MeView, **may("session:read"))
def me(call: OwnCaller) -> MeView:
    """Tell who you are, in which roles you may ask, and what for."""
    return me_view(call)


@router.post("/password", status_code=204, dependencies=PROVING, **may("credential:change"))
def change_password(call: OwnCaller, sent: NewPasswordSent) -> Response:
    """Change your password; all of your sessions and tokens end, this one too."""
    credentials.change_password(call.door, call.asked, sent.old, sent.new)
    return let_out()


@router.post("/totp/begin", response_model=NewTotpView, dependencies=PROVING, **may("credential:add"))
def begin_totp(call: OwnCaller, sent: ProofSent) -> NewTotpView:
    """Get a new app for codes; the old one is good until you give a code of the new."""
    step, new = credentials.begin_totp(call.door, call.asked, sent.password)
    return NewTotpView(step=step, secret=new.secret, uri=new.uri)


@router.post("/totp/finish", status_code=204, dependencies=PROVING, **may("credential:add"))
def finish_totp(call: OwnCaller, sent: NewCodeSent) -> Response:
    """Use the new app from now on."""
    credentials.finish_totp(call.door, call.asked, sent.step, sent.code)
    return Response(status_code=204)


@router.get("/passkeys", response_model=PasskeysView, **may("session:read"))
def list_passkeys(call: OwnCaller) -> PasskeysView:
    """List your passkeys."""
    return PasskeysView(items=[passkey_view(one) for one in credentials.passkeys(call.door, call.asked)])


@router.post("/passkeys/begin", response_model=QuestionView, dependencies=PROVING, **may("credential:add"))
def begin_passkey(call: OwnCaller, sent: ProofSent) -> QuestionView:
    """Get the options with which a browser makes a new passkey."""
    return question_view(*credentials.begin_new_passkey(call.door, call.asked, sent.password))


@router.post(
    "/passkeys/finish", status_code=201, response_model=PasskeyView, dependencies=PROVING, **may("credential:add")
)
def finish_passkey(call: OwnCaller, sent: NewPasskeySent) -> Response:
    """Keep the passkey that the browser made."""
    answer = json.dumps(sent.answer)
    made = credentials.finish_new_passkey(call.door, call.asked, sent.step, answer, sent.label)
    return Reply.of(passkey_view(made), 201).response()


@router.delete("/passkeys/{passkey}", status_code=204, **may("credential:remove"))
def remove_passkey(call: OwnCaller, passkey: UUID) -> Response:
    """Take back a passkey; never your last second factor.

    It takes a sign-in of the last ten minutes.
    """
    need_fresh(call.desk, call.asked, "credential:remove", call.session.kind, call.session.begun)
    return call.do(
        lambda desk: credentials.remove_passkey(call.door_at(desk), call.asked, passkey), lambda _: Reply.of(None)
    ).response()


@router.get("/tokens", response_model=SessionsView, **may("session:read"))
def list_tokens(call: OwnCaller) -> SessionsView:
    """List the tokens that you made for your programs; none is shown."""
    found = sessions.sessions(call.desk, call.asked)
    return SessionsView(items=[session_view(one, call.session.session) for one in found if one.kind == "token"])


@router.post("/tokens", status_code=201, response_model=BegunView, dependencies=UNKEPT, **may("credential:add"))
def make_token(call: OwnCaller, sent: TokenSent) -> Response:
    """Make a token for a program that acts as you; it is shown this once.

    It takes a sign-in of the last ten minutes, and no token makes a token.
    """
    need_fresh(call.desk, call.asked, "credential:add", call.session.kind, call.session.begun)
    begun = tokens.make_token(call.door, call.asked, sent.label, sent.days)
    return Reply.of(begun_view(begun, begun.token), 201).response()


@router.delete("/tokens/{token}", status_code=204, **may("session:revoke"))
def take_back(call: OwnCaller, token: UUID) -> Response:
    """Take back one of your tokens, by the identifier in the list."""
    return call.do(lambda desk: sessions.revoke(desk, call.asked, token), lambda _: Reply.of(None)).response()
