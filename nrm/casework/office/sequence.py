"""Give waiting entries their places in the log, sign where it stands, and publish it as files.

INVARIANT (commit before publish): the store is changed first, the files after it. A file that an interrupted run did
not write is written by the next one, from the store, with the same bytes; files are never ahead of their store. Where
they are, the store is an old copy of itself, and going on would make a second history: nothing is sequenced then.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nrm.audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, signed
from nrm.audit.errors import LogError, LogRefusedError, TileMissingError
from nrm.audit.growth import Growth
from nrm.audit.note import Verifier, parse_note
from nrm.audit.publish import Publisher
from nrm.audit.source import CHECKPOINT, DirectorySource, read_tile
from nrm.audit.tiles import WIDTH
from nrm.casework.ports import LogHead
from nrm.errors import Problem, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from nrm.audit.growth import TileTaker
    from nrm.audit.note import Note, Signer
    from nrm.audit.tiles import Tile
    from nrm.casework.ports import Store, UnitOfWork

AT_ONCE = 10_000
"""Entries that get their places in one unit of work."""


@dataclass
class Batch:
    """What a unit of work computed, so that publishing need not: the tiles on from the checkpoint `before`.

    `before` is None when the walk did not go on from what is published; `full` says that more entries may wait.
    """

    before: Checkpoint | None = None
    note: bytes = b""
    full: bool = False
    tiles: list[tuple[Tile, bytes]] = field(default_factory=list)

    def take(self, tile: Tile, data: bytes) -> bytes:
        """Keep a tile; give its bytes back."""
        self.tiles.append((tile, data))
        return data

    def leads(self, stands: Checkpoint | None, head: LogHead) -> bool:
        """Say whether it leads from what is published to the head of the store, with nothing in between."""
        return self.before is not None and self.before == stands and self.note == head.note


class Sequencer:
    """The one writer of a log; any number of them may run beside each other, and the store makes them take turns."""

    def __init__(self, store: Store, signer: Signer, origin: str, directory: Path) -> None:
        self._store = store
        self._signer = signer
        self._verifier = Verifier(signer.vkey)
        self._origin = origin
        self._directory = directory
        self._source = DirectorySource(directory)

    def begin(self) -> None:
        """Sign the empty log of a new store, and publish it."""
        self._store.run(lambda unit: unit.log.append(0, (), self._head(Growth(_pass))))
        self.publish()

    def run(self) -> int:
        """Sequence all that waits and publish it; return how many entries the log has.

        What is made meanwhile may be left for the next run.

        Raises:
            LogRefusedError: what is published differs from the store.
            StoreError: the store cannot be used.
        """
        size = self.publish()
        more = True
        while more and (batch := self._store.run(self._sequence)) is not None:
            size = self.publish(batch)
            more = batch.full
        return size

    def publish(self, batch: Batch | None = None) -> int:
        """Write the files that the store is ahead by, from `batch` when that is just what is missing.

        Returns how many entries the log has.

        Raises:
            LogRefusedError: what is published differs from the store, or cannot be written.
        """
        with alone(self._directory):
            stands = self._published()
            # Asked after the files were read, so that the store can only be further than they are.
            head = self._store.run(lambda unit: unit.log.peek())
            root = self._root(head)
            if stands is not None and stands.size >= head.size:
                _check_same(stands, head.size, root)
                return head.size
            publisher = Publisher(self._directory)
            if batch is not None and batch.leads(stands, head):
                publisher.take_all(batch.tiles)
            else:
                self._write(stands, head, root, publisher)
            publisher.publish(parse_note(head.note))
            return head.size

    def _write(self, stands: Checkpoint | None, head: LogHead, root: bytes, publisher: Publisher) -> None:
        growth = self._grown(stands, publisher.take)
        for start in range(growth.size, head.size, AT_ONCE):
            _extend(growth, self._leaves(start, min(start + AT_ONCE, head.size)))
        growth.flush()
        if growth.root() != root:
            raise _differs(_ANOTHER_ROOT)

    def _sequence(self, unit: UnitOfWork) -> Batch | None:
        head = unit.log.head()
        batch = Batch()

        def sign(leaves: Iterator[bytes]) -> LogHead:
            growth = self._at(unit, head, batch)
            _extend(growth, leaves)
            growth.flush()
            new = self._head(growth)
            batch.note = new.note
            return new

        count = unit.log.grow(AT_ONCE, sign)
        batch.full = count == AT_ONCE
        return batch if count else None

    def _at(self, unit: UnitOfWork, head: LogHead, batch: Batch) -> Growth:
        """Return the log as it stands: from the last published tiles where they are as far, or else entry by entry."""
        root = self._root(head)
        stands = self._published()
        if stands is not None and stands.size == head.size:
            growth = self._grown(stands, batch.take)
            if head.size - growth.size < WIDTH:  # else the tiles at its edge are gone
                _extend(growth, unit.log.leaves(growth.size, head.size))
                if growth.root() == root:
                    batch.before = stands
                    return growth
        growth = Growth(_pass)
        _extend(growth, unit.log.leaves(0, head.size))
        if growth.root() != root:
            raise _differs(_ANOTHER_ROOT)
        return growth

    def _grown(self, stands: Checkpoint | None, take: TileTaker) -> Growth:
        """Return the published log, or an empty one where the tiles at its edge are gone: they are made once more.

        From its last full tile on, so that every entry that follows comes from the store and none from a file.
        """
        full = stands.size - stands.size % WIDTH if stands is not None else 0
        try:
            return Growth.resumed(take, full, lambda tile: read_tile(self._source, tile))
        except TileMissingError:
            return Growth(take)

    def _leaves(self, start: int, end: int) -> list[bytes]:
        return self._store.run(lambda unit: list(unit.log.leaves(start, end)))

    def _head(self, growth: Growth) -> LogHead:
        note: Note = signed(Checkpoint(self._origin, growth.size, growth.root()), self._signer)
        return LogHead(growth.size, bytes(note))

    def _root(self, head: LogHead) -> bytes:
        """Return the root of the store's head, which nobody but us can have signed: what is stored may be altered."""
        try:
            checkpoint = open_checkpoint(head.note, self._verifier, self._origin, "log").checkpoint
        except LogError:
            raise _differs("the head of the log in the store does not bear our signature") from None
        if checkpoint.size != head.size:
            raise _differs(f"the head of the log in the store has {head.size} entries, and {checkpoint.size} signed")
        return checkpoint.root

    def _published(self) -> Checkpoint | None:
        path = self._directory / CHECKPOINT
        if not path.exists():
            return None
        return parse_checkpoint(parse_note(self._source.read(CHECKPOINT), str(path)).text, str(path))


def _extend(growth: Growth, leaves: Iterable[bytes]) -> None:
    for leaf in leaves:
        growth.append(leaf)


def _pass(_tile: Tile, data: bytes) -> bytes:
    return data


def _check_same(stands: Checkpoint, size: int, root: bytes) -> None:
    if stands.size > size:
        what = f"{stands.size} entries are published and the store has {size}: it is an older copy of itself"
        raise _differs(what)
    if stands.root != root:
        raise _differs(f"another root is published for the same {size} entries")


def _differs(what: str) -> LogRefusedError:
    return LogRefusedError(Problem("log", 0, what, "stop, keep the store and the published files, and find out why"))


_ANOTHER_ROOT = "the entries in the store do not give the root that was signed"


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Keep other publishers of `directory` out; the lock ends with the process, however it ends."""
    lock = directory.with_name(f".{directory.name}.lock")
    try:
        handle = lock.open("ab")
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError as fault:
        why = reason_of(fault)
        raise LogRefusedError(Problem(str(lock), 0, f"the log cannot be locked: {why}", "give the right")) from None
    with handle:
        yield
