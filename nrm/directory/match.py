"""Which services fit a person's need, best first, each explained line by line; and who acts when none does.

Plain Python, one service after another: what this says is right, and `nrm.directory.index` must agree with it.
Pure: the day is part of the need, and services in another order give the same answer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

from nrm.directory.hard import HARD
from nrm.directory.preferences import PREFERENCES
from nrm.directory.zones import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.directory.candidate import Candidate
    from nrm.directory.line import Line
    from nrm.directory.need import Need

Reasons = tuple[tuple[str, int], ...]
"""For each criterion that refused services: how many of those that answer the offer; a service counts for each.

When no service answers the offer, that is the only reason, and all services count for it.
"""

NO_SERVICE_FOUND: Final = "no_service_found"
COORDINATOR: Final = "coordinator"
WITHIN_HOURS: Final = 24


@dataclass(frozen=True)
class Accepted:
    """A service that nothing known refuses; `asks` requirements of it are not known and must be asked first."""

    candidate: Candidate
    asks: int
    score: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Refused:
    """A service that cannot be, with every hard requirement that it is known not to meet."""

    candidate: Candidate
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class NoService:
    """What falls to the coordinator when no service fits, and why none did."""

    offer: str
    reasons: Reasons
    code: str = NO_SERVICE_FOUND
    by: str = COORDINATOR
    within_hours: int = WITHIN_HOURS


@dataclass(frozen=True)
class Matches:
    """Every service, accepted (best first) or refused (by key); never both empty-handed and silent."""

    offer: str
    accepted: tuple[Accepted, ...]
    refused: tuple[Refused, ...]
    reasons: Reasons

    @property
    def duty(self) -> NoService | None:
        """The coordinator's duty, when no service was accepted."""
        return None if self.accepted else NoService(self.offer, self.reasons)


def match(need: Need, services: Iterable[Candidate]) -> Matches:
    """Judge every service for `need`.

    Services known to fit stand before those that must be asked, fewer questions before more; then the higher score,
    the nearer place, and at last the key.
    """
    judged = [judge(need, candidate) for candidate in services]
    accepted = [one for one in judged if isinstance(one, Accepted)]
    refused = [one for one in judged if isinstance(one, Refused)]
    return Matches(
        offer=need.offer,
        accepted=tuple(sorted(accepted, key=lambda one: _place(need, one))),
        refused=tuple(sorted(refused, key=lambda one: one.candidate.key)),
        reasons=_reasons(need, judged),
    )


def judge(need: Need, candidate: Candidate) -> Accepted | Refused:
    """Judge one service."""
    hard = tuple(requirement(need, candidate) for requirement in HARD)
    unmet = tuple(line for line in hard if line.state == "unmet")
    if unmet:
        return Refused(candidate, unmet)
    wished = tuple(preference(need, candidate) for preference in PREFERENCES)
    asks = sum(line.state == "unknown" for line in hard)
    return Accepted(candidate, asks, sum(line.points for line in wished), (*hard, *wished))


def _reasons(need: Need, judged: list[Accepted | Refused]) -> Reasons:
    of_offer = [one for one in judged if need.offer in one.candidate.types]
    if not of_offer:
        return counted(Counter(offer=len(judged)))
    refused = [one for one in of_offer if isinstance(one, Refused)]
    return counted(Counter(line.criterion for one in refused for line in one.lines))


def counted(refusals: Counter[str]) -> Reasons:
    """Return the criteria by how many services they refused, the commonest first."""
    return tuple(sorted((+refusals).items(), key=lambda one: (-one[1], one[0])))


def _place(need: Need, one: Accepted) -> tuple[int, int, float, tuple[str, str]]:
    chord = nearest(need, one.candidate)
    return one.asks, -one.score, inf if chord is None else chord, one.candidate.key
