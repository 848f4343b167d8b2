"""Whether a place lies where the person must not go, and how far the nearest place is that may be named.

INVARIANT (exclusion zones always win): a service of which every place is known to lie in a zone is refused, whatever
else speaks for it; a place that may lie in one is never taken as outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.directory.distance import chord_of, chord_squared, unit_vector

if TYPE_CHECKING:
    from nrm.directory.candidate import Candidate, Place
    from nrm.directory.line import State
    from nrm.directory.need import Need


def outside(need: Need, candidate: Candidate) -> State:
    """Say whether the service has a place outside all zones: met, unmet (all lie inside), or unknown."""
    if not need.zones and not need.avoided:
        return "met"
    found = {place_outside(need, place) for place in candidate.places}
    return "met" if "met" in found else "unmet" if found == {"unmet"} else "unknown"


def place_outside(need: Need, place: Place) -> State:
    """Say whether one place lies outside all zones.

    To a place that is only a telephone or a page nobody goes. A confidential place is not compared by its coordinates:
    from many such answers its place could be worked out, so the service is asked. Nor does its region rule out that it
    lies in a town of that name.
    """
    if place.virtual:
        return "met"
    if place.names & need.avoided:
        return "unmet"
    vector = place.vector
    if vector is not None:
        for zone in need.zones:
            if chord_squared(vector, unit_vector(zone.centre)) <= chord_of(zone.kilometres):
                return "unmet"
    unsure = place.confidential or (need.zones and vector is None) or (need.avoided and not place.names)
    return "unknown" if unsure else "met"


def nearest(need: Need, candidate: Candidate) -> float | None:
    """Return the squared chord to the nearest place that may be named and lies in no zone; None when not known."""
    if need.near is None:
        return None
    here = unit_vector(need.near)
    chords = (
        chord_squared(here, place.vector)
        for place in candidate.places
        if place.vector is not None and not place.virtual and place_outside(need, place) != "unmet"
    )
    return min(chords, default=None)
