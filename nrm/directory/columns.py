"""The services of one offer as columns of numbers, made once, so that a need is compared with all of them at a time.

Rows are in the order of the keys. States are 0 met, 1 unknown, 2 unmet; three-way fields are 0 yes, 1 unknown, 2 no.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from nrm.directory.free import HOLDS_DAYS
from nrm.directory.need import OLDEST

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from datetime import date

    import numpy.typing as npt

    from nrm.directory.candidate import Candidate, Place

    Bools = npt.NDArray[np.bool_]
    Small = npt.NDArray[np.int8]
    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

MET, UNKNOWN, UNMET = 0, 1, 2
THREE_WAYS: Final = {"yes": 0, "unknown": 1, "no": 2}
STATUSES: Final = {"active": MET, "unknown": UNKNOWN, "inactive": UNMET}
NOT_SAID: Final = -1


class Columns:
    """The columns of `candidates`, which are sorted by key."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.candidates = candidates
        self.size = len(candidates)
        self.status = self._numbers(lambda one: STATUSES[one.status])
        self.ages_said = self._flags(lambda one: one.ages is not None)
        self.low = self._numbers(lambda one: (one.ages or (0, OLDEST))[0], np.int16)
        self.high = self._numbers(lambda one: (one.ages or (0, OLDEST))[1], np.int16)
        self.genders_said = self._flags(lambda one: bool(one.genders))
        self.genders = self._rows(lambda one: one.genders)
        self.accessible = self._numbers(lambda one: THREE_WAYS[one.accessible])
        self.families = self._numbers(lambda one: THREE_WAYS[one.families])
        self.trafficking = self._flags(lambda one: one.trafficking == "yes")
        self.nobody_named = self._flags(lambda one: one.organisation is None)
        self.conflicts = self._rows(lambda one: one.conflicts | ({one.organisation} if one.organisation else set()))
        self.parties = self._rows(lambda one: one.parties)
        self.languages = self._rows(lambda one: one.languages)
        self.interpreters = self._flags(lambda one: one.interpreters)
        self.confidential = self._flags(lambda one: one.confidential)
        self.verified = self._numbers(lambda one: one.verified.toordinal() if one.verified else 0, np.int64)
        self.regions = self._rows(lambda one: one.regions)
        self.places = Places(candidates)

    def rows_of(self, rows: Mapping[Hashable, Ints], names: Iterable[Hashable]) -> Bools:
        """Return which services have one of `names` in `rows`."""
        found = np.zeros(self.size, np.bool_)
        for name in names:
            if name in rows:
                found[rows[name]] = True
        return found

    def free(self, day: date, unit: str | None) -> Ints:
        """Return what `nrm.directory.free.free_on` says of every service; -1 where nobody has said."""
        free = np.full(self.size, NOT_SAID, np.int64)
        days = [(day - timedelta(days=ago), False) for ago in range(HOLDS_DAYS, -1, -1)]
        for told in (*days, (day, True)):
            said = self._capacity.get((*told, unit))
            if said is not None:
                free[said[0]] = said[1]
        return free

    @cached_property
    def _capacity(self) -> Mapping[tuple[date, bool, str | None], tuple[Ints, Ints]]:
        """What was said for a day, firmly or not, of a unit or of the unit of which most are free."""
        said: dict[tuple[date, bool, str | None], dict[int, int]] = defaultdict(dict)
        for row, candidate in enumerate(self.candidates):
            for one in candidate.capacity:
                for unit in (one.unit, None):
                    rows = said[one.day, one.firm, unit]
                    rows[row] = max(rows.get(row, 0), one.free)
        return {
            key: (np.fromiter(rows.keys(), np.int64, len(rows)), np.fromiter(rows.values(), np.int64, len(rows)))
            for key, rows in said.items()
        }

    def _numbers(self, of: Callable[[Candidate], int], kind: npt.DTypeLike = np.int8) -> npt.NDArray[np.int64]:
        return np.fromiter(map(of, self.candidates), kind, self.size)

    def _flags(self, of: Callable[[Candidate], bool]) -> Bools:
        return np.fromiter(map(of, self.candidates), np.bool_, self.size)

    def _rows(self, of: Callable[[Candidate], Iterable[Hashable]]) -> Mapping[Hashable, Ints]:
        return _rows_by_name(map(of, self.candidates))


class Places:
    """All places of these services, service after service."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        placed = [(row, place) for row, one in enumerate(candidates) for place in one.places]
        self.size = len(placed)
        places = [place for _, place in placed]
        owners = np.fromiter((row for row, _ in placed), np.int64, self.size)
        self.owners, self.starts = np.unique(owners, return_index=True)
        self.known = self._flags(places, lambda place: place.vector is not None)
        self.virtual = self._flags(places, lambda place: place.virtual)
        self.confidential = self._flags(places, lambda place: place.confidential)
        self.named = self._flags(places, lambda place: bool(place.names))
        self.vectors = np.array([place.vector or (np.inf,) * 3 for place in places], np.float64).reshape(-1, 3)
        self.names = _rows_by_name(place.names for place in places)

    def chords(self, vector: tuple[float, float, float]) -> Floats:
        """Return the squared chord from `vector` to every place; infinite where the place is not known.

        The same operations in the same order as `nrm.directory.distance.chord_squared`, so the same bits.
        """
        x, y, z = (self.vectors[:, axis] - vector[axis] for axis in range(3))
        return np.asarray(x * x + y * y + z * z)

    def least(self, values: npt.NDArray[np.generic], size: int, otherwise: float) -> npt.NDArray[np.float64]:
        """Return the least value among the places of each of `size` services; `otherwise` where it has none."""
        least = np.full(size, otherwise, values.dtype)
        if self.size:
            least[self.owners] = np.minimum.reduceat(values, self.starts)
        return least

    def _flags(self, places: Sequence[Place], of: Callable[[Place], bool]) -> Bools:
        return np.fromiter(map(of, places), np.bool_, self.size)


def _rows_by_name(named: Iterable[Iterable[Hashable]]) -> Mapping[Hashable, Ints]:
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for row, names in enumerate(named):
        for name in names:
            rows[name].append(row)
    return {name: np.array(found, np.int64) for name, found in rows.items()}
