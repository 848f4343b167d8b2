"""One line of an explained match: one criterion, whether it is met, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["met", "unmet", "unknown"]
Filled = str | int | tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """What one criterion found.

    A preference brings `points` of at most `weight`; a hard requirement has neither: unmet, it refuses, and unknown, it
    must be asked. `reason` is a phrase of `rules/locale` without `match_`, `filled` its values: codes, names, numbers
    and days as ISO 8601, never anything that is known of the person only.
    """

    criterion: str
    state: State
    reason: str
    filled: tuple[tuple[str, Filled], ...] = ()
    weight: int = 0
    points: int = 0


def line(criterion: str, state: State, reason: str, **filled: Filled) -> Line:
    """Return the line of a hard requirement."""
    return Line(criterion, state, reason, tuple(filled.items()))


def worth(criterion: str, state: State, points: int, weight: int, reason: str, **filled: Filled) -> Line:
    """Return the line of a preference."""
    return Line(criterion, state, reason, tuple(filled.items()), weight, points)
