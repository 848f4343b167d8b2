"""A match told: to people in their language, to programs by name; no place is named."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from babel import Locale

if TYPE_CHECKING:
    from nrm.directory.candidate import Candidate
    from nrm.directory.line import Filled, Line
    from nrm.rulebook.sentence import Speaker


def reason(line: Line, speaker: Speaker) -> str:
    """Return why the line is as it is: the phrase `match_<reason>` with its values in words."""
    return speaker.phrase(f"match_{line.reason}", **{name: _word(name, value, speaker) for name, value in line.filled})


def criterion(code: str, speaker: Speaker) -> str:
    """Return the name of a criterion."""
    return speaker.phrase(f"match_criterion_{code}")


def named(candidate: Candidate) -> dict[str, Any]:
    """Return which service it is, for programs."""
    source, identifier = candidate.key
    return {
        "source": source,
        "id": identifier,
        "name": candidate.name,
        "organisation": candidate.organisation_name,
        "confidential": candidate.confidential,
    }


def _word(name: str, value: Filled, speaker: Speaker) -> str:
    if isinstance(value, tuple):
        return speaker.both(_code(name, one, speaker) for one in value)
    if name == "day":
        return speaker.day(date.fromisoformat(str(value)))
    return speaker.label(str(value)) if name == "offer" else str(value)


def _code(name: str, code: str, speaker: Speaker) -> str:
    if name == "genders":
        return speaker.value("gender", code)
    return str(Locale.parse(speaker.language).languages.get(code, code))
