"""Tiles: how a log's tree and entries are cut into files that never change.

C2SP tlog-tiles, https://c2sp.org/tlog-tiles. A tile of level L holds up to 256 hashes, each the root over 256^L
entries; an entry bundle holds the 256 entries under one tile of level 0. Only the last tile of a level is partial.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nrm.audit.errors import EntryRefusedError
from nrm.audit.tree import HASH_BYTES
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WIDTH: Final = 256
"""Hashes in a full tile, entries in a full bundle."""
ENTRIES: Final = -1
"""The level of an entry bundle, below the leaf hashes of level 0."""
MOST_ENTRY_BYTES: Final = 65_535
MOST_TILE_BYTES: Final = WIDTH * (2 + MOST_ENTRY_BYTES)
"""No file of a log is longer than a bundle of the longest entries."""

_LENGTH = struct.Struct(">H")
_BITS = 8
_TOP_LEVEL = 63
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, order=True)
class Tile:
    """One file of a log: its level, its index in the level, and how many hashes or entries it holds (1 to 256)."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where the file stands, such as `tile/0/x001/x234/067` or `tile/entries/000.p/17`."""
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        place = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{place}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @property
    def start(self) -> int:
        """The index of the first entry under the tile."""
        return self.index * WIDTH << _BITS * max(self.level, 0)

    @property
    def full(self) -> Tile:
        """The same tile once it is full."""
        return Tile(self.level, self.index)


def parse_path(path: str) -> Tile | None:
    """Give the tile that stands at `path`, or `None` when no tile has that path."""
    found = _PATH.fullmatch(path)
    if not found:
        return None
    level, place, width = found.groups()
    tile = Tile(
        ENTRIES if level == "entries" else int(level),
        int(place.replace("x", "").replace("/", "")),
        int(width) if width else WIDTH,
    )
    # A path has one spelling: no leading group of zeros, no partial tile as wide as a full one.
    return tile if tile.path == path and tile.level <= _TOP_LEVEL else None


def tile_over(level: int, index: int, size: int) -> Tile:
    """Give the tile (level, index) as wide as it is in a log of `size` entries."""
    return Tile(level, index, min(WIDTH, count_at(level, size) - index * WIDTH))


def count_at(level: int, size: int) -> int:
    """Say how many hashes (or entries) stand on a level of a log of `size` entries."""
    return size >> _BITS * max(level, 0)


def grown(old: int, new: int) -> Iterator[Tile]:
    """Give the tiles that a log of `new` entries has and the same log of `old` entries had not.

    Entry bundles first, then level by level. `grown(0, size)` are all tiles of a log.
    """
    level = ENTRIES
    while count_at(level, new):
        before, after = count_at(level, old), count_at(level, new)
        if after > before:
            yield from (tile_over(level, index, new) for index in range(before // WIDTH, -(-after // WIDTH)))
        level += 1


def pack_bundle(entries: Iterable[bytes]) -> bytes:
    """Write entries as a bundle: each after its length in two bytes, big-endian.

    Raises `EntryRefusedError` when an entry is longer than 65,535 bytes.
    """
    parts: list[bytes] = []
    for entry in entries:
        check_entry(entry)
        parts += (_LENGTH.pack(len(entry)), entry)
    return b"".join(parts)


def split_bundle(data: bytes, place: str = "bundle") -> list[bytes]:
    """Read the entries out of a bundle. Raises `EntryRefusedError` when bytes are missing at its end."""
    entries: list[bytes] = []
    at, end = 0, len(data)
    while at + 2 <= end:
        start = at + 2
        at = start + (data[at] << 8 | data[at + 1])
        entries.append(data[start:at])
    if at != end:
        what = "the last entry of the bundle is cut off"
        raise EntryRefusedError(Problem(place, 0, what, "fetch it again; if it stays so, do not believe the log"))
    return entries


def check_entry(entry: bytes) -> None:
    """Refuse an entry that is too long for a log. Raises `EntryRefusedError`."""
    if len(entry) > MOST_ENTRY_BYTES:
        what = f"an entry of {len(entry)} bytes is longer than the {MOST_ENTRY_BYTES} that a log can hold"
        raise EntryRefusedError(Problem("entry", 0, what, "log a digest of the long part instead"))


def split_hashes(data: bytes) -> list[bytes]:
    """Cut the bytes of a tile into its hashes."""
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
