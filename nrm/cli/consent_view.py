"""How `nrm consent` shows answers of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nrm.cli.referral_view import service_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nrm.cli.referral_view import Told
    from nrm.referral.consent import Answer

STYLES = {"given": "green", "refused": "bold red", "withdrawn": "bold red"}


def answer_data(told: Told, one: Answer) -> dict[str, Any]:
    """Return one line of the ledger for other programs."""
    return {
        "consent": str(one.id),
        "at": one.at.isoformat(),
        "state": one.state,
        "by": one.by,
        "purpose": one.purpose,
        "recipient": one.recipient,
        "service": service_data(told, one.service) if one.service is not None else None,
        "groups": list(one.groups),
        "until": one.until.isoformat() if one.until is not None else None,
        "wording": one.wording,
        "language": one.language,
        "interpreter": one.interpreter,
    }


def show_answer(told: Told, one: Answer) -> None:
    """Print one line of the ledger."""
    out, say, words = told.out, told.speaker.phrase, told.speaker.words
    state, by = told.phrase("consent", one.state), told.phrase("consent_by", one.by)
    out.line(f"{told.moment(one.at)} · {state} · {by}", STYLES[one.state])
    whom = say("consent_any_service") if one.service is None else told.service(one.service)
    recipient, purpose = told.word(words.recipients, one.recipient), told.word(words.purposes, one.purpose)
    out.line(f"{recipient} ({whom}) · {purpose}", indent=2)
    groups = told.groups(one.groups) if one.groups else say("consent_all_groups")
    until = (say("consent_until", day=told.speaker.day(one.until)),) if one.until is not None else ()
    out.line(" · ".join((groups, *until, f"{one.wording} {one.language}")), "dim", 2)


def show_answers(told: Told, found: Sequence[Answer]) -> None:
    """Print the ledger."""
    for one in found:
        show_answer(told, one)
    if not found:
        told.out.line(told.speaker.phrase("consent_nothing"))
