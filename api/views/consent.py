"""What the person says: consent, wishes and feedback; and what is read out to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from pydantic import Field

from api.views.model import Id, Sent, View
from api.views.words import ServiceKey, ServiceNameView, WordView, phrase, service, word, words_of
from nrm.models import IsoDate
from nrm.referral.consent import AnswerState
from nrm.referral.spoken import Listener
from nrm.referral.voice import LONGEST_REMARK
from nrm.rulebook.vocabulary import Group
from nrm.rulebook.wording import Code, Language

if TYPE_CHECKING:
    from api.call import Call
    from nrm.referral.consent import Answer
    from nrm.referral.voice import Choice, Feedback
    from nrm.rulebook.sentence import Speaker

Speaks = Literal["self", "guardian"]


class ConsentSent(Sent):
    """One answer of the person, or of a child's guardian; without groups it is about all that could be told."""

    state: AnswerState
    disclosure: Code = Field(examples=["share_with_health"])
    by: Speaks
    service: ServiceKey | None = Field(default=None, description="One service; every one of the kind if left out.")
    groups: list[Group] = Field(default=[], max_length=11)
    until: IsoDate | None = Field(default=None, description="The last day on which a consent holds.")
    wording: str | None = Field(default=None, min_length=1, max_length=60, description="Today's if left out.")
    language: Language | None = Field(default=None, description="In which it was asked; yours if left out.")
    interpreter: Literal["yes", "no", "unknown"] = "unknown"


class ConsentView(View):
    """One line of the ledger."""

    consent: UUID
    at: datetime
    state: AnswerState
    state_label: str
    by: Speaks
    purpose: WordView
    recipient: WordView
    service: ServiceNameView | None
    groups: list[WordView]
    until: date | None
    wording: str
    language: Language
    interpreter: Literal["yes", "no", "unknown"]


class ConsentsView(View):
    """The whole ledger, the oldest answer first."""

    items: list[ConsentView]


class ChoiceSent(Sent):
    """Whether an offer is wanted; a no that counts revokes the live referral for it and touches no other help.

    A guardian's word counts only for a child who has said nothing of the offer.
    """

    offer: Code = Field(examples=["medical_care"])
    wanted: bool
    by: Speaks = "self"


class ChoiceView(View):
    """What the person wants, or does not."""

    choice: UUID
    at: datetime
    offer: WordView
    wanted: bool
    by: Speaks


class ChoicesView(View):
    """What was wanted and was not, the oldest first. The person's own newest word counts, else a guardian's."""

    items: list[ChoiceView]


class FeedbackSent(Sent):
    """What the person says of a service; that they felt unsafe is a task for somebody at once."""

    referral: Id
    met: Literal["yes", "partly", "no", "unknown"] = "unknown"
    safe: Literal["yes", "no", "unknown"] = "unknown"
    remark: str = Field(default="", max_length=LONGEST_REMARK)


class FeedbackView(View):
    """What the person said of one service."""

    feedback: UUID
    at: datetime
    referral: UUID
    met: Literal["yes", "partly", "no", "unknown"]
    safe: Literal["yes", "no", "unknown"]
    remark: str


class FeedbacksView(View):
    """What the person said of services, the oldest first."""

    items: list[FeedbackView]


class ReadOutView(View):
    """What is to be read out, word for word, one sentence or group on a line."""

    wording: str = Field(description="The version; send it with the answer.")
    language: Language
    read_to: Listener
    text: str


def consent_view(call: Call, one: Answer) -> ConsentView:
    """Return one line of the ledger."""
    speaker = call.speaker
    return ConsentView(
        consent=one.id,
        at=one.at,
        state=one.state,
        state_label=phrase("consent", one.state, speaker).label,
        by=one.by,
        purpose=word(speaker.words.purposes, one.purpose, speaker),
        recipient=word(speaker.words.recipients, one.recipient, speaker),
        service=None if one.service is None else service(call, one.service),
        groups=words_of(speaker.words.groups, one.groups, speaker),
        until=one.until,
        wording=one.wording,
        language=one.language,
        interpreter=one.interpreter,
    )


def choice_view(one: Choice, speaker: Speaker) -> ChoiceView:
    """Return one choice."""
    offer = word(speaker.words.offers, one.offer, speaker)
    return ChoiceView(choice=one.id, at=one.at, offer=offer, wanted=one.wanted, by=one.by)


def feedback_view(one: Feedback) -> FeedbackView:
    """Return what the person said once."""
    return FeedbackView(
        feedback=one.id, at=one.at, referral=one.referral, met=one.met, safe=one.safe, remark=one.remark
    )
