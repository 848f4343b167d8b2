"""The return of a backup into an empty database, whole or not at all."""

from __future__ import annotations

import json
import zlib
from typing import IO, TYPE_CHECKING, Any, Final

from sqlalchemy import insert, inspect, select

from nrm.casework.errors import StoreMisfitError
from nrm.casework.ports import Installation
from nrm.errors import Problem, reason_of
from nrm.storage import schema
from nrm.storage.backup import FORMAT, MAGIC
from nrm.storage.canonical import AT_ONCE, Digest, digest_of, row_of
from nrm.storage.faults import STORE, errors_told
from nrm.storage.migrate import newest, upgrade_on
from nrm.storage.stream import opened, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection, Engine

_PIECE: Final = 1024 * 1024
_DAMAGED: Final = ("its content does not fit together", "take another backup")


def restore(path: Path, engine: Engine, unwrap: Callable[[bytes], bytes]) -> Installation:
    """Bring a backup into an empty database of either kind, and return what it belongs to.

    `unwrap` opens the key of the archive; its own errors come out as they are. The rows are read back from the database
    and must have the digests of the archive; only then are they committed.

    Raises:
        BackupRefusedError: damaged, cut short, with another key, or made with another version of nrm.
        StoreMisfitError: the database is not empty.
        StoreError: the file cannot be read, or the database cannot be used.
    """
    try:
        with path.open("rb") as source:
            header = _header(source)
            key = unwrap(header[len(MAGIC) + 2 :])
            found = _lines(opened(source, key, header))
            with errors_told(), engine.begin() as connection:
                return _restore(connection, found)
    except OSError as error:
        reason = reason_of(error)
        raise refused(f"the file cannot be read: {reason}", "check where it is, and its rights") from None


def _restore(connection: Connection, found: Iterator[bytes]) -> Installation:
    _check_empty(connection)
    upgrade_on(connection)
    try:
        installation = _installation(json.loads(next(found)))
        promised = {table.name: _fill(connection, table, found) for table in schema.metadata.sorted_tables}
        rest = next(found, None)
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
        raise refused(*_DAMAGED) from None
    if rest is not None:
        raise refused(*_DAMAGED)
    for name, digest in promised.items():
        if digest_of(connection, schema.metadata.tables[name]) != digest:
            raise refused(f"table `{name}` came out of the database otherwise than it went in", "take another backup")
    return installation


def _header(source: IO[bytes]) -> bytes:
    start = source.read(len(MAGIC) + 2)
    if not start.startswith(MAGIC):
        raise refused("the file is no backup of this format", "name a file that `nrm db backup` wrote")
    return start + source.read(int.from_bytes(start[len(MAGIC) :], "big"))


def _installation(about: dict[str, Any]) -> Installation:
    if about["format"] != FORMAT or about["revision"] != newest():
        what = f"it was made with schema `{about['revision']}`, and this program has `{newest()}`"
        raise refused(what, "restore it with the version of nrm that made it, then run `nrm db upgrade`")
    ours = about["installation"]
    return Installation(bytes.fromhex(ours["keyring"]), ours["origin"], ours["vkey"])


def _check_empty(connection: Connection) -> None:
    """Refuse to mix two stores: tables without rows are all that may be there."""
    there = set(inspect(connection).get_table_names()) - {"alembic_version"}
    ours = [table for table in schema.metadata.sorted_tables if table.name in there]
    filled = [table for table in ours if connection.execute(select(table).limit(1)).first() is not None]
    if len(ours) < len(there) or filled:
        problem = Problem(STORE, 0, "the database is not empty", "restore into a new one")
        raise StoreMisfitError(problem)


def _fill(connection: Connection, table: Table, found: Iterator[bytes]) -> Digest:
    """Insert the rows of one table, and return what the archive says of them."""
    if json.loads(next(found)) != {"table": table.name}:
        raise ValueError("another table is expected here")
    rows: list[dict[str, Any]] = []
    for line in found:
        if line.startswith(b"{"):
            if rows:
                connection.execute(insert(table), rows)
            return Digest(**json.loads(line))
        rows.append(row_of(line, table))
        if len(rows) == AT_ONCE:
            connection.execute(insert(table), rows)
            rows = []
    raise ValueError("the table has no end")


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the lines of the archive; that the chunks ended genuinely is known once this has ended."""
    unzip = zlib.decompressobj()
    kept = b""
    for chunk in chunks:
        piece, full = chunk, False
        while piece or full:  # what came out full may go on without more going in
            try:
                out = unzip.decompress(piece, _PIECE)
            except zlib.error:
                raise refused(*_DAMAGED) from None
            piece, full = unzip.unconsumed_tail, len(out) == _PIECE
            *whole, kept = (kept + out).split(b"\n")
            yield from whole
    if kept or not unzip.eof or unzip.unused_data:
        raise refused(*_DAMAGED)
