"""What a service is told and what it says: its referrals, how much room it has, and its own entry in the directory."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import Field, SecretStr

from api.views.model import Sent, View
from api.views.words import WordView, phrase
from nrm.case.fields import ThreeWay
from nrm.casework.office.own_entry import Said
from nrm.directory.sidecar import AgeRecipient, Channel, DayCapacity, SafeContact, SshKey
from nrm.models import IsoDate
from nrm.referral.lifecycle import DECLINED, PROVIDER, allowed
from nrm.rulebook.vocabulary import Group
from nrm.rulebook.wording import Code, Words

if TYPE_CHECKING:
    from api.call import Call
    from nrm.casework.office.own_entry import OwnEntry
    from nrm.casework.referrals.answering import Answered, Waiting
    from nrm.directory.sidecar import Sidecar
    from nrm.referral.referral import Verb

OwnState = Literal["sent", "received", "accepted", "declined", "in_progress", "completed", "revoked", "expired"]
"""The states in which a service knows of a referral."""

Declined: TypeAlias = Literal[
    "no_capacity", "not_our_help", "needs_beyond_us", "not_safe_here", "conflict_of_interest", "too_far",
    "person_not_reached", "person_did_not_come", "no_reason_given",
]  # fmt: skip
"""`nrm.referral.lifecycle.DECLINED`; a test compares the two."""

ANSWERS: Final[tuple[Verb, ...]] = ("accept", "decline", "start", "complete")
MOST_DAYS: Final = 1000
LONGEST_WORDS: Final = 500

_Words = Annotated[Words, Field(max_length=LONGEST_WORDS)]


class WaitingView(View):
    """A referral to your service in a list: nothing of the person, no case."""

    referral: UUID
    version: int = Field(ge=1)
    state: WordView
    changed_at: datetime


class OwnStepView(View):
    """One step that the referral has taken."""

    at: datetime
    step: WordView


class OwnReferralView(View):
    """A referral to your service; what it is about stands in its package, which only your key opens."""

    referral: UUID
    version: int = Field(ge=1)
    state: WordView
    made_at: datetime
    expires_at: datetime
    steps: list[OwnStepView]
    may: list[Literal["accept", "decline", "start", "complete"]] = Field(description="What you can answer now.")
    reasons: list[WordView] = Field(description="The reasons that a decline may give.")


class DeclineSent(Sent):
    """Why the service says no."""

    reason: Declined = Field(examples=["no_capacity"])


class DayView(View):
    """How many places are free on one day."""

    day: date
    free: int = Field(ge=0)
    unit: str = Field(examples=["bed"])


class CapacityView(View):
    """How many places your service has free, by the day; a day that is missing is not known."""

    days: list[DayView]


class DaySent(Sent):
    """How many places are free on one day; 0 means full."""

    day: IsoDate = Field(examples=["2026-03-01"])
    free: int = Field(ge=0, le=100_000, examples=[4])
    unit: _Words = Field(default="place", examples=["bed"])


class CapacitySent(Sent):
    """All that is known of the free places of your service; it takes the place of what was said before."""

    days: list[DaySent] = Field(max_length=MOST_DAYS)

    def capacity(self) -> tuple[DayCapacity, ...]:
        """Return it as the directory keeps it."""
        return tuple(DayCapacity(day=one.day, free=one.free, unit=one.unit) for one in self.days)


class SafeContactSent(Sent):
    """How your service may be reached about a person."""

    use: list[Channel] = Field(default=[], max_length=10)
    never: list[Channel] = Field(default=[], max_length=10)
    rules: list[_Words] = Field(default=[], max_length=20, examples=[["Ask for the duty manager."]])


class EntrySent(Sent):
    """What your service says of itself; what is left out stays as it is."""

    needs: list[Group] | None = Field(default=None, max_length=20, description="The groups that you need.")
    genders: list[Code] | None = Field(default=None, max_length=20)
    accessible: ThreeWay | None = Field(default=None, description="Whether people with a disability can be taken.")
    families: ThreeWay | None = Field(default=None, description="Whether those who come with a person can be taken.")
    trafficking: ThreeWay | None = Field(default=None, description="Whether it knows how to help trafficked persons.")
    safe_contact: SafeContactSent | None = None
    confidential_address: _Words | None = Field(
        default=None,
        description="Where it is, if nobody may know. Once said, only the coordinator takes it back or changes it.",
    )
    receiving_key: AgeRecipient | None = Field(
        default=None, description="A new key waits until the coordinator has confirmed it by telephone."
    )
    signing_key: SshKey | None = Field(default=None, description="As `receiving_key`.")

    def said(self) -> Said:
        """Return it as the use case takes it."""
        contact, place = self.safe_contact, self.confidential_address
        return Said(
            needs=None if self.needs is None else tuple(self.needs),
            genders=None if self.genders is None else tuple(self.genders),
            accessible=self.accessible,
            families=self.families,
            trafficking=self.trafficking,
            safe_contact=None
            if contact is None
            else SafeContact(use=tuple(contact.use), never=tuple(contact.never), rules=tuple(contact.rules)),
            confidential_address=None if place is None else SecretStr(place),
            receiving_key=self.receiving_key,
            signing_key=self.signing_key,
        )


class SafeContactView(View):
    """How your service may be reached about a person."""

    use: list[str]
    never: list[str]
    rules: list[str]


class EntryView(View):
    """What the directory keeps of your service beside what its source says; never the confidential address itself."""

    source: str
    id: str
    confidential: bool
    needs: list[str] | None
    genders: list[str]
    accessible: ThreeWay
    families: ThreeWay
    trafficking: ThreeWay
    safe_contact: SafeContactView
    receiving_key: str | None = Field(description="The key to which packages are sealed, if it was confirmed.")
    signing_key: str | None
    confirmed_on: date | None
    waiting: bool = Field(description="Keys that you sent wait for the coordinator, who confirms them by telephone.")


def waiting_view(one: Waiting, call: Call) -> WaitingView:
    """Return one line of the list."""
    state = phrase("state", one.state, call.speaker)
    return WaitingView(referral=one.referral, version=one.version, state=state, changed_at=one.changed_at)


def own_view(found: Answered, call: Call) -> OwnReferralView:
    """Return a referral as its service sees it: neither its case nor what it is about."""
    one = found.referral
    possible = allowed(one.state, PROVIDER)
    return OwnReferralView(
        referral=one.id,
        version=found.version,
        state=phrase("state", one.state, call.speaker),
        made_at=one.made_at,
        expires_at=one.expires_at,
        steps=[
            OwnStepView(at=step.at, step=phrase("verb", step.verb, call.speaker))
            for step in one.passed
            if step.verb != "draft"
        ],
        may=[verb for verb in ANSWERS if verb in possible],
        reasons=[phrase("reason", code, call.speaker) for code in DECLINED] if "decline" in possible else [],
    )


def capacity_view(record: Sidecar) -> CapacityView:
    """Return how many places a service has."""
    return CapacityView(days=[DayView(day=one.day, free=one.free, unit=one.unit) for one in record.capacity])


def entry_view(found: OwnEntry) -> EntryView:
    """Return the record of a service as it sees it."""
    record, contact = found.record, found.record.safe_contact
    return EntryView(
        source=record.service.source,
        id=record.service.id,
        confidential=record.confidential_address is not None,
        needs=None if record.needs is None else list(record.needs),
        genders=list(record.genders),
        accessible=record.accessible,
        families=record.families,
        trafficking=record.trafficking,
        safe_contact=SafeContactView(use=list(contact.use), never=list(contact.never), rules=list(contact.rules)),
        receiving_key=record.usable_key,
        signing_key=record.signing_key if record.confirmed is not None else None,
        confirmed_on=None if record.confirmed is None else record.confirmed.on,
        waiting=record.waiting is not None,
    )
