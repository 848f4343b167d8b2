"""What somebody sees and changes of their own account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from pydantic import Field

from api.views.model import Sent, View
from api.views.session import Answer, EnrolmentView, Secret, Step
from api.views.words import WordView, phrase, role, word
from nrm.access import Case, shipped
from nrm.casework.asked import CASE_MANAGEMENT

if TYPE_CHECKING:
    from api.call import Call
    from nrm.signin.passkeys import Passkey

Label = Annotated[str, Field(min_length=1, max_length=80, examples=["my telephone"])]


class MeView(View):
    """Who you are."""

    account: UUID
    name: str = Field(repr=False, description="How colleagues call you.")
    organisation: UUID
    unit: str | None
    roles: list[WordView] = Field(description="With several, name one in `NRM-Role`.")
    purposes: list[WordView] = Field(
        description="What `Purpose-Of-Use` may say; none where no role of yours opens groups of a record."
    )
    session: UUID


class NewPasswordSent(Sent):
    """A change of password."""

    old: Secret
    new: Secret


class ProofSent(Sent):
    """Your password: a session alone, which may be stolen, changes no credentials."""

    password: Secret


class NewTotpView(EnrolmentView):
    """A new app for codes, good when a code of it was given."""

    step: str = Field(repr=False)


class NewCodeSent(Sent):
    """A code of the new app."""

    step: Step
    code: str = Field(max_length=20, repr=False, examples=["123456"])


class NewPasskeySent(Sent):
    """A passkey that a browser made."""

    step: Step
    answer: Answer
    label: Label


class PasskeyView(View):
    """One of your passkeys."""

    passkey: UUID
    label: str


class PasskeysView(View):
    """Your passkeys."""

    items: list[PasskeyView]


class TokenSent(Sent):
    """A token that you want for a program of your own."""

    label: Label
    days: int = Field(ge=1, le=3650, description="How long it lives; the installation sets the most.", examples=[30])


def me_view(call: Call) -> MeView:
    """Return who asks."""
    own, speaker = call.session, call.speaker
    purposes = call.desk.books.words().purposes
    opens = any(shipped().ever(one, "group:read", Case) for one in own.roles)
    known = [phrase("purpose", CASE_MANAGEMENT, speaker), *(word(purposes, one, speaker) for one in sorted(purposes))]
    return MeView(
        account=own.account,
        name=own.name,
        organisation=own.organisation,
        unit=own.unit,
        roles=[role(one, speaker) for one in own.roles],
        purposes=known if opens else [],
        session=own.session,
    )


def passkey_view(passkey: Passkey) -> PasskeyView:
    """Return one passkey."""
    return PasskeyView(passkey=passkey.id, label=passkey.label)
