"""Sign-in with a password or a passkey, and one's own sessions.

INVARIANT (no secret is kept as an answer): what gives out a token or takes a secret is never kept under an
`Idempotency-Key`, and refuses one (`api.once.unkept`).
"""

from __future__ import annotations

import json
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.call import OPEN, OwnCaller, may
from api.once import UNKEPT
from api.reply import Reply
from api.security.entering import Trying, let_out
from api.security.signed_in import token_of
from api.views.session import (
    AloneSent,
    AnswerSent,
    BegunView,
    CodeSent,
    NextStepView,
    PasswordSent,
    QuestionView,
    SessionsView,
    next_step_view,
    question_view,
    session_view,
)
from nrm.casework.accounts import entering, entering_passkey, sessions

router = APIRouter(prefix="/sessions", tags=["sign-in"])


@router.post("", response_model=NextStepView, dependencies=UNKEPT, **may(OPEN))
def give_password(trying: Trying, sent: PasswordSent) -> NextStepView:
    """Take the first step of a sign-in, with name and password; nobody is signed in before the second.

    A name that nobody has, a wrong password and a suspended account are told alike.
    """
    return next_step_view(entering.give_password(trying.door, sent.name, sent.password, trying.address))


@router.post("/steps/totp", status_code=201, response_model=BegunView, dependencies=UNKEPT, **may(OPEN))
def give_code(trying: Trying, sent: CodeSent) -> Response:
    """Sign in with a code of the app; a browser gets a cookie, a program a token."""
    begun = entering.give_second(
        trying.door, sent.step, trying.address, code=sent.code, new_password=sent.new_password or ""
    )
    return trying.let_in(begun)


@router.post("/steps/passkey", status_code=201, response_model=BegunView, dependencies=UNKEPT, **may(OPEN))
def give_passkey(trying: Trying, sent: AnswerSent) -> Response:
    """Sign in with a passkey, after the password."""
    begun = entering.give_second(
        trying.door,
        sent.step,
        trying.address,
        passkey=json.dumps(sent.answer),
        new_password=sent.new_password or "",
    )
    return trying.let_in(begun)


@router.post("/passkey/begin", response_model=QuestionView, dependencies=UNKEPT, **may(OPEN))
def begin_passkey(trying: Trying) -> QuestionView:
    """Ask for any passkey that the device has; no name and no password are needed."""
    return question_view(*entering_passkey.begin_passkey(trying.door))


@router.post("/passkey/finish", status_code=201, response_model=BegunView, dependencies=UNKEPT, **may(OPEN))
def finish_passkey(trying: Trying, sent: AloneSent) -> Response:
    """Sign in with a passkey alone."""
    answer = json.dumps(sent.answer)
    return trying.let_in(entering_passkey.finish_passkey(trying.door, sent.step, answer, trying.address))


@router.get("", response_model=SessionsView, **may("session:read"))
def list_sessions(call: OwnCaller) -> SessionsView:
    """List your own sessions and tokens."""
    found = sessions.sessions(call.desk, call.asked)
    return SessionsView(items=[session_view(one, call.session.session) for one in found])


@router.delete("/current", status_code=204, dependencies=UNKEPT, **may("session:end"))
def sign_out(call: OwnCaller, request: Request) -> Response:
    """Sign out: this session is over, and a browser forgets all that it has of us."""
    signed = sessions.session_of(call.desk, token_of(request))
    sessions.sign_out(call.desk, signed, call.asked.source)
    return let_out()


@router.delete("/{session}", status_code=204, **may("session:revoke"))
def revoke(call: OwnCaller, session: UUID) -> Response:
    """End one of your own sessions, or take back one of your own tokens."""
    return call.do(lambda desk: sessions.revoke(desk, call.asked, session), lambda _: Reply.of(None)).response()


@router.delete("", status_code=204, dependencies=UNKEPT, **may("session:revoke"))
def revoke_all(call: OwnCaller) -> Response:
    """End all of your own sessions and tokens, this one too."""
    sessions.revoke_own(call.desk, call.asked)
    return let_out()
