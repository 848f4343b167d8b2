"""Publishing a log into a directory, so that whoever reads a checkpoint finds every tile under it.

C2SP tlog-tiles. Tiles are immutable: a file that stands is compared, never written again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.errors import LogRefusedError
from nrm.audit.files import sync_directory, write_all, write_whole
from nrm.audit.growth import Growth
from nrm.audit.note import parse_note
from nrm.audit.source import CHECKPOINT, COSIGNED, DirectorySource, read_tile
from nrm.errors import Problem, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nrm.audit.checkpoint import Checkpoint
    from nrm.audit.note import Note
    from nrm.audit.tiles import Tile


class Publisher:
    """Writes the files of one log: entries go into its `growth()`, which is flushed; then `publish` the checkpoint.

    INVARIANT (tiles before their checkpoint): every tile is on the disk under its name before the checkpoint that
    needs it is, and a checkpoint is replaced as a whole. An interrupted run leaves tiles that nobody is told of yet.
    INVARIANT (what is published stands): a tile is never written twice, and no checkpoint goes back or aside.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._source = DirectorySource(directory)
        self._touched: set[Path] = set()

    def take(self, tile: Tile, data: bytes) -> bytes:
        """Write a tile unless it stands; give its bytes back.

        Raises `LogRefusedError` when other bytes stand in its place, or it cannot be written.
        """
        self.take_all([(tile, data)])
        return data

    def take_all(self, tiles: Iterable[tuple[Tile, bytes]]) -> None:
        """Write some hundred tiles in one go, those that do not stand (errors as in `take`)."""
        new: dict[Path, bytes] = {}
        path = self._directory
        try:
            for tile, data in tiles:
                path = self._directory / tile.path
                if not path.exists():
                    self._make(path.parent)
                    new[path] = data
                elif path.read_bytes() != data:
                    what = f"other bytes stand here than the log has now from entry {tile.start} on"
                    raise LogRefusedError(Problem(str(path), 0, what, _SECOND))
            write_all(new)
        except OSError as fault:
            raise _unwritten(path, fault) from None
        self._touched.update(path.parent for path in new)

    def growth(self) -> Growth:
        """Carry on the log that stands here, or begin a new one; its tiles go where `take` puts them.

        Raises `LogRefusedError` when the files that stand do not lead to the checkpoint that stands, `LogError` when
        they cannot be read.
        """
        path = self._directory / CHECKPOINT
        if not path.exists():
            return Growth(self.take)
        return self._edge(parse_checkpoint(parse_note(self._source.read(CHECKPOINT), str(path)).text, str(path)))

    def publish(self, note: Note) -> None:
        """Put a signed checkpoint in the place of the one that stands, once all that was taken is on the disk.

        Raises `LogRefusedError` when the one that stands has more entries, or as many and another root, or when the
        tiles do not lead to the new one; `TileMissingError` when one of the last tiles was never taken.
        """
        path = self._directory / CHECKPOINT
        self._edge(parse_checkpoint(note.text))
        try:
            if path.exists():
                self._check_forward(path, note)
            self._make(self._directory)
            for directory in self._touched:
                sync_directory(directory)
            write_whole(path, bytes(note))
            sync_directory(self._directory)
        except OSError as fault:
            raise _unwritten(path, fault) from None
        self._touched.clear()

    def keep_cosigned(self, note: Note) -> None:
        """Put a checkpoint that witnesses cosigned beside the newest one, unless theirs of more entries stands there.

        It stays when the log grows, until they have cosigned more of it. Whether the log begins with its entries is for
        whoever verifies it to find. Raises `LogRefusedError` when another root stands there for as many entries.
        """
        path = self._directory / COSIGNED
        comes = parse_checkpoint(note.text)
        try:
            if path.exists():
                stands = parse_checkpoint(parse_note(path.read_bytes(), str(path)).text, str(path))
                if stands.origin == comes.origin and stands.size > comes.size:
                    return
                self._check_forward(path, note)
            write_whole(path, bytes(note))
            sync_directory(self._directory)
        except OSError as fault:
            raise _unwritten(path, fault) from None

    def _edge(self, checkpoint: Checkpoint) -> Growth:
        growth = Growth.resumed(self.take, checkpoint.size, lambda tile: read_tile(self._source, tile))
        if growth.root() != checkpoint.root:
            what = f"the tiles here do not lead to the checkpoint of {checkpoint.size} entries"
            raise LogRefusedError(Problem(str(self._directory), 0, what, _SECOND))
        return growth

    def _check_forward(self, path: Path, note: Note) -> None:
        stands = parse_checkpoint(parse_note(path.read_bytes(), str(path)).text, str(path))
        comes = parse_checkpoint(note.text)
        if comes.origin != stands.origin:
            what = f"here stands the log `{stands.origin}` and not `{comes.origin}`"
            raise LogRefusedError(Problem(str(path), 1, what, "publish into another directory"))
        if comes.size < stands.size:
            what = f"a checkpoint of {stands.size} entries stands here; {comes.size} would take some back"
            raise LogRefusedError(Problem(str(path), 2, what, _SECOND))
        if comes.size == stands.size and comes.root != stands.root:
            what = f"another root stands here for the same {stands.size} entries"
            raise LogRefusedError(Problem(str(path), 3, what, _SECOND))

    def _make(self, directory: Path) -> None:
        if not directory.is_dir():
            self._make(directory.parent)
            directory.mkdir(exist_ok=True)
            self._touched.add(directory.parent)


_SECOND = "the store and the published log differ: stop, keep both, and find out which was altered"


def _unwritten(path: Path, fault: OSError) -> LogRefusedError:
    why = reason_of(fault)
    return LogRefusedError(Problem(str(path), 0, f"the file cannot be written: {why}", "make room or give the right"))
