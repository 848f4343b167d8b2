"""What a person sees of their own case, and what they send; no official is named, and no place."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from pydantic import Field

from api.views.model import Id, Sent, View
from api.views.words import ServiceKey, WordView
from nrm.casework.person.links import MOST_DAYS
from nrm.casework.person.saying import Met, Safe
from nrm.casework.person.sessions import Speaks
from nrm.models import IsoDate
from nrm.referral.consent import AnswerState
from nrm.referral.voice import LONGEST_REMARK
from nrm.rulebook.vocabulary import Group
from nrm.rulebook.wording import Code, Language

if TYPE_CHECKING:
    from nrm.casework.person.reading import OwnConsent, OwnOffer, OwnPlan, OwnReferral
    from nrm.casework.person.saying import Question
    from nrm.letter.model import Section


class PersonLinkSent(Sent):
    """For whom a link is, in which language, and for how many days."""

    speaks: Speaks = "person"
    language: Language
    days: int = Field(default=7, ge=1, le=MOST_DAYS)


class PersonLinkView(View):
    """A new link: give token and PIN by two ways; neither is ever told again."""

    link: UUID
    until: datetime
    token: str
    pin: str = Field(examples=["047113"])


class OpenSent(Sent):
    """A link and its PIN; `browser` is for our own pages, which get a cookie that no script can read."""

    link: str = Field(min_length=1, max_length=100, description="The token of the link.")
    pin: str = Field(min_length=1, max_length=20)
    browser: bool = False


class PersonSessionView(View):
    """A session that began; `token` goes into `Authorization: Bearer`, and is null where a cookie was set."""

    token: str | None
    speaks: Speaks
    language: Language
    until: datetime = Field(description="When it ends if nothing is asked until then.")


class ItemView(View):
    """One line, and the small lines below it: who does it until when, and why."""

    text: str
    below: list[str]


class SectionView(View):
    """A heading with its lines; `note` stands between the two."""

    title: str
    note: str
    items: list[ItemView]


class PersonPlanView(View):
    """The newest plan as a letter."""

    on: date
    disputed: bool = Field(description="Somebody must look at it first.")
    language: Language
    right_to_left: bool
    title: str
    opening: list[str]
    sections: list[SectionView]


class MyPlanView(View):
    """The newest plan; null when nothing was decided yet."""

    plan: PersonPlanView | None


class PersonOfferView(View):
    """One kind of help that is in the plan; `wanted` is null until somebody said so."""

    offer: WordView
    meaning: str
    wanted: bool | None


class PersonOffersView(View):
    """The help that is in the newest plan."""

    items: list[PersonOfferView]


class ConsentQuestionView(View):
    """What consent can be asked for; show `text` word for word, and send `wording` and `language` with the answer."""

    disclosure: WordView
    wording: str
    language: Language
    text: str


class QuestionsView(View):
    """What consent can be asked for by the newest plan."""

    items: list[ConsentQuestionView]


class PersonConsentView(View):
    """One line of what was said; `disclosure` and `service` are what to send to take it back."""

    consent: UUID
    at: datetime
    state: WordView
    by: str
    purpose: WordView
    recipient: WordView
    disclosure: str | None
    service: ServiceKey | None
    service_name: str | None
    groups: list[str]
    until: date | None


class PersonConsentsView(View):
    """What was said about sharing, the oldest first."""

    items: list[PersonConsentView]


class PersonConsentSent(Sent):
    """A yes or a no to a question that was shown; without groups it is about all that it names."""

    state: Literal["given", "refused"]
    disclosure: Code = Field(examples=["share_with_health"])
    wording: str = Field(min_length=1, max_length=60, description="Of the question.")
    language: Language = Field(description="Of the question.")
    service: ServiceKey | None = None
    groups: list[Group] = Field(default=[], max_length=11)
    until: IsoDate | None = Field(default=None, description="The last day on which a yes holds.")


class TakenBackSent(Sent):
    """What is taken back: a disclosure, to one service or to all."""

    disclosure: Code = Field(examples=["share_with_health"])
    service: ServiceKey | None = None


class PersonSaidView(View):
    """What was written down of what you said."""

    consent: UUID
    at: datetime
    state: AnswerState


class PersonChoiceSent(Sent):
    """Whether an offer is wanted; a no changes no other help."""

    offer: Code = Field(examples=["medical_care"])
    wanted: bool


class PersonChoiceView(View):
    """What was written down of what you want."""

    choice: UUID
    at: datetime
    offer: str
    wanted: bool


class PersonReferralView(View):
    """One request for help, and how far it is."""

    referral: UUID
    what: str
    state: WordView
    asked: datetime


class PersonReferralsView(View):
    """The requests for help that were sent, the oldest first."""

    items: list[PersonReferralView]


class PersonFeedbackSent(Sent):
    """How a service was."""

    referral: Id
    met: Met = "unknown"
    safe: Safe = "unknown"
    remark: str = Field(default="", max_length=LONGEST_REMARK)


def plan_view(found: OwnPlan) -> PersonPlanView:
    """Return a plan as a letter."""
    letter = found.letter
    return PersonPlanView(
        on=found.on,
        disputed=found.disputed,
        language=letter.language,
        right_to_left=letter.right_to_left,
        title=letter.title,
        opening=list(letter.opening),
        sections=[_section(one) for one in letter.sections],
    )


def offer_view(one: OwnOffer) -> PersonOfferView:
    """Return one kind of help."""
    return PersonOfferView(offer=WordView(code=one.offer, label=one.label), meaning=one.meaning, wanted=one.wanted)


def question_view(one: Question) -> ConsentQuestionView:
    """Return one question."""
    named = WordView(code=one.disclosure, label=one.label)
    return ConsentQuestionView(disclosure=named, wording=one.wording, language=one.language, text=one.text)


def own_consent_view(one: OwnConsent) -> PersonConsentView:
    """Return one line of the ledger."""
    return PersonConsentView(
        consent=one.id,
        at=one.at,
        state=WordView(code=one.state, label=one.state_label),
        by=one.by_label,
        purpose=WordView(code=one.purpose, label=one.purpose_label),
        recipient=WordView(code=one.recipient, label=one.recipient_label),
        disclosure=one.disclosure,
        service=None if one.key is None else ServiceKey(source=one.key[0], id=one.key[1]),
        service_name=one.service,
        groups=list(one.groups),
        until=one.until,
    )


def own_referral_view(one: OwnReferral) -> PersonReferralView:
    """Return one request for help."""
    state = WordView(code=one.state, label=one.state_label)
    return PersonReferralView(referral=one.referral, what=one.what, state=state, asked=one.asked)


def _section(one: Section) -> SectionView:
    items = [ItemView(text=item.text, below=list(item.below)) for item in one.items]
    return SectionView(title=one.title, note=one.note, items=items)
