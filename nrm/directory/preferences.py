"""Preferences: what makes one fitting service better than another; none of them ever refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from nrm.directory.distance import chord_of, kilometres_of
from nrm.directory.free import free_on
from nrm.directory.line import worth
from nrm.directory.need import plain
from nrm.directory.zones import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from nrm.directory.candidate import Candidate
    from nrm.directory.line import Line
    from nrm.directory.need import Need

LANGUAGE: Final = 30
INTERPRETED: Final = 15
SPECIALISED: Final = 20
REGION: Final = 15
DISTANCE: Final = 15
VERIFIED: Final = 10
VERIFIED_ONCE: Final = 5
RESERVE: Final = 10
BANDS: Final = tuple((chord_of(km), points) for km, points in ((10, 15), (25, 12), (50, 8), (100, 4)))
"""Points for a distance of at most so many kilometres, given as squared chords."""
WITHHELD_NEAR: Final = 12
"""Points of a confidential place in the person's region: a shelter must not sink because it is kept safe."""
RECENT: Final = timedelta(days=180)
RESERVE_OVER: Final = 2
"""More free places than are needed, so that the place is still there tomorrow."""


def language(need: Need, candidate: Candidate) -> Line:
    """Somebody there speaks a language of the person."""
    shared = tuple(sorted(need.languages & candidate.languages))
    if need.interpretation == "no":
        return worth("language", "met", LANGUAGE, LANGUAGE, "language_not_needed")
    if shared:
        return worth("language", "met", LANGUAGE, LANGUAGE, "language_spoken", languages=shared)
    if candidate.interpreters:
        return worth("language", "met", INTERPRETED, LANGUAGE, "language_interpreted")
    if not need.languages or not candidate.languages or candidate.other_languages:
        return worth("language", "unknown", 0, LANGUAGE, "language_unknown")
    spoken = tuple(sorted(candidate.languages))
    return worth("language", "unmet", 0, LANGUAGE, "language_other", languages=spoken)


def specialised(need: Need, candidate: Candidate) -> Line:  # noqa: ARG001 - all preferences are asked alike
    """It knows how to help trafficked persons."""
    if candidate.trafficking == "yes":
        return worth("specialised", "met", SPECIALISED, SPECIALISED, "specialised")
    if candidate.trafficking == "no":
        return worth("specialised", "unmet", 0, SPECIALISED, "specialised_not")
    return worth("specialised", "unknown", 0, SPECIALISED, "specialised_unknown")


def region(need: Need, candidate: Candidate) -> Line:
    """It serves the person's region."""
    if not need.region or not candidate.regions:
        return worth("region", "unknown", 0, REGION, "region_unknown")
    if plain(need.region) in candidate.regions:
        return worth("region", "met", REGION, REGION, "region_same")
    return worth("region", "unmet", 0, REGION, "region_other")


def distance(need: Need, candidate: Candidate) -> Line:
    """It is near; of a confidential place only the region is compared."""
    chord = nearest(need, candidate)
    if chord is not None:
        points = next((points for limit, points in BANDS if chord <= limit), 0)
        km = round(kilometres_of(chord))
        return worth("distance", "met" if points else "unmet", points, DISTANCE, "distance", km=km)
    if need.near is not None and candidate.confidential:
        points = WITHHELD_NEAR if plain(need.region) in candidate.regions else 0
        return worth("distance", "unknown", points, DISTANCE, "distance_withheld")
    return worth("distance", "unknown", 0, DISTANCE, "distance_unknown")


def verified(need: Need, candidate: Candidate) -> Line:
    """Somebody checked the entry not long ago."""
    day = candidate.verified
    if day is None or day > need.on:
        return worth("verified", "unknown", 0, VERIFIED, "verified_never")
    if need.on - day <= RECENT:
        return worth("verified", "met", VERIFIED, VERIFIED, "verified_recently", day=day.isoformat())
    return worth("verified", "unmet", VERIFIED_ONCE, VERIFIED, "verified_long_ago", day=day.isoformat())


def reserve(need: Need, candidate: Candidate) -> Line:
    """It has more room than is needed."""
    free = free_on(candidate.capacity, need.first_day, need.unit)
    if free is None:
        return worth("reserve", "unknown", 0, RESERVE, "reserve_unknown")
    if free >= need.places + RESERVE_OVER:
        return worth("reserve", "met", RESERVE, RESERVE, "reserve_enough")
    return worth("reserve", "unmet", 0, RESERVE, "reserve_little")


PREFERENCES: tuple[Callable[[Need, Candidate], Line], ...] = (
    language, specialised, region, distance, verified, reserve,
)  # fmt: skip
"""All preferences, in the order in which they are shown."""
