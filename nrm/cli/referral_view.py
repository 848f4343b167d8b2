"""What the commands of referral print: services by name, words of one language, times of its own zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from nrm.cli.output import Printer
from nrm.referral.lifecycle import allowed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from nrm.bootstrap_store import Office
    from nrm.casework.referrals.answering import Waiting
    from nrm.directory.service import Key
    from nrm.referral.referral import Referral
    from nrm.rulebook.sentence import Speaker
    from nrm.rulebook.vocabulary import Named


@dataclass(frozen=True)
class Told:
    """Says in one language what is kept in one installation."""

    opened: Office
    speaker: Speaker

    @classmethod
    def of(cls, opened: Office, lang: str) -> Told:
        """Return who speaks `lang`. Raises `UnknownNameError`: nobody does."""
        return cls(opened, opened.speaker(lang))

    @property
    def out(self) -> Printer:
        """Where it is said."""
        return Printer(self.speaker.language)

    def service(self, key: Key) -> str:
        """Return the name of a service; its place is never said here."""
        found = self.opened.desk.counter.services.candidate(key)
        return found.name if found is not None and found.name else ":".join(key)

    def moment(self, at: datetime) -> str:
        """Return a moment as clocks show it where the installation is."""
        return f"{at.astimezone(ZoneInfo(self.opened.home.zone)):%Y-%m-%d %H:%M}"

    def word(self, words: Mapping[str, Named], code: str) -> str:
        """Return the label of a code, or the code itself when the vocabulary of today has lost it."""
        return words[code].label.in_(self.speaker.language) if code in words else code

    def phrase(self, kind: str, code: str) -> str:
        """Return the label of a code that the program itself knows, such as a state."""
        return self.speaker.phrases.get(f"{kind}_{code}", code)

    def role(self, code: str) -> str:
        """Return the label of a role."""
        words = self.speaker.words.roles
        return self.word(words, code) if code in words else self.phrase("role", code)

    def groups(self, names: tuple[str, ...]) -> str:
        """Return groups as a list in words."""
        return self.speaker.both(self.word(self.speaker.words.groups, name) for name in names)


def service_data(told: Told, key: Key) -> dict[str, str]:
    """Return a service for other programs."""
    return {"source": key[0], "id": key[1], "name": told.service(key)}


def referral_data(told: Told, one: Referral, version: int) -> dict[str, Any]:
    """Return a referral for other programs: where the person is, and what to avoid, is not in it."""
    return {
        "referral": str(one.id),
        "version": version,
        "state": one.state,
        "offer": one.offer,
        "disclosure": one.disclosure,
        "service": service_data(told, one.service),
        "recipient": one.recipient,
        "purpose": one.purpose,
        "basis": one.basis,
        "duty": one.duty,
        "groups": list(one.groups),
        "attachments": [str(each) for each in one.attachments],
        "consents": [str(answer) for answer in one.consents],
        "decision": str(one.decision),
        "language": one.language,
        "message": str(one.message) if one.message else None,
        "digest": one.digest,
        "made": one.made_at.isoformat(),
        "expires": one.expires_at.isoformat(),
        "passed": [
            {"at": step.at.isoformat(), "verb": step.verb, "by": step.by, "reason": step.reason} for step in one.passed
        ],
    }


def show_line(told: Told, out: Printer, one: Referral, version: int) -> None:
    """Print a referral in two lines."""
    out.line(f"{one.id} · version {version} · {told.phrase('state', one.state)}", "bold")
    words = told.speaker.words
    what = told.word(words.disclosures, one.disclosure) if one.offer is None else told.word(words.offers, one.offer)
    recipient = told.word(words.recipients, one.recipient)
    service = told.service(one.service)
    out.line(told.speaker.phrase("referral_asked", what=what, service=service, recipient=recipient), indent=2)


def show_referral(told: Told, one: Referral, version: int, role: str) -> None:
    """Print a referral with what its service may learn, on which footing, until when, and what `role` can do now."""
    out, say, words = told.out, told.speaker.phrase, told.speaker.words
    show_line(told, out, one, version)
    learns = say("referral_learns", groups=told.groups(one.groups)) if one.groups else say("referral_learns_nothing")
    out.line(learns, indent=2)
    basis = say("basis_consent")
    if one.duty is not None:
        basis = say("basis_duty", duty=told.word(words.duties, one.duty))
    out.line(say("referral_footing", purpose=told.word(words.purposes, one.purpose), basis=basis), indent=2)
    if one.live:
        out.line(say("referral_until", moment=told.moment(one.expires_at)), indent=2)
    for step in one.passed:
        why = (told.phrase("reason", step.reason),) if step.reason else ()
        said = (told.moment(step.at), told.phrase("verb", step.verb), told.role(step.by), *why)
        out.line(" · ".join(said), "dim", 4)
    can = allowed(one.state, role)
    if can:
        out.line(say("referral_can", verbs=told.speaker.both(told.phrase("verb", verb) for verb in can)), "yellow", 2)


def waiting_data(one: Waiting) -> dict[str, Any]:
    """Return for other programs what a service sees of a referral to it."""
    changed = one.changed_at.isoformat()
    return {"referral": str(one.referral), "version": one.version, "state": one.state, "changed": changed}


def show_waiting(told: Told, one: Waiting) -> None:
    """Print what a service sees of a referral to it."""
    state = told.phrase("state", one.state)
    told.out.line(f"{one.referral} · version {one.version} · {state} · {told.moment(one.changed_at)}")
