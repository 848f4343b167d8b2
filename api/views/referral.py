"""Referrals as they go out to those who keep the case, and what is asked for as it comes in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.views.match import WhereSent
from api.views.model import Id, Sent, View, unfit
from api.views.words import ServiceKey, ServiceNameView, WordView, phrase, role, service, word, words_of
from nrm.casework.referrals.referring import Request
from nrm.referral.lifecycle import allowed
from nrm.rulebook.wording import Code, Language

if TYPE_CHECKING:
    from api.call import Call
    from nrm.casework.referrals.referring import Referred
    from nrm.referral.referral import Passed, Referral


class ReferralSent(Sent):
    """Which help is asked for, or only what is to be told to whom; exactly one of `offer` and `disclosure`."""

    offer: Code | None = Field(default=None, examples=["medical_care"])
    disclosure: Code | None = Field(default=None, description="Needs `service`.")
    service: ServiceKey | None = Field(default=None, description="Whom; the best that can be asked if left out.")
    language: Language | None = Field(default=None, description="Of the package; yours if left out.")
    where: WhereSent = Field(default=WhereSent())
    draft: bool = Field(default=False, description="Only a draft, to be sent later.")
    attachments: list[Id] = Field(default=[], max_length=100, description="Of the case, to go with it.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.offer is None) == (self.disclosure is None):
            raise unfit("needs one of `offer` and `disclosure`, and not both")
        if self.disclosure is not None and self.service is None:
            raise unfit("needs `service` too: the directory chooses only for an `offer`")
        return self

    def request(self, language: Language) -> Request:
        """Return it as the use case takes it; `language` is the caller's."""
        return Request(
            offer=self.offer,
            disclosure=self.disclosure,
            service=None if self.service is None else self.service.key,
            language=self.language or language,
            where=self.where.where(),
            hold=self.draft,
            attachments=tuple(self.attachments),
        )


class ReasonSent(Sent):
    """Why; a word from the list."""

    reason: Code = Field(examples=["better_service"])


class AnswerSent(Sent):
    """What a service said; a decline needs a reason from the list."""

    reason: Code | None = Field(default=None, examples=["no_capacity"])


class TransporterSent(Sent):
    """Which official brings the person there."""

    official: Id


class StepView(View):
    """One step that a referral has taken."""

    at: datetime
    verb: str
    label: str
    by: WordView
    reason: WordView | None


class ReferralView(View):
    """One referral: who may learn what, on which footing and until when; where the person is stands nowhere in it."""

    referral: UUID
    version: int
    state: WordView
    offer: WordView | None
    disclosure: WordView
    service: ServiceNameView
    recipient: WordView
    purpose: WordView
    basis: Literal["consent", "duty"]
    duty: WordView | None
    groups: list[WordView]
    attachments: list[UUID]
    consents: list[UUID]
    decision: UUID
    language: Language
    message: UUID | None
    digest: str | None = Field(description="SHA-256 of the sealed package.")
    made: datetime
    expires: datetime
    passed: list[StepView]
    possible: list[str] = Field(description="What your role can do with it now.")


class ReferralsView(View):
    """The referrals of a case."""

    items: list[ReferralView]


class NotAskedView(View):
    """A service that could not be asked, and why."""

    service: ServiceNameView
    reason: WordView


class ReferredView(View):
    """What came of it: a referral, or whose task it is now because no service could be asked."""

    referral: ReferralView | None
    task: WordView | None
    by: WordView | None
    not_asked: list[NotAskedView]


class WhereaboutsView(View):
    """The confidential address of a service; None where it keeps none and the directory has the one that all know."""

    address: str | None


def referral_view(call: Call, one: Referral, version: int) -> ReferralView:
    """Return one referral."""
    speaker = call.speaker
    words = speaker.words
    return ReferralView(
        referral=one.id,
        version=version,
        state=phrase("state", one.state, speaker),
        offer=None if one.offer is None else word(words.offers, one.offer, speaker),
        disclosure=word(words.disclosures, one.disclosure, speaker),
        service=service(call, one.service),
        recipient=word(words.recipients, one.recipient, speaker),
        purpose=word(words.purposes, one.purpose, speaker),
        basis=one.basis,
        duty=None if one.duty is None else word(words.duties, one.duty, speaker),
        groups=words_of(words.groups, one.groups, speaker),
        attachments=list(one.attachments),
        consents=list(one.consents),
        decision=one.decision,
        language=one.language,
        message=one.message,
        digest=one.digest,
        made=one.made_at,
        expires=one.expires_at,
        passed=[_step(call, step) for step in one.passed],
        possible=list(allowed(one.state, call.asked.role)),
    )


def referred_view(call: Call, done: Referred, offer: str | None = None) -> ReferredView:
    """Return what came of asking; what no service is asked for has a role of its own that arranges it."""
    speaker, counter = call.speaker, call.desk.counter
    task = None if done.task is None else counter.tasks[done.task]
    arranges = counter.routes.arranged_by(offer) if offer is not None else None
    return ReferredView(
        referral=None if done.referral is None else referral_view(call, done.referral, done.version),
        task=None if task is None else WordView(code=task.code, label=task.named.label.in_(speaker.language)),
        by=None if task is None else role(arranges or task.by, speaker),
        not_asked=[
            NotAskedView(service=service(call, one.service), reason=phrase("reason", one.why, speaker))
            for one in done.tried
        ],
    )


def _step(call: Call, step: Passed) -> StepView:
    speaker = call.speaker
    return StepView(
        at=step.at,
        verb=step.verb,
        label=phrase("verb", step.verb, speaker).label,
        by=role(step.by, speaker),
        reason=None if step.reason is None else phrase("reason", step.reason, speaker),
    )
