"""The rows of a table as lines of text that are the same whichever database they come from."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

AT_ONCE = 200
"""How many rows are in memory at once."""


class Digest(NamedTuple):
    """How many rows a table has, and the SHA-256 over their lines, hexadecimal."""

    rows: int
    sha256: str


class Counting:
    """Counts lines and hashes them."""

    def __init__(self) -> None:
        self._rows = 0
        self._hash = hashlib.sha256()

    def take(self, line: bytes) -> None:
        """Count one line, with its end."""
        self._rows += 1
        self._hash.update(line)

    def digest(self) -> Digest:
        """Return the count and the hash so far."""
        return Digest(self._rows, self._hash.hexdigest())


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Yield each row as one line: a JSON list in the order of the columns, rows in the order of the primary key."""
    wanted = select(table).order_by(*table.primary_key.columns)
    with connection.execute(wanted, execution_options={"yield_per": AT_ONCE}) as found:
        for row in found:
            yield json.dumps([_said(value) for value in row], separators=(",", ":")).encode() + b"\n"


def digest_of(connection: Connection, table: Table) -> Digest:
    """Return the digest of a table as it stands."""
    counting = Counting()
    for line in lines(connection, table):
        counting.take(line)
    return counting.digest()


def row_of(line: bytes, table: Table) -> dict[str, Any]:
    """Return the row that a line says. Raises ValueError when it does not fit the table."""
    values = json.loads(line)
    columns = list(table.columns)
    if not isinstance(values, list) or len(values) != len(columns):
        raise ValueError("the line has not one value for each column")
    return {
        column.name: _HEARD.get(column.type.python_type, _same)(value) if value is not None else None
        for column, value in zip(columns, values, strict=True)
    }


def _said(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return value


def _bytes(value: str) -> bytes:
    return b64decode(value, validate=True)


def _same(value: Any) -> Any:  # noqa: ANN401 - JSON
    return value


_HEARD: dict[type, Callable[[Any], Any]] = {
    bytes: _bytes,
    UUID: UUID,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
}
