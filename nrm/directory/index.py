"""The fast path: a whole directory ranked for one need in a few milliseconds.

It says the same as `nrm.directory.match`, which is the reference; a property test holds the two together. Explanations
are made by the reference, for the few services that somebody looks at.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nrm.directory import preferences as pref
from nrm.directory.columns import MET, NOT_SAID, THREE_WAYS, UNKNOWN, UNMET, Columns
from nrm.directory.distance import chord_of, unit_vector
from nrm.directory.hard import PLAIN_GENDERS
from nrm.directory.match import Accepted, NoService, Reasons, counted, judge
from nrm.directory.need import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    from nrm.case.fields import ThreeWay
    from nrm.directory.candidate import Candidate
    from nrm.directory.columns import Floats, Ints, Small
    from nrm.directory.need import Need

    States = Mapping[str, npt.NDArray[np.integer[Any]]]

SCORE_ROOM: Final = 1000
"""Larger than any score, so that one number orders by questions first and by score then."""


@dataclass(frozen=True)
class Ranking:
    """The services of one offer that fit, best first; `rows` are places in `candidates`."""

    need: Need
    candidates: tuple[Candidate, ...]
    rows: Ints
    asks: Ints
    scores: Ints
    reasons: Reasons

    @property
    def duty(self) -> NoService | None:
        """The coordinator's duty, when nothing fits."""
        return None if self.rows.size else NoService(self.need.offer, self.reasons)

    def first(self, number: int) -> tuple[Accepted, ...]:
        """Return the best `number` services, explained."""
        judged = (judge(self.need, self.candidates[row]) for row in self.rows[:number].tolist())
        return tuple(one for one in judged if isinstance(one, Accepted))


