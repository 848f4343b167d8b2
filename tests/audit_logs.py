"""Small and larger logs for tests, and the ways in which a log can be false."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.audit.checkpoint import Checkpoint, signed
from nrm.audit.errors import TileMissingError
from nrm.audit.growth import Growth
from nrm.audit.note import Signer
from nrm.audit.publish import Publisher
from nrm.audit.tiles import pack_bundle, split_bundle
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from nrm.audit.note import Note
    from nrm.audit.tiles import Tile

ORIGIN = "example.org/log"
SIGNER = Signer(ORIGIN, bytes(range(32)))


def entry(index: int) -> bytes:
    return b'{"event":%d,"action":"case:record:opened","result":"denied"}' % index


def build(directory: Path, entries: Iterable[bytes], signer: Signer = SIGNER) -> Note:
    """Publish a log of these entries and give its signed checkpoint."""
    publisher = Publisher(directory)
    growth = Growth(publisher.take)
    for one in entries:
        growth.append(one)
    growth.flush()
    note = signed(Checkpoint(signer.name, growth.size, growth.root()), signer)
    publisher.publish(note)
    return note


def copy(log: Path, to: Path) -> Path:
    """Give a copy whose files may be replaced but not written into: it shares them with the first."""
    shutil.copytree(log, to, copy_function=os.link)
    return to


def replace(path: Path, data: bytes) -> None:
    path.unlink()
    path.write_bytes(data)


def flip(path: Path, byte: int, bit: int = 0) -> None:
    data = bytearray(path.read_bytes())
    data[byte] ^= 1 << bit
    replace(path, bytes(data))


@dataclass(frozen=True)
class Histories:
    """One sound log, and others that the same key signed: longer, as long, and shorter, none of them its sequel."""

    sound: Path
    rewritten: Path
    second: Path
    shortened: Path

    @classmethod
    def make(cls, directory: Path, size: int) -> Histories:
        """Build the four logs of about `size` entries."""
        changed = size // 3
        built = cls(*(directory / name for name in ("sound", "rewritten", "second", "shortened")))
        build(built.sound, map(entry, range(size)))
        build(built.rewritten, (entry(-1 if at == changed else at) for at in range(size + 300)))
        build(built.second, (entry(-1 if at == changed else at) for at in range(size)))
        build(built.shortened, map(entry, range(size - 10)))
        return built


@dataclass(frozen=True)
class FalseLog:
    """A log that must be refused; `seen` is the checkpoint that was seen before, when it takes that to notice."""

    directory: Path
    seen: Path | None = None


def _entry_flipped(logs: Histories, to: Path) -> FalseLog:
    flip(copy(logs.sound, to) / "tile/entries/001", 5_000)
    return FalseLog(to)


def _length_flipped(logs: Histories, to: Path) -> FalseLog:
    flip(copy(logs.sound, to) / "tile/entries/000", 1)
    return FalseLog(to)


def _tile_flipped(logs: Histories, to: Path) -> FalseLog:
    flip(copy(logs.sound, to) / "tile/0/001", 777, 3)
    return FalseLog(to)


def _upper_tile_flipped(logs: Histories, to: Path) -> FalseLog:
    (partial,) = (copy(logs.sound, to) / "tile/2").rglob("*.p/*")
    flip(partial, 9)
    return FalseLog(to)


def _checkpoint_flipped(logs: Histories, to: Path) -> FalseLog:
    path = copy(logs.sound, to) / "checkpoint"
    flip(path, path.read_bytes().index(b"\n") + 1)
    return FalseLog(to)


def _signature_flipped(logs: Histories, to: Path) -> FalseLog:
    path = copy(logs.sound, to) / "checkpoint"
    data = path.read_bytes()
    at = len(data) - 20
    replace(path, data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :])
    return FalseLog(to)


def _entry_dropped(logs: Histories, to: Path) -> FalseLog:
    path = copy(logs.sound, to) / "tile/entries/002"
    entries = split_bundle(path.read_bytes())
    replace(path, pack_bundle(entries[:100] + entries[101:]))
    return FalseLog(to)


def _entries_swapped(logs: Histories, to: Path) -> FalseLog:
    path = copy(logs.sound, to) / "tile/entries/002"
    entries = split_bundle(path.read_bytes())
    replace(path, pack_bundle([entries[1], entries[0], *entries[2:]]))
    return FalseLog(to)


def _entry_dropped_and_root_kept(logs: Histories, to: Path) -> FalseLog:
    size = int((logs.sound / "checkpoint").read_text().splitlines()[1])
    build(to, (entry(at) for at in range(size + 1) if at != 300))
    replace(to / "checkpoint", (logs.sound / "checkpoint").read_bytes())
    return FalseLog(to)


def _tile_missing(logs: Histories, to: Path) -> FalseLog:
    (copy(logs.sound, to) / "tile/0/000").unlink()
    return FalseLog(to)


FAULTS: Mapping[str, Callable[[Histories, Path], FalseLog]] = {
    "a flipped bit in an entry": _entry_flipped,
    "a flipped bit in the length of an entry": _length_flipped,
    "a flipped bit in a tile of leaf hashes": _tile_flipped,
    "a flipped bit in the topmost tile": _upper_tile_flipped,
    "a flipped bit in the checkpoint": _checkpoint_flipped,
    "an altered signature": _signature_flipped,
    "a dropped entry": _entry_dropped,
    "two swapped entries": _entries_swapped,
    "a dropped entry in tiles that fit each other": _entry_dropped_and_root_kept,
    "a missing tile": _tile_missing,
    "a rewritten history": lambda logs, _: FalseLog(logs.rewritten, logs.sound / "checkpoint"),
    "a second history of the same size": lambda logs, _: FalseLog(logs.second, logs.sound / "checkpoint"),
    "entries taken back": lambda logs, _: FalseLog(logs.shortened, logs.sound / "checkpoint"),
}


class MemorySource:
    """A log in memory; `take` collects the tiles of a `Growth`."""

    name = "memory"

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.files = dict(files or {})

    @classmethod
    def of(cls, entries: Iterable[bytes]) -> MemorySource:
        """Give a whole log of these entries."""
        source = cls()
        growth = Growth(source.take)
        for one in entries:
            growth.append(one)
        growth.flush()
        source.files["checkpoint"] = bytes(signed(Checkpoint(ORIGIN, growth.size, growth.root()), SIGNER))
        return source

    def take(self, tile: Tile, data: bytes) -> bytes:
        self.files[tile.path] = data
        return data

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise TileMissingError(Problem(path, 0, "the file cannot be had"))
        return self.files[path]
