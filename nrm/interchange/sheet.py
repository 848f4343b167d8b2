"""Flat records as CSV or JSON: bytes of strangers in, within limits; bytes out that no spreadsheet takes for formulas.

CSV: https://www.rfc-editor.org/rfc/rfc4180. Formulas: https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING, Any, Literal

from nrm.errors import FileRefusedError, Problem
from nrm.textfile import DEEPEST_NESTING, LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Kind = Literal["csv", "json"]

Cells = dict[str, tuple[str, ...] | None]
"""The texts of each column of one record; None where something stands that is no text."""

MOST_RECORDS = 10_000
"""Records in one file."""

MOST_COLUMNS = 1_000
"""Columns of one record: HTCDS has about 95, of which those of events and perpetrators may repeat."""

LONGEST_CELL = 60_000
"""Characters of one field of one record; the longest text of a case record has 15,000."""

SEVERAL = ";"
"""Between the codes of one CSV cell, as Salesforce, for which HTCDS is made, writes a multi-select picklist."""

_PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - the wide forms do the same
_GUARD = "'"


def read_sheet(content: bytes, kind: Kind, file: str, *, nested: bool = False) -> list[Cells]:
    """Return the records of a file, each as the texts of its columns; `nested` JSON objects become `Outer.Inner`.

    Raises:
        FileRefusedError: packed, too large, not UTF-8, or not CSV or JSON of flat records. Nothing of it is quoted.
    """
    if content.startswith(_PACKED):
        what = "this is a packed file, such as a zip archive or a workbook of a spreadsheet"
        raise FileRefusedError(Problem(file, 0, what, "unpack it yourself, and give the CSV or JSON file in it"))
    if len(content) > LARGEST_FILE:
        raise FileRefusedError(Problem(file, 0, f"the file is larger than {LARGEST_FILE} bytes", "split it"))
    return _csv(content, file) if kind == "csv" else _json(content, file, nested=nested)


def _decoded(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileRefusedError(Problem(file, line, "the file is not UTF-8 text", "save it as UTF-8")) from None


def _csv(content: bytes, file: str) -> list[Cells]:
    text = _decoded(content, file)
    first = text.partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        return list(_rows(reader, file))
    except csv.Error:
        # Also a field above `csv.field_size_limit`: that limit belongs to the whole process and is left as it is.
        problem = Problem(
            file, reader.line_num, "the CSV is broken here", "check its quotes and the length of its texts"
        )
        raise FileRefusedError(problem) from None


def _rows(reader: Any, file: str) -> Iterator[Cells]:  # noqa: ANN401 - csv has no public type of its readers
    headings = [heading.strip() for heading in next(reader, [])]
    _columns_within(len(headings), file, 1)
    if len(set(headings)) != len(headings):
        raise FileRefusedError(Problem(file, 1, "a heading stands twice", "keep one of the two columns"))
    for found, cells in enumerate((row for row in reader if any(cell.strip() for cell in row)), start=1):
        line = reader.line_num
        _records_within(found, file, line)
        if len(cells) != len(headings):
            what = f"this row has {len(cells)} cells, and there are {len(headings)} headings"
            raise FileRefusedError(Problem(file, line, what, "give each row one cell for each heading"))
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise FileRefusedError(
                Problem(file, line, f"a field is longer than {LONGEST_CELL} characters", "shorten it")
            )
        yield {name: _texts([_unguarded(cell)]) for name, cell in zip(headings, cells, strict=True)}


def _json(content: bytes, file: str, *, nested: bool) -> list[Cells]:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise FileRefusedError(Problem(file, 0, "a key stands twice in one object", "keep one"))
        return dict(pairs)

    deep = Problem(file, 0, f"values are nested more than {DEEPEST_NESTING} deep", "write it flatter")
    try:
        data = json.loads(_decoded(content, file), parse_int=str, parse_float=str, object_pairs_hook=once)
    except RecursionError:
        raise FileRefusedError(deep) from None
    except ValueError:
        raise FileRefusedError(Problem(file, 0, "this is no JSON", "give one object, or a list of objects")) from None
    if _depth(data) > DEEPEST_NESTING:
        raise FileRefusedError(deep)
    records = data if isinstance(data, list) else [data]
    _records_within(len(records), file, 0)
    if not all(isinstance(record, dict) for record in records):
        raise FileRefusedError(Problem(file, 0, "a record is no JSON object", "give one object, or a list of objects"))
    flat: list[dict[str, Any]] = [_flat(record, file) if nested else record for record in records]
    for record in flat:
        _columns_within(len(record), file, 0)
    return [{name: _told(value, file) for name, value in record.items()} for record in flat]


def _depth(data: object) -> int:
    """Return how deep lists and objects stand in each other, level by level, because a recursion could overflow."""
    depth, level = 0, [data]
    while level := [one for one in level if isinstance(one, list | dict)]:
        depth += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return depth


def _flat(record: Mapping[str, object], file: str) -> dict[str, Any]:
    """Return an object with the values of the objects in it, one level deep."""
    flat = {name: value for name, value in record.items() if not isinstance(value, dict)}
    for outer, inside in record.items():
        if isinstance(inside, dict):
            for inner, value in inside.items():
                if f"{outer}.{inner}" in flat:
                    raise FileRefusedError(Problem(file, 0, "a key stands twice, flat and nested", "keep one"))
                flat[f"{outer}.{inner}"] = value
    return flat


def _told(value: object, file: str) -> tuple[str, ...] | None:
    """Return the texts of a JSON value; None for one that is neither text nor a list of texts."""
    values = value if isinstance(value, list) else [value]
    if sum(len(one) for one in values if isinstance(one, str)) > LONGEST_CELL or len(values) > LONGEST_CELL:
        raise FileRefusedError(Problem(file, 0, f"a field is longer than {LONGEST_CELL} characters", "shorten it"))
    if not all(one is None or isinstance(one, str | bool) for one in values):
        return None
    return _texts(str(one).lower() if isinstance(one, bool) else str(one) for one in values if one is not None)


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(stripped for text in texts if (stripped := text.strip()))


def _records_within(found: int, file: str, line: int) -> None:
    if found > MOST_RECORDS:
        raise FileRefusedError(Problem(file, line, f"there are more than {MOST_RECORDS} records", "split the file"))


def _columns_within(found: int, file: str, line: int) -> None:
    if found > MOST_COLUMNS:
        raise FileRefusedError(Problem(file, line, f"there are more than {MOST_COLUMNS} columns", "leave some out"))


def write_sheet(records: Iterable[Mapping[str, list[str]]], kind: Kind, several: frozenset[str]) -> bytes:
    """Write flat records; columns in `several` hold lists, joined by `;` in CSV. The same records give the same bytes.

    A CSV cell that a spreadsheet would run as a formula begins with `'`, which `read_sheet` takes away again.
    """
    rows = list(records)
    if kind == "json":
        plain = [{name: texts if name in several else texts[0] for name, texts in row.items()} for row in rows]
        return (json.dumps(plain, ensure_ascii=False, indent=2) + "\n").encode()
    headings = list(dict.fromkeys(name for row in rows for name in row))
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([_guarded(SEVERAL.join(row.get(name, ()))) for name in headings] for row in rows)
    return out.getvalue().encode()


def _guarded(cell: str) -> str:
    return _GUARD + cell if cell.startswith((*_FORMULA, _GUARD)) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith(_GUARD) and cell[1:].startswith((*_FORMULA, _GUARD)) else cell