class DirectoryIndex:
    """All services, by the offers that they answer; the columns of an offer are made when it is first asked for."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._candidates = tuple(sorted(candidates, key=lambda one: one.key))
        self._columns: dict[str, Columns] = {}

    def columns(self, offer: str) -> Columns:
        """Return the columns of the services that answer `offer`."""
        if offer not in self._columns:
            self._columns[offer] = Columns(tuple(one for one in self._candidates if offer in one.types))
        return self._columns[offer]

    def rank(self, need: Need) -> Ranking:
        """Rank all services for `need`; with the reasons of `nrm.directory.match.Matches`."""
        columns = self.columns(need.offer)
        zones = _zones(need, columns)
        free = columns.free(need.first_day, need.unit)
        hard: States = {
            "status": columns.status,
            "age": _ages(need, columns),
            "gender": _genders(need, columns),
            "capacity": np.where(free == NOT_SAID, UNKNOWN, np.where(free < need.places, UNMET, MET)),
            "conflict": _conflicts(need, columns),
            "zone": _of_services(need, columns, zones),
            "access": _asked(need.disability)[columns.accessible],
            "family": _asked(need.with_family)[columns.families],
        }
        states = np.stack([state.astype(np.int8) for state in hard.values()])
        asks = np.count_nonzero(states == UNKNOWN, axis=0)
        chords = _chords(need, columns, zones)
        scores = _scores(need, columns, free, chords)
        fit = np.flatnonzero(np.all(states != UNMET, axis=0))
        level = asks[fit] * SCORE_ROOM - scores[fit]
        rows = fit[np.lexsort((chords[fit], level))]  # stable, and rows are in the order of the keys
        refusals = Counter({name: int(np.count_nonzero(state == UNMET)) for name, state in hard.items()})
        return Ranking(
            need, tuple(columns.candidates), rows, asks[rows], scores[rows], self._reasons(columns, refusals)
        )

    def _reasons(self, columns: Columns, refusals: Counter[str]) -> Reasons:
        return counted(refusals) if columns.size else counted(Counter(offer=len(self._candidates)))


def _ages(need: Need, columns: Columns) -> Small:
    youngest, oldest = need.ages
    within = (columns.low <= youngest) & (oldest <= columns.high)
    apart = (columns.low > oldest) | (columns.high < youngest)
    said = np.where(within, MET, np.where(apart, UNMET, UNKNOWN))
    return np.where(columns.ages_said, said, UNKNOWN).astype(np.int8)


def _genders(need: Need, columns: Columns) -> Small:
    taken = columns.rows_of(columns.genders, (need.gender,))
    otherwise = UNMET if need.gender in PLAIN_GENDERS else UNKNOWN
    said = np.where(taken, MET, otherwise)
    return np.where(columns.genders_said, said, UNKNOWN).astype(np.int8)


def _conflicts(need: Need, columns: Columns) -> Small:
    found = columns.rows_of(columns.conflicts, need.conflicts) | columns.rows_of(columns.parties, need.parties)
    unknown = columns.nobody_named & bool(need.conflicts)
    return np.where(found, UNMET, np.where(unknown, UNKNOWN, MET)).astype(np.int8)


def _asked(needed: ThreeWay) -> Small:
    """Return the state for each of yes, unknown and no that a service may say."""
    states = {"yes": (MET, UNKNOWN, UNMET), "unknown": (MET, MET, UNKNOWN), "no": (MET, MET, MET)}[needed]
    assert len(states) == len(THREE_WAYS)
    return np.array(states, np.int8)


def _zones(need: Need, columns: Columns) -> Small:
    """Return the state of every place: outside all zones, not known, or inside one."""
    places = columns.places
    inside = np.zeros(places.size, np.bool_)
    for zone in need.zones:
        inside |= places.chords(unit_vector(zone.centre)) <= chord_of(zone.kilometres)
    for name in need.avoided & places.names.keys():
        inside[places.names[name]] = True
    unsure = places.confidential.copy()
    if need.zones:
        unsure |= ~places.known
    if need.avoided:
        unsure |= ~places.named
    state = np.where(inside, UNMET, np.where(unsure, UNKNOWN, MET))
    return np.where(places.virtual, MET, state).astype(np.int8)


def _of_services(need: Need, columns: Columns, zones: Small) -> Small:
    if not need.zones and not need.avoided:
        return np.zeros(columns.size, np.int8)
    return columns.places.least(zones, columns.size, UNKNOWN).astype(np.int8)


def _chords(need: Need, columns: Columns, zones: Small) -> Floats:
    """Return the squared chord to the nearest place of every service that may be named; infinite where none is."""
    places = columns.places
    if need.near is None:
        return np.full(columns.size, np.inf)
    chords = np.where(places.virtual | (zones == UNMET), np.inf, places.chords(unit_vector(need.near)))
    return places.least(chords, columns.size, np.inf)


def _scores(need: Need, columns: Columns, free: Ints, chords: Floats) -> Ints:
    same_region = columns.rows_of(columns.regions, (plain(need.region),) if need.region else ())
    scores = np.zeros(columns.size, np.int64)
    scores += np.where(same_region, pref.REGION, 0) + np.where(columns.trafficking, pref.SPECIALISED, 0)
    if need.interpretation == "no":
        scores += pref.LANGUAGE
    else:
        spoken = columns.rows_of(columns.languages, need.languages)
        scores += np.where(spoken, pref.LANGUAGE, np.where(columns.interpreters, pref.INTERPRETED, 0))
    if need.near is not None:
        near = np.zeros(columns.size, np.int64)
        for limit, worth in reversed(pref.BANDS):
            near[chords <= limit] = worth
        withheld = np.isinf(chords) & columns.confidential & same_region
        scores += np.where(withheld, pref.WITHHELD_NEAR, near)
    today = need.on.toordinal()
    recent = columns.verified >= today - pref.RECENT.days
    points = np.where(recent, pref.VERIFIED, pref.VERIFIED_ONCE)
    scores += np.where((columns.verified > 0) & (columns.verified <= today), points, 0)
    scores += np.where(free >= need.places + pref.RESERVE_OVER, pref.RESERVE, 0)
    return scores
