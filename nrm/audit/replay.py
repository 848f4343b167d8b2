"""Replaying a log from its entries, and saying where a file of it differs from what its entries demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from nrm.audit.errors import LogError
from nrm.audit.growth import Growth
from nrm.audit.source import read_tile
from nrm.audit.tiles import ENTRIES, WIDTH, Tile, split_bundle, split_hashes, tile_over
from nrm.audit.tree import EMPTY_ROOT, HASH_BYTES, leaf_hashes
from nrm.errors import Problem

if TYPE_CHECKING:
    from nrm.audit.source import Source

Progress: TypeAlias = Callable[[int], None]
"""Is told how many entries are done."""
Report: TypeAlias = Callable[[Problem], None]
"""Takes a fault; what it raises ends the replay."""


class Replay:
    """One walk over a log of `size` entries.

    INVARIANT (a fault is named once): a parent is computed from the tile that stands, so that a false hash is
    reported where it is and not again on every level above. A log without reported faults is exactly the one that
    its entries demand.
    """

    def __init__(self, source: Source, size: int, report: Report) -> None:
        self._source = source
        self._size = size
        self._report = report
        self._growth = Growth(self._compare)

    def run(self, sizes: Iterable[int] = (), progress: Progress | None = None) -> Mapping[int, bytes]:
        """Walk over all entries; give the root over all, and over as many of the first as each of `sizes` says.

        A size that is larger than the log has no root. Raises `LogError` when neither entries nor hashes of a place can
        be read: the walk cannot go on.
        """
        growth, roots = self._growth, {0: EMPTY_ROOT}
        stops = sorted(size for size in {*sizes} if 0 < size < self._size)
        for index in range(-(-self._size // WIDTH)):
            leaves = self._leaves(tile_over(ENTRIES, index, self._size))
            begin, end = growth.size, growth.size + len(leaves)
            for stop in [*(one for one in stops if begin < one <= end), end]:
                growth.extend_hashed(leaves[growth.size - begin : stop - begin])
                if stop in stops:
                    roots[stop] = growth.root()
            if progress:
                progress(growth.size)
        growth.flush()
        roots[self._size] = growth.root()
        return roots

    def _leaves(self, bundle: Tile) -> list[bytes]:
        """Hash the entries of a bundle; where that is impossible, take the hashes that stand above them."""
        place = f"{self._source.name}/{bundle.path}"
        try:
            entries = split_bundle(read_tile(self._source, bundle), place)
        except LogError as fault:
            for problem in fault.problems:
                self._report(problem)
        else:
            if len(entries) == bundle.width:
                return leaf_hashes(entries)
            what = f"the bundle holds {len(entries)} entries and not {bundle.width}, from entry {bundle.start} on"
            self._report(Problem(place, 0, what, _FETCH))
        return split_hashes(read_tile(self._source, Tile(0, bundle.index, bundle.width)))

    def _compare(self, tile: Tile, data: bytes) -> bytes:
        try:
            stands = read_tile(self._source, tile)
        except LogError as fault:
            for problem in fault.problems:
                self._report(problem)
            return data
        if stands != data:
            pairs = zip(split_hashes(stands), split_hashes(data), strict=True)
            differ = [at for at, (one, other) in enumerate(pairs) if one != other]
            self._report(Problem(f"{self._source.name}/{tile.path}", 0, _difference(tile, differ), _FETCH))
        return stands


def _difference(tile: Tile, differ: list[int]) -> str:
    first = tile.index * WIDTH + differ[0]
    more = f", and {len(differ) - 1} more behind it" if len(differ) > 1 else ""
    at = f"hash {differ[0]} (byte {differ[0] * HASH_BYTES})"
    if tile.level == 0:
        return f"{at} is not the hash of entry {first}{more}"
    return f"{at} is not the root of `{Tile(tile.level - 1, first).path}`{more}"


_FETCH = "fetch the file again; if it stays so, it was altered: do not believe the log"
