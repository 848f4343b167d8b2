"""What is theirs to read: the plan as a letter, what was said about sharing, and how far each request for help is.

INVARIANT (what the person is shown names no official): a plan, the ledger and states of referrals are shown in words of
the vocabulary; who keeps the case, who decided, and where a service is, stand in none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.casework.cases.replaying import made_again
from nrm.casework.items import choices, ledger, referrals_of
from nrm.casework.person.sessions import PERSON, as_person
from nrm.casework.referrals.placing import treated_as_child
from nrm.letter.letter import discreet_letter, letter
from nrm.letter.text import as_text
from nrm.referral.voice import standing_word

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from nrm.casework.desk import Desk
    from nrm.casework.person.sessions import Own
    from nrm.directory.service import Key
    from nrm.letter.model import Letter
    from nrm.referral.consent import Answer, AnswerState
    from nrm.referral.referral import Referral, State
    from nrm.referral.voice import Choice
    from nrm.rulebook.sentence import Speaker
    from nrm.rulebook.vocabulary import Disclosure
    from nrm.rulebook.wording import Language


@dataclass(frozen=True)
class OwnPlan:
    """The newest plan as a letter, and the same as text; `disputed` says that somebody must look at it first."""

    on: date
    disputed: bool
    letter: Letter
    text: str


@dataclass(frozen=True)
class OwnOffer:
    """One kind of help that the plan has; `wanted` is None until somebody said whether it is wanted."""

    offer: str
    label: str
    meaning: str
    wanted: bool | None


@dataclass(frozen=True)
class OwnConsent:
    """One line of the ledger in words; `service` is the name of the one that was asked about, None for all.

    `disclosure` and `key` are what is named to take it back; there is no such disclosure where the rules dropped it.
    """

    id: UUID
    at: datetime
    state: AnswerState
    state_label: str
    by_label: str
    purpose: str
    purpose_label: str
    recipient: str
    recipient_label: str
    disclosure: str | None
    service: str | None
    key: Key | None
    groups: tuple[str, ...]
    until: date | None


@dataclass(frozen=True)
class OwnReferral:
    """One request for help: what for and how far it is. Which service it is, and where, is told by a caseworker."""

    referral: UUID
    what: str
    state: State
    state_label: str
    asked: datetime


def own_plan(desk: Desk, session: str, *, discreet: bool = False, language: Language | None = None) -> OwnPlan | None:
    """Return the newest plan in their language, or None when nothing was decided yet; no new decision is made.

    `discreet` is for a screen or a paper that somebody else may see: topics to ask about, and no more. A guardian is
    not told the reasons, because they tell what happened to the child.

    Raises:
        SessionOverError: there is no such session.
        NotReplayedError, VaultError: the decision cannot be read as it was made.
    """

    def read(own: Own) -> OwnPlan | None:
        made = own.work.unit.decisions.newest(own.work.case.case)
        own.work.journal.write(own.work.unit, "decision:read", case=own.work.case)
        if made is None:
            return None
        plan, _ = made_again(own.work, made, archived=False)
        speaker = _speaker(own, language)
        shown = discreet_letter(plan, speaker) if discreet else letter(plan, speaker, reasons=_is_person(own))
        return OwnPlan(made.on, made.disputed, shown, as_text(shown))

    return as_person(desk, session, "decision:read", read)


def own_offers(desk: Desk, session: str, language: Language | None = None) -> list[OwnOffer]:
    """Return the help in the newest plan, with what it means and whether it is wanted (errors as of `own_plan`).

    The person is told the word that decides; a guardian sees the guardian's own words only.
    """

    def read(own: Own) -> list[OwnOffer]:
        made = own.work.unit.decisions.newest(own.work.case.case)
        own.work.journal.write(own.work.unit, "decision:read", case=own.work.case)
        if made is None:
            return []
        plan, _ = made_again(own.work, made, archived=False)
        speaker = _speaker(own, language)
        heard = [one for one in choices(own.work.unit, own.work.case) if _is_person(own) or one.by == "guardian"]
        meant = {line.code: speaker.words.outcome(line.code).meaning for line in plan.of("offer")}
        return [
            OwnOffer(
                code,
                speaker.label(code),
                meaning.in_(speaker.language),
                _wanted(standing_word(heard, code, child=treated_as_child(plan))),
            )
            for code, meaning in meant.items()
        ]

    return as_person(desk, session, "decision:read", read)


def own_consents(desk: Desk, session: str, language: Language | None = None) -> list[OwnConsent]:
    """Return what was said about sharing, the oldest first.

    INVARIANT (a child's no is not told to the guardian): a guardian sees the guardian's own lines only.

    Raises:
        SessionOverError: there is no such session.
    """

    def read(own: Own) -> list[OwnConsent]:
        own.work.journal.write(own.work.unit, "consent:read", case=own.work.case)
        lines = ledger(own.work.unit, own.work.case)
        speaker = _speaker(own, language)
        return [_consent(own, speaker, one) for one in lines if _is_person(own) or one.by == "guardian"]

    return as_person(desk, session, "consent:read", read)


def own_referrals(desk: Desk, session: str, language: Language | None = None) -> list[OwnReferral]:
    """Return the requests for help that were sent, the oldest first (errors as of `own_consents`).

    INVARIANT (the screen does not say where a person sleeps): no service is named, and no place.
    """

    def read(own: Own) -> list[OwnReferral]:
        own.work.journal.write(own.work.unit, "referral:read", case=own.work.case)
        speaker = _speaker(own, language)
        sent = [one for _, one in referrals_of(own.work.unit, own.work.case) if one.message is not None]
        return [_referral(speaker, one) for one in sorted(sent, key=lambda one: (one.made_at, one.id))]

    return as_person(desk, session, "referral:read", read)


def _wanted(word: Choice | None) -> bool | None:
    return word.wanted if word is not None else None


def _is_person(own: Own) -> bool:
    return own.session.speaks == PERSON


def _speaker(own: Own, language: Language | None) -> Speaker:
    return own.work.desk.counter.speaker(language or own.session.language)


def _consent(own: Own, speaker: Speaker, one: Answer) -> OwnConsent:
    words, say = speaker.words, speaker.language
    purpose, recipient = words.purposes.get(one.purpose), words.recipients.get(one.recipient)
    found = own.work.desk.counter.services.candidate(one.service) if one.service is not None else None
    return OwnConsent(
        id=one.id,
        at=one.at,
        state=one.state,
        state_label=speaker.phrases.get(f"consent_{one.state}", one.state),
        by_label=speaker.phrases.get(f"consent_by_{one.by}", one.by),
        purpose=one.purpose,
        purpose_label=purpose.label.in_(say) if purpose is not None else one.purpose,
        recipient=one.recipient,
        recipient_label=recipient.label.in_(say) if recipient is not None else one.recipient,
        disclosure=next((code for code, each in words.disclosures.items() if _asks(each, one)), None),
        service=found.name if found is not None else None,
        key=one.service,
        groups=tuple(words.groups[name].label.in_(say) for name in one.groups),
        until=one.until,
    )


def _asks(disclosure: Disclosure, one: Answer) -> bool:
    asked = (disclosure.purpose, disclosure.recipient) == (one.purpose, one.recipient)
    return asked and disclosure.basis == "consent"


def _referral(speaker: Speaker, one: Referral) -> OwnReferral:
    words = speaker.words
    named = words.disclosures.get(one.disclosure) if one.offer is None else words.offers.get(one.offer)
    code = one.offer or one.disclosure
    return OwnReferral(
        referral=one.id,
        what=named.label.in_(speaker.language) if named is not None else code,
        state=one.state,
        state_label=speaker.phrases.get(f"state_{one.state}", one.state),
        asked=one.made_at,
    )
