"""What every reader of a directory shares: rows with their place, and a report that loses none of them.

INVARIANT (no row is lost silently): for each file, rows read = rows imported + rows refused. Every refused or repaired
row is a `Finding` with its file, row, field and reason. No value is quoted, because a row may hold an address.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from nrm.errors import FileRefusedError, Problem, reason_of

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_FILE = 200_000_000
"""Bytes; a longer file is refused before it is read."""

Done = Literal["refused", "repaired"]


@dataclass(eq=False)
class Row:
    """One row of one table; `place` is the row of the sheet (the headings are row 1), or the path in JSON."""

    table: str
    file: str
    place: str
    cells: dict[str, str]

    def cell(self, name: str) -> str:
        """Return a cell, empty when there is none."""
        return self.cells.get(name, "")


@dataclass(frozen=True)
class Finding:
    """What was wrong with one row, and what was done about it."""

    file: str
    place: str
    field: str
    reason: str
    done: Done
    how: str


@dataclass
class Report:
    """Everything that a person must know of one import."""

    findings: list[Finding] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    imported: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def take(self, row: Row) -> Row:
        """Count a row as read."""
        self.rows[row.file] += 1
        return row

    def accept(self, row: Row) -> None:
        """Count a row as imported."""
        self.imported[row.file] += 1

    def refuse(self, row: Row, column: str, reason: str, how: str = "the row was left out") -> None:
        """Count a row as refused, and say why."""
        self.refused[row.file] += 1
        self.findings.append(Finding(row.file, row.place, column, reason, "refused", how))

    def repair(self, row: Row, column: str, reason: str, how: str) -> None:
        """Say what was changed in a row that is kept."""
        self.findings.append(Finding(row.file, row.place, column, reason, "repaired", how))

    def lost(self) -> tuple[str, ...]:
        """Return the files that break the invariant; there must be none."""
        return tuple(name for name, n in self.rows.items() if n != self.imported[name] + self.refused[name])

    def by_reason(self) -> dict[tuple[Done, str, str, str], int]:
        """Return how often each (what was done, file, field, reason) stands in the findings, most frequent first."""
        counted = Counter((one.done, one.file, one.field, one.reason) for one in self.findings)
        return dict(sorted(counted.items(), key=lambda entry: (-entry[1], entry[0])))


def file_bytes(path: Path, shown_as: str) -> bytes:
    """Read a file of a directory.

    Raises:
        FileRefusedError: it cannot be read, or is too large.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = reason_of(error)
        raise FileRefusedError(Problem(shown_as, 0, f"the file cannot be read: {reason}", "check the path")) from None
    if len(content) > LARGEST_FILE:
        raise FileRefusedError(Problem(shown_as, 0, f"the file is larger than {LARGEST_FILE} bytes", "split it"))
    return content


def decoded(line: bytes) -> tuple[str, bool]:
    r"""Return a line as text, and whether it had to be read as Windows-1252 because it is not UTF-8.

    Files that several offices filled in hold both, so each line is read on its own.

    >>> decoded("é".encode()), decoded("é".encode("cp1252"))
    (('é', False), ('é', True))
    """
    try:
        return line.decode("utf-8"), False
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace"), True
