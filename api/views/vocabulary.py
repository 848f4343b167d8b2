"""The words that a form needs, in one language: facts with their values, groups, purposes, reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from api.views.model import View
from api.views.words import WordView, phrase
from nrm.referral.lifecycle import DECLINED, REVOKED
from nrm.rulebook.vocabulary import Group, Nature, WholeFact
from nrm.rulebook.wording import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nrm.rulebook.sentence import Speaker
    from nrm.rulebook.vocabulary import Fact, Named


class NamedView(WordView):
    """A code with its label and meaning."""

    meaning: str


class FactView(NamedView):
    """A fact: its values, or from where to where a number goes; `codes` add up, of a `choice` exactly one holds."""

    nature: Nature
    group: Group
    type: Literal["choice", "codes", "whole"]
    values: list[WordView] = Field(default_factory=list)
    unit: Literal["days", "months", "years", "count"] | None = None
    at_least: int | None = None
    at_most: int | None = None


class DisclosureView(NamedView):
    """What may be told to whom, and whether consent is asked for it."""

    recipient: str
    groups: list[Group]
    purpose: str
    basis: Literal["consent", "duty"]


class VocabularyView(View):
    """All words of the rules in force, in one language."""

    language: Language
    facts: list[FactView]
    groups: list[NamedView]
    purposes: list[NamedView] = Field(description="Of these is the header Purpose-Of-Use, or `case_management`.")
    recipients: list[NamedView]
    roles: list[NamedView]
    offers: list[NamedView]
    disclosures: list[DisclosureView]
    decline_reasons: list[WordView] = Field(description="Why a service says no.")
    revoke_reasons: list[WordView] = Field(description="Why a referral is taken back.")


def vocabulary_view(speaker: Speaker) -> VocabularyView:
    """Return the words of the vocabulary of `speaker`, in their language."""
    words = speaker.words
    return VocabularyView(
        language=speaker.language,
        facts=[_fact(code, fact, speaker) for code, fact in words.facts.items()],
        groups=_named(words.groups, speaker),
        purposes=_named(words.purposes, speaker),
        recipients=_named(words.recipients, speaker),
        roles=_named(words.roles, speaker),
        offers=_named(words.offers, speaker),
        disclosures=[
            DisclosureView(
                code=code,
                label=one.label.in_(speaker.language),
                meaning=one.meaning.in_(speaker.language),
                recipient=one.recipient,
                groups=list(one.groups),
                purpose=one.purpose,
                basis=one.basis,
            )
            for code, one in words.disclosures.items()
        ],
        decline_reasons=[phrase("reason", code, speaker) for code in DECLINED],
        revoke_reasons=[phrase("reason", code, speaker) for code in REVOKED],
    )


def _named(words: Mapping[str, Named], speaker: Speaker) -> list[NamedView]:
    say = speaker.language
    return [NamedView(code=code, label=one.label.in_(say), meaning=one.meaning.in_(say)) for code, one in words.items()]


def _fact(code: str, fact: Fact, speaker: Speaker) -> FactView:
    say = speaker.language
    number = fact if isinstance(fact, WholeFact) else None
    values = {} if isinstance(fact, WholeFact) else fact.values
    return FactView(
        code=code,
        label=fact.label.in_(say),
        meaning=fact.meaning.in_(say),
        nature=fact.nature,
        group=fact.group,
        type=fact.type,
        values=[WordView(code=value, label=one.label.in_(say)) for value, one in values.items()],
        unit=None if number is None else number.unit,
        at_least=None if number is None else number.from_,
        at_most=None if number is None else number.to,
    )
