"""Sign-in, and sessions, as they come in and go out."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from api.views.model import Sent, View

if TYPE_CHECKING:
    from nrm.casework.accounts.entering import Enrolment, NextStep
    from nrm.casework.accounts.sessions import Begun
    from nrm.signin.session import Session

LONGEST_SECRET = 1024

Secret = Annotated[str, Field(max_length=LONGEST_SECRET, repr=False)]
Step = Annotated[str, Field(max_length=100, repr=False, description="`step` of the answer before.")]
NewPassword = Annotated[
    str | None,
    Field(max_length=LONGEST_SECRET, repr=False, description="Needed where the answer before had `must_change`."),
]
Answer = Annotated[
    dict[str, JsonValue],
    Field(
        repr=False,
        description="What `navigator.credentials.get()` or `.create()` gave, by `toJSON()`.",
        examples=[{"id": "…", "rawId": "…", "type": "public-key", "response": {}}],
    ),
]


class PasswordSent(Sent):
    """Who somebody says that they are, and their password, or the one-time code that an administrator gave them."""

    name: str = Field(max_length=200, repr=False, examples=["anna"])
    password: Secret = Field(examples=["four words by chance"])


class EnrolmentView(View):
    """A new app for codes, shown this once."""

    secret: str = Field(repr=False, examples=["JBSWY3DPEHPK3PXP"])
    uri: str = Field(repr=False, description="The same as an `otpauth:` address, for a QR code.")


class NextStepView(View):
    """What is needed after the password: a code of the app, or a passkey, as there is."""

    step: str = Field(repr=False, description="Stands for this sign-in, for ten minutes; send it with the next step.")
    totp: bool = Field(description="A code of the app is good: `/v1/sessions/steps/totp`.")
    passkey: dict[str, Any] | None = Field(
        description="Options for `navigator.credentials.get()`: `/v1/sessions/steps/passkey`."
    )
    enrol: EnrolmentView | None = Field(description="There is no second factor yet: the code must be one of this app.")
    must_change: bool = Field(description="A `new_password` must come with the next step.")


class CodeSent(Sent):
    """A code of the app."""

    step: Step
    code: str = Field(max_length=20, repr=False, examples=["123456"])
    new_password: NewPassword = None


class AnswerSent(Sent):
    """The answer of a passkey, after a password."""

    step: Step
    answer: Answer
    new_password: NewPassword = None


class AloneSent(Sent):
    """The answer of a passkey that is all that is given."""

    step: Step
    answer: Answer


class QuestionView(View):
    """What a passkey is asked."""

    step: str = Field(repr=False, description="Send it back with the answer, within ten minutes.")
    passkey: dict[str, Any] = Field(description="Options for `navigator.credentials`.")


class BegunView(View):
    """A session that has begun."""

    session: UUID
    account: UUID
    roles: list[str] = Field(examples=[["caseworker"]])
    ends: datetime = Field(description="When it is over in any case; it is over sooner when it is not used.")
    token: str | None = Field(
        repr=False, description="For `Authorization: Bearer`, shown this once. None for a browser: it has a cookie."
    )


class SessionView(View):
    """One of your own sessions or tokens."""

    session: UUID
    kind: Literal["browser", "token", "client"]
    label: str
    begun: datetime
    used: datetime = Field(description="When it was last used, to the minute.")
    ends: datetime
    current: bool = Field(description="It is the one with which you ask.")


class SessionsView(View):
    """All of your own sessions and tokens that are not over, the newest first."""

    items: list[SessionView]


def next_step_view(step: NextStep) -> NextStepView:
    """Return what is needed next."""
    return NextStepView(
        step=step.token,
        totp=step.totp,
        passkey=None if step.passkey is None else json.loads(step.passkey),
        enrol=None if step.enrol is None else enrolment_view(step.enrol),
        must_change=step.must_change,
    )


def enrolment_view(new: Enrolment) -> EnrolmentView:
    """Return a new app for codes."""
    return EnrolmentView(secret=new.secret, uri=new.uri)


def question_view(step: str, options: str) -> QuestionView:
    """Return what a passkey is asked."""
    return QuestionView(step=step, passkey=json.loads(options))


def begun_view(begun: Begun, token: str | None) -> BegunView:
    """Return a session that has begun; `token` is shown only to who has no cookie."""
    return BegunView(
        session=begun.session.id,
        account=begun.account.id,
        roles=list(begun.account.roles),
        ends=begun.session.ends,
        token=token,
    )


def session_view(session: Session, current: UUID) -> SessionView:
    """Return one session."""
    return SessionView(
        session=session.id,
        kind=session.kind,
        label=session.label,
        begun=session.begun,
        used=session.used,
        ends=session.ends,
        current=session.id == current,
    )
