"""Encrypted backups of a whole store, the same for both databases, and their return into an empty one.

File, format 1: `NRMB1` and a line feed, the length of the wrapped key (2 bytes, big-endian), the wrapped key, then
chunks (see `nrm.storage.stream`) of a zlib stream of JSON lines. The first line says format, schema and installation;
then for each table a line with its name, one line for each row, and a line with their number and SHA-256.

The key of an archive is random and leaves wrapped by the keyring of the vault, whose functions the caller hands over.
So destroying the epoch of a keyring makes its backups unreadable too.
"""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from nrm.casework.errors import StoreError
from nrm.errors import Problem, reason_of
from nrm.storage import schema
from nrm.storage.canonical import Counting, lines
from nrm.storage.engine import snapshot
from nrm.storage.faults import errors_told
from nrm.storage.installation import recorded
from nrm.storage.migrate import check_schema, newest
from nrm.storage.stream import SealedWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection, Engine

MAGIC: Final = b"NRMB1\n"
FORMAT: Final = 1
KEY_BYTES: Final = 32


def write_backup(engine: Engine, path: Path, wrap: Callable[[bytes], bytes]) -> None:
    """Write one snapshot of the store to `path`, which appears whole or not at all; others go on working meanwhile.

    `wrap` seals the key of the archive, 32 bytes.

    Raises:
        StoreMisfitError: the database has not our schema, or belongs to nothing.
        StoreError: the database cannot be used, or the file cannot be written or is there already.
    """
    check_schema(engine)
    key = os.urandom(KEY_BYTES)
    wrapped = wrap(key)
    header = MAGIC + len(wrapped).to_bytes(2, "big") + wrapped
    with errors_told(), snapshot(engine) as connection:
        about = _about(connection)
        with _new_file(path) as out:
            out.write(header)
            archive = _Archive(SealedWriter(out, key, header))
            archive.line(about)
            for table in schema.metadata.sorted_tables:
                _write_table(archive, connection, table.name)
            archive.finish()


class _Archive:
    """Compresses lines on their way into a sealed stream."""

    def __init__(self, sealed: SealedWriter) -> None:
        self._sealed = sealed
        self._zip = zlib.compressobj(level=1)  # what is sealed does not compress; this undoes the Base64

    def line(self, said: object) -> None:
        self.raw(json.dumps(said, separators=(",", ":")).encode() + b"\n")

    def raw(self, line: bytes) -> None:
        self._sealed.write(self._zip.compress(line))

    def finish(self) -> None:
        self._sealed.write(self._zip.flush())
        self._sealed.finish()


def _about(connection: Connection) -> dict[str, object]:
    ours = recorded(connection)
    return {
        "format": FORMAT,
        "revision": newest(),
        "installation": {"keyring": ours.keyring.hex(), "origin": ours.origin, "vkey": ours.vkey},
    }


def _write_table(archive: _Archive, connection: Connection, name: str) -> None:
    archive.line({"table": name})
    counting = Counting()
    for line in lines(connection, schema.metadata.tables[name]):
        archive.raw(line)
        counting.take(line)
    archive.line(counting.digest()._asdict())


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that gets its name only when it is whole and on the disk."""
    part: Path | None = None
    try:
        if path.exists():
            raise StoreError(Problem(f"backup {path}", 0, "there is a file already", "name another"))
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # rights 0600
        part = Path(name)
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        part = None
        _sync_folder(path.parent)
    except OSError as error:
        reason = reason_of(error)
        problem = Problem(f"backup {path}", 0, f"the file cannot be written: {reason}", "make room or give the right")
        raise StoreError(problem) from None
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
