"""Tabular HSDS: a folder of CSV files, of version 3.x or older, with a datapackage, part of one, or none.

CSV as RFC 4180, and as spreadsheets write it: commas, semicolons or tabs; UTF-8, UTF-16, and lines in Windows-1252.
https://docs.openreferral.org/en/3.1/hsds/overview.html, https://specs.frictionlessdata.io/data-package/
"""

from __future__ import annotations

import csv
import json
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import TYPE_CHECKING

from nrm.directory.older import Layout, cells_today, headings_today, layout_of
from nrm.directory.reading import Finding, Report, Row, decoded, file_bytes
from nrm.errors import FileRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATAPACKAGE = "datapackage.json"


def read_csv_folder(folder: Path, report: Report) -> list[Row]:
    """Read every `*.csv` file of `folder` as rows of HSDS tables.

    Raises:
        FileRefusedError: there is no file of services, or a file cannot be read as CSV at all.
    """
    described = _described(folder / DATAPACKAGE, report)
    files = [(path, layout_of(path.name, described.get(path.name))) for path in sorted(folder.glob("*.csv"))]
    if not any(layout.table == "service" for _, layout in files):
        problem = Problem(str(folder), 0, "there is no `services.csv` in this folder", "name a folder of HSDS files")
        raise FileRefusedError(problem)
    rows: list[Row] = []
    for path, layout in files:
        rows += _rows(path, layout, report)
    return rows


def _described(path: Path, report: Report) -> dict[str, str]:
    """Return what the datapackage calls the table of each file; an unreadable one says nothing."""
    if not path.is_file():
        return {}
    try:
        resources = json.loads(file_bytes(path, path.name))["resources"]
        return {str(one["path"]).rsplit("/", 1)[-1]: str(one["name"]) for one in resources if "path" in one}
    except (ValueError, KeyError, TypeError, RecursionError):
        how = "the tables were known by the names of their files"
        report.findings.append(Finding(path.name, "", "", "the datapackage cannot be read", "repaired", how))
        return {}


class _Lines:
    """The lines of a file as text; remembers whether one since the last question was no UTF-8."""

    def __init__(self, content: bytes) -> None:
        if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            content = content.decode("utf-16", errors="replace").encode()
        self._lines = content.removeprefix(BOM_UTF8).replace(b"\0", b"").splitlines(keepends=True)
        self._foreign = False

    def delimiter(self) -> str:
        """Return the mark between headings."""
        first, _ = decoded(self._lines[0] if self._lines else b"")
        return max(",;\t", key=first.count)

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            text, foreign = decoded(line)
            self._foreign |= foreign
            yield text

    def had_foreign(self) -> bool:
        """Say whether a line since the last question was read as Windows-1252."""
        had, self._foreign = self._foreign, False
        return had


def _rows(path: Path, layout: Layout, report: Report) -> Iterator[Row]:
    lines = _Lines(file_bytes(path, path.name))
    reader = csv.reader(lines, delimiter=lines.delimiter(), strict=True)
    headings = headings_today(layout, _next(reader, path.name) or [])
    if len(set(headings)) != len(headings):
        raise FileRefusedError(Problem(path.name, 1, "a heading stands twice", "keep one of the two columns"))
    number = 1
    while (cells := _next(reader, path.name)) != []:
        number += 1
        row = Row(layout.table, path.name, str(number), dict(zip(headings, cells or [], strict=False)))
        foreign = lines.had_foreign()
        if cells is not None and not any(cell.strip() for cell in cells):
            continue  # an empty line, as spreadsheets leave at the end
        report.take(row)
        if cells is None:
            report.refuse(row, "", "the quotes in this row are broken")
            continue
        if len(cells) > len(headings):
            report.refuse(row, "", "it has more cells than there are headings")
            continue
        if len(cells) < len(headings):
            report.repair(row, "", "it has fewer cells than there are headings", "the others were read as empty")
        if foreign:
            report.repair(row, "", "it is not UTF-8", "it was read as Windows-1252")
        row.cells = cells_today(layout, row.cells)
        yield row


def _next(reader: Iterator[list[str]], file: str) -> list[str] | None:
    """Return the next row that is not an empty line, [] at the end, or None when it is broken.

    Raises:
        FileRefusedError: a quote is never closed, so that nobody can say which rows follow.
    """
    try:
        return next((cells for cells in reader if cells), [])
    except csv.Error as error:
        if "unexpected end" in str(error):
            problem = Problem(file, 0, "a quote is opened and never closed", 'look for a single `"` in the file')
            raise FileRefusedError(problem) from None
        return None
