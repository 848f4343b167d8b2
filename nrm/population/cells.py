"""A CSV file read by columns: each cell only as the number of its text, so that each text is looked at once.

Ten million cells of a column hold a few texts. Where a text is wrong, the first line on which it stands is known.

CSV: RFC 4180, https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nrm.errors import FileRefusedError, Problem, is_slip_of, nearest
from nrm.textfile import opened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

LONGEST_LINE = 1_000_000
"""Bytes; a longer line is refused, so that a file without line ends cannot fill the memory."""

ROWS_AT_A_TIME = 2000
"""Rows that are held as Python texts before they become numbers; few enough to stay in the cache."""

HEADER_LINE = 1

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Column:
    """One column: the texts that stand in it, and for each row the place of its text among them."""

    texts: tuple[str, ...]
    rows: Numbers

    def where(self, chosen: Iterable[bool]) -> npt.NDArray[np.bool_]:
        """Return for each row whether its text is chosen; `chosen` says so for each of `texts`."""
        return np.fromiter(chosen, np.bool_, len(self.texts))[self.rows]


@dataclass(frozen=True)
class Table:
    """The columns of one file by their headings, all of the same length."""

    file: str
    rows: int
    columns: dict[str, Column]

    def problem(self, heading: str, text: int, what: str, todo: str) -> Problem:
        """Make a problem that points at the first row in which the text of that place stands."""
        row = int(np.argmax(self.columns[heading].rows == text))
        return Problem(self.file, row + HEADER_LINE + 1, what, todo)


def check_headings(file: str, headings: list[str], valid: Collection[str], kind: str) -> None:
    """Refuse headings that are not among `valid`; a stranger's words are not shown, for they may be a person's.

    Raises:
        FileRefusedError: with one problem for each such column, or a single one when most columns are wrong: then it is
            another file, or one without headings.
    """
    wrong = [(place, heading) for place, heading in enumerate(headings, start=1) if heading not in valid]
    if len(wrong) > 1 and len(wrong) > len(headings) / 2:
        what = f"{len(wrong)} of {len(headings)} columns are not {kind}"
        raise FileRefusedError(Problem(file, HEADER_LINE, what, "check that this is the right file"))
    shown = {place: f" `{heading}`" if is_slip_of(heading, valid) else "" for place, heading in wrong}
    problems = [
        Problem(file, HEADER_LINE, f"column {place}{shown[place]} is not {kind}", nearest(heading, valid))
        for place, heading in wrong
    ]
    if problems:
        raise FileRefusedError(problems)


class _Texts(dict[str, int]):
    """Numbers texts as they come."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


def read_table(path: Path, valid: Collection[str], kind: str) -> Table:
    """Read the CSV file at `path`, each of whose columns must be among `valid`; errors call such a column `kind`.

    Raises:
        FileRefusedError: missing, unreadable, not UTF-8, a wrong column, or a row without a cell for each column.
    """
    name = str(path)
    with opened(path, name) as stream:
        return _table(name, stream, valid, kind)


def _table(name: str, stream: BinaryIO, valid: Collection[str], kind: str) -> Table:
    rows = _rows(name, stream)
    headings = next(rows, None)
    if headings is None:
        raise FileRefusedError(Problem(name, 0, "the file is empty", "begin with a line of column names"))
    check_headings(name, headings, valid, kind)
    twice = sorted({heading for heading in headings if headings.count(heading) > 1})
    if twice:
        what = f"the column `{twice[0]}` stands twice"
        raise FileRefusedError(Problem(name, HEADER_LINE, what, "keep one of them"))
    texts = [_Texts() for _ in headings]
    parts: list[list[Numbers]] = [[np.empty(0, np.int32)] for _ in headings]
    while batch := list(islice(rows, ROWS_AT_A_TIME)):
        for column, numbered, made in zip(zip(*batch, strict=True), texts, parts, strict=True):
            made.append(np.fromiter(map(numbered.__getitem__, column), np.int32, len(batch)))
    columns = {
        heading: Column(tuple(numbered), np.concatenate(made))
        for heading, numbered, made in zip(headings, texts, parts, strict=True)
    }
    return Table(name, len(next(iter(columns.values())).rows), columns)


def _rows(name: str, stream: BinaryIO) -> Iterator[list[str]]:
    reader = csv.reader(_lines(name, stream), strict=True)
    expected = None
    try:
        for number, row in enumerate(reader, start=HEADER_LINE):
            if reader.line_num != number:
                raise FileRefusedError(Problem(name, number, "a cell goes on in the next line", "close its quote"))
            if expected is None:
                expected = len(row)
            if not row or len(row) != expected:
                what = f"this line has {len(row)} cells, the first line has {expected}"
                raise FileRefusedError(Problem(name, number, what, "write one cell for each column"))
            yield row
    except csv.Error:
        # Its own message could quote the file.
        what, todo = "the line is not CSV", 'check its quotes; a quote inside a cell is written `""`'
        raise FileRefusedError(Problem(name, reader.line_num, what, todo)) from None


def _lines(name: str, stream: BinaryIO) -> Iterator[str]:
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            what = f"the line is longer than {LONGEST_LINE} bytes"
            raise FileRefusedError(Problem(name, number, what, "write one person on each line"))
        try:
            yield line.decode("utf-8-sig" if number == HEADER_LINE else "utf-8")
        except UnicodeDecodeError:
            raise FileRefusedError(Problem(name, number, "the line is not UTF-8 text", "save it as UTF-8")) from None
