"""Hard requirements: what a service must be so that this person can go there.

INVARIANT (unknown is not refused): a directory that does not say something has not said no; the line then says what
must be asked. Only what is known to be so refuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.directory.free import free_on
from nrm.directory.line import line
from nrm.directory.zones import outside

if TYPE_CHECKING:
    from collections.abc import Callable

    from nrm.case.fields import ThreeWay
    from nrm.directory.candidate import Candidate
    from nrm.directory.line import Line, State
    from nrm.directory.need import Need

PLAIN_GENDERS = frozenset({"feminine", "masculine"})
"""Of anybody else a service for women or for men has not said whether they are welcome: it must be asked."""


def offer(need: Need, candidate: Candidate) -> Line:
    """It answers the offer."""
    if need.offer in candidate.types:
        return line("offer", "met", "offer_given", offer=need.offer)
    return line("offer", "unmet", "offer_missing", offer=need.offer)


def status(need: Need, candidate: Candidate) -> Line:  # noqa: ARG001 - all requirements are asked alike
    """It is open."""
    if candidate.status == "active":
        return line("status", "met", "status_active")
    return line(
        "status",
        "unknown" if candidate.status == "unknown" else "unmet",
        "status_unknown" if candidate.status == "unknown" else "status_closed",
    )


def age(need: Need, candidate: Candidate) -> Line:
    """It takes every age that the person may have."""
    if candidate.ages is None:
        return line("age", "unknown", "age_unknown")
    (youngest, oldest), (low, high) = need.ages, candidate.ages
    if low <= youngest and oldest <= high:
        return line("age", "met", "age_taken", low=low, high=high)
    if oldest < low or high < youngest:
        return line("age", "unmet", "age_refused", low=low, high=high)
    return line("age", "unknown", "age_unsure", low=low, high=high)


def gender(need: Need, candidate: Candidate) -> Line:
    """It takes people of this gender."""
    taken = tuple(sorted(candidate.genders))
    if not taken:
        return line("gender", "unknown", "gender_unknown")
    if need.gender in candidate.genders:
        return line("gender", "met", "gender_taken", genders=taken)
    if need.gender in PLAIN_GENDERS:
        return line("gender", "unmet", "gender_refused", genders=taken)
    return line("gender", "unknown", "gender_unsure", genders=taken)


def capacity(need: Need, candidate: Candidate) -> Line:
    """It has room on the first day."""
    free, day = free_on(candidate.capacity, need.first_day, need.unit), need.first_day.isoformat()
    if free is None:
        return line("capacity", "unknown", "capacity_unknown", day=day)
    if free < need.places:
        return line("capacity", "unmet", "capacity_full", free=free, day=day)
    return line("capacity", "met", "capacity_free", free=free, day=day)


def conflict(need: Need, candidate: Candidate) -> Line:
    """Nobody there belongs to those whom the person must not meet."""
    theirs = candidate.conflicts | ({candidate.organisation} if candidate.organisation else set())
    if theirs & need.conflicts or candidate.parties & need.parties:
        return line("conflict", "unmet", "conflict_found")
    if need.conflicts and candidate.organisation is None:
        return line("conflict", "unknown", "conflict_unknown")
    return line("conflict", "met", "conflict_none")


def zone(need: Need, candidate: Candidate) -> Line:
    """It has a place outside every exclusion zone."""
    state = outside(need, candidate)
    return line("zone", state, {"met": "zone_outside", "unmet": "zone_inside", "unknown": "zone_unknown"}[state])


def access(need: Need, candidate: Candidate) -> Line:
    """It takes people with a disability, for a person who has one."""
    state, reason = _asked(need.disability, candidate.accessible)
    return line("access", state, f"access_{reason}")


def family(need: Need, candidate: Candidate) -> Line:
    """It takes those who come with the person."""
    state, reason = _asked(need.with_family, candidate.families)
    return line("family", state, f"family_{reason}")


def _asked(needed: ThreeWay, given: ThreeWay) -> tuple[State, str]:
    """Compare a need with what is given; where nobody knows of the need, only a plain "no" raises a question."""
    if needed == "no":
        return "met", "not_needed"
    if given == "yes":
        return "met", "given"
    if needed == "unknown":
        return ("unknown", "ask_person") if given == "no" else ("met", "need_unknown")
    return ("unmet", "refused") if given == "no" else ("unknown", "unknown")


HARD: tuple[Callable[[Need, Candidate], Line], ...] = (
    offer, status, age, gender, capacity, conflict, zone, access, family,
)  # fmt: skip
"""All hard requirements, in the order in which they are shown."""
