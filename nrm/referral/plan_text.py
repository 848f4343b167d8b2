"""`plan.txt`: what a package asks for and on what ground, in words for the service and for the person.

It is made of the head alone, and so says nothing of the person that the head does not say.
"""

from __future__ import annotations

from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from nrm.rulebook.lines import as_lines, wrapped
from nrm.rulebook.wording import RIGHT_TO_LEFT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nrm.referral.header import Header
    from nrm.rulebook.sentence import Speaker
    from nrm.rulebook.vocabulary import Named

NEVER: Final = (
    "contact_family",
    "contact_exploiter",
    "share_location",
    "contact_by_unsafe_channel",
    "use_accompanying_person_as_interpreter",
    "disclose_identity_publicly",
    "disclose_to_immigration_enforcement",
    "condition_help_on_cooperation",
)
"""INVARIANT (the same warnings for everybody): these bars stand in every package, whatever stands in the plan.

A warning that only some have would tell something of the person, and be missing where nobody knows of the danger."""

_ISOLATE, _POP = "\u2068", "\u2069"  # https://www.unicode.org/reports/tr9/


def plan_text(header: Header, speaker: Speaker) -> str:
    """Return the text in the language of `speaker`: paragraphs and lists of short lines, each ended by a line feed."""
    lines = _revocation(header, speaker) if header.kind == "revocation" else _referral(header, speaker)
    return as_lines(lines, right_to_left=speaker.language in RIGHT_TO_LEFT)


def _referral(header: Header, say: Speaker) -> Iterator[str]:
    yield from wrapped(say.phrase("package_title", what=_asked(header, say)))
    yield from _opening(header, say)
    meaning = say.words.outcome(_about(header)).meaning.in_(say.language)
    yield from _section(say.phrase("package_asked"), meaning, *_conditions(header, say))
    yield from _section(say.phrase("package_holds"), _holds(header, say))
    yield from _known(
        say.phrase("package_answer"),
        say.phrase("package_answer_received"),
        say.phrase("package_answer_decided"),
        say.phrase("package_answer_way"),
    )
    person = "package_person_duty" if header.basis == "duty" else "package_person_consent"
    yield from _section(say.phrase("package_person"), say.phrase(person))
    yield from _warnings(say)


def _revocation(header: Header, say: Speaker) -> Iterator[str]:
    yield from wrapped(say.phrase("package_revoked_title", what=_asked(header, say)))
    yield from _opening(header, say)
    yield from _section(
        say.phrase("package_revoked"),
        say.phrase("package_revoked_delete"),
        *([say.phrase("package_revoked_groups", groups=_groups(header, say))] if header.groups else []),
        say.phrase("package_revoked_person"),
    )
    yield from _warnings(say)


def _about(header: Header) -> str:
    """Return what a package is about: the help, or the duty, or that something may be shared."""
    return header.offer or header.duty or header.disclosure


def _asked(header: Header, say: Speaker) -> str:
    code = _about(header)
    return code if say.words.kind_of(code) is None else say.label(code)


def _opening(header: Header, say: Speaker) -> Iterator[str]:
    yield ""
    kind = _label(say.words.recipients, header.recipient.kind, say)
    service = _apart(f"{header.recipient.source} {header.recipient.id}", say)
    yield from wrapped(say.phrase("package_for", kind=kind, service=service))
    sent = say.day(header.sent_at.astimezone(UTC).date())
    yield from wrapped(say.phrase("package_sent", sender=_apart(header.sender, say), day=sent))
    yield from wrapped(say.phrase("package_referral", number=_apart(str(header.referral), say)))
    yield from wrapped(say.phrase("package_message", number=_apart(str(header.message), say)))
    if header.replaces is not None:
        yield from wrapped(say.phrase("package_replaces", number=_apart(str(header.replaces), say)))


def _conditions(header: Header, say: Speaker) -> Iterator[str]:
    yield say.phrase("package_purpose", purpose=_label(say.words.purposes, header.purpose, say))
    if header.duty is not None:
        yield say.phrase("package_ground_duty", duty=say.label(header.duty))
    else:
        yield say.phrase("package_ground_consent")
    if header.sources:
        yield say.phrase("package_paragraphs", sources=say.both(_apart(one, say) for one in header.sources))
    end = header.expires_at.astimezone(UTC)
    yield say.phrase("package_until", day=say.day(end.date()), time=_apart(f"{end:%H:%M}", say))


def _holds(header: Header, say: Speaker) -> str:
    if not header.groups:
        return say.phrase("package_holds_nothing")
    return say.phrase("package_holds_groups", groups=_groups(header, say))


def _groups(header: Header, say: Speaker) -> str:
    return say.both(_label(say.words.groups, group, say) for group in header.groups)


def _warnings(say: Speaker) -> Iterator[str]:
    bars = [f"{say.label(code)}. {say.words.bars[code].meaning.in_(say.language)}" for code in NEVER]
    own = [say.phrase("package_no_authority"), say.phrase("package_safe_contact"), say.phrase("package_keep")]
    yield from _known(say.phrase("package_warnings"), *bars, *own)


@lru_cache(maxsize=32)
def _known(title: str, *items: str) -> tuple[str, ...]:
    """Return a section whose words are the same in every package of a language; finding its lines takes a while."""
    return tuple(_section(title, *items))


def _section(title: str, *items: str) -> Iterator[str]:
    yield ""
    yield from wrapped(title)
    for item in items:
        yield from wrapped(item, "• ", "  ")


def _label(words: Mapping[str, Named], code: str, say: Speaker) -> str:
    """Return the label of a word; the word itself, if a newer vocabulary than that of the referral lacks it."""
    return words[code].label.in_(say.language) if code in words else code


def _apart(code: str, say: Speaker) -> str:
    """Keep a number or code in its own direction inside a sentence from right to left."""
    return f"{_ISOLATE}{code}{_POP}" if say.language in RIGHT_TO_LEFT else code
