"""What `nrm match` prints: services that fit, best first, each line with its reason; no place is ever named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nrm.cli.output import Printer
from nrm.directory.told import criterion, named, reason

if TYPE_CHECKING:
    from nrm.directory.line import Line
    from nrm.directory.match import Matches
    from nrm.rulebook.sentence import Speaker

MARKS = {"met": "+", "unmet": "–", "unknown": "?"}


def as_data(found: Matches, speaker: Speaker, most: int) -> dict[str, Any]:
    """Return the best `most` services and every refused one that answers the offer, for other programs."""
    refused = [one for one in found.refused if found.offer in one.candidate.types]
    duty = found.duty
    return {
        "offer": found.offer,
        "accepted_in_all": len(found.accepted),
        "accepted": [
            {
                **named(one.candidate),
                "asks": one.asks,
                "score": one.score,
                "lines": [_line(line, speaker) for line in one.lines],
            }
            for one in found.accepted[:most]
        ],
        "refused": [{**named(one.candidate), "lines": [_line(line, speaker) for line in one.lines]} for one in refused],
        "refused_for": dict(found.reasons),
        "duty": None
        if duty is None
        else {"code": duty.code, "by": duty.by, "within_hours": duty.within_hours, "reasons": dict(duty.reasons)},
    }


def show(found: Matches, speaker: Speaker, most: int) -> None:
    """Print the same for people; of refused services only how many, and why."""
    out = Printer(speaker.language)
    out.line(speaker.phrase("match_title", offer=speaker.label(found.offer)), "bold")
    for number, one in enumerate(found.accepted[:most], 1):
        out.line()
        out.line(f"{number}. {one.candidate.name}", "bold")
        asks = [speaker.phrase("match_asks", number=str(one.asks))] if one.asks else []
        said = [one.candidate.organisation_name, speaker.phrase("match_points", number=str(one.score)), *asks]
        out.line(" · ".join(word for word in said if word), "yellow", 3)
        for line in one.lines:
            out.line(f"{MARKS[line.state]} {criterion(line.criterion, speaker)}: {reason(line, speaker)}", indent=3)
    if found.duty is not None:
        out.line()
        out.line(speaker.phrase("match_no_service_found", hours=str(found.duty.within_hours)), "bold red")
    for code, number in found.reasons:
        word = criterion(code, speaker)
        out.line(speaker.phrase("match_counted", criterion=word, number=str(number)), "dim")


def _line(line: Line, speaker: Speaker) -> dict[str, Any]:
    return {
        "criterion": line.criterion,
        "state": line.state,
        "points": line.points,
        "weight": line.weight,
        "reason": line.reason,
        "filled": {name: list(value) if isinstance(value, tuple) else value for name, value in line.filled},
        "said": reason(line, speaker),
    }
