"""The right edge of a log: entries go in, tiles come out.

The same walk writes a log and replays it: whoever takes the tiles decides whether to store or to compare them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from nrm.audit.tiles import ENTRIES, WIDTH, Tile, check_entry, pack_bundle, split_bundle, split_hashes, tile_over
from nrm.audit.tree import EMPTY_ROOT, leaf_hash, root_of

if TYPE_CHECKING:
    from collections.abc import Sequence

TileTaker: TypeAlias = Callable[[Tile, bytes], bytes]
"""Takes a tile with its bytes and gives the bytes to go on with, usually the same."""
TileReader: TypeAlias = Callable[[Tile], bytes]
"""Gives the bytes of a tile."""


class Growth:
    """A log that grows: it keeps what stands in the last, partial tile of each level, and no more.

    `take` gets each full tile as soon as it is full, children before parents, and each tile once.
    """

    def __init__(self, take: TileTaker) -> None:
        self.size = 0
        self._take = take
        self._entries: list[bytes] = []
        self._rows: list[list[bytes]] = [[]]

    @classmethod
    def resumed(cls, take: TileTaker, size: int, read: TileReader) -> Growth:
        """Carry on a log of `size` entries whose last tiles `read` gives; they are believed as they are."""
        growth = cls(take)
        growth.size = size
        if size % WIDTH:
            growth._entries = split_bundle(read(tile_over(ENTRIES, size // WIDTH, size)))
        count = size
        rows: list[list[bytes]] = []
        while count:
            rows.append(split_hashes(read(tile_over(len(rows), count // WIDTH, size))) if count % WIDTH else [])
            count //= WIDTH
        growth._rows = rows or [[]]
        return growth

    def append(self, entry: bytes) -> bytes:
        """Add an entry and give its leaf hash. Raises `EntryRefusedError` when it is too long."""
        check_entry(entry)
        leaf = leaf_hash(entry)
        self._entries.append(entry)
        self._rows[0].append(leaf)
        self.size += 1
        if len(self._entries) == WIDTH:
            self._take(Tile(ENTRIES, self.size // WIDTH - 1), pack_bundle(self._entries))
            self._entries = []
            self._fill(0)
        return leaf

    def extend_hashed(self, leaves: Sequence[bytes]) -> None:
        """Add leaf hashes without the entries under them, not over the edge of a tile of level 0."""
        self._rows[0] += leaves
        self.size += len(leaves)
        if len(self._rows[0]) == WIDTH:
            self._fill(0)

    def flush(self) -> None:
        """Give the partial tiles at the right edge to `take`, as a checkpoint of the present size needs them."""
        if self._entries:
            self._take(tile_over(ENTRIES, self.size // WIDTH, self.size), pack_bundle(self._entries))
        for level, row in enumerate(self._rows):
            if row:
                index = (self.size >> 8 * level) // WIDTH
                self._rows[level] = split_hashes(self._take(Tile(level, index, len(row)), b"".join(row)))

    def root(self) -> bytes:
        """Give the root of the tree as it is now."""
        beyond: list[bytes] = []
        for row in self._rows:
            beyond = [root_of(row + beyond)] if row or beyond else []
        return beyond[0] if beyond else EMPTY_ROOT

    def _fill(self, level: int) -> None:
        index = (self.size >> 8 * level) // WIDTH - 1
        data = self._take(Tile(level, index), b"".join(self._rows[level]))
        self._rows[level] = []
        if level + 1 == len(self._rows):
            self._rows.append([])
        self._rows[level + 1].append(root_of(split_hashes(data)))
        if len(self._rows[level + 1]) == WIDTH:
            self._fill(level + 1)
