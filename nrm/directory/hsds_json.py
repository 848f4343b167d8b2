"""HSDS 3.x JSON: `organization_full`, `service_full` and the other objects, alone, in a list, in a page, in a folder.

https://docs.openreferral.org/en/3.1/hsds/schema_reference.html. Nested objects are taken apart into rows of the tables
(`nrm.directory.tables`). An object may stand in many places of one file, once in full and elsewhere in short; copies
that do not contradict each other are one row.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nrm.directory.copies import without_copies
from nrm.directory.reading import Report, Row, file_bytes
from nrm.directory.tables import TABLES, link_columns
from nrm.errors import FileRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

DEEPEST = 30
"""Levels of nested objects at most; HSDS's own go nine deep."""


def read_json(files: Iterable[Path], report: Report) -> list[Row]:
    """Read JSON files as rows of HSDS tables.

    Raises:
        FileRefusedError: a file cannot be read, or is not JSON.
    """
    return [report.take(row) for row in without_copies(row for path in files for row in _objects(path, report))]


def _objects(path: Path, report: Report) -> Iterator[Row]:
    name = path.name
    try:
        data = json.loads(file_bytes(path, name).decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise FileRefusedError(Problem(name, 0, "the file is not UTF-8 text", "save it as UTF-8")) from None
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        raise FileRefusedError(Problem(name, line, "the JSON is broken here", "export the file again")) from None
    if isinstance(data, dict) and isinstance(data.get("contents"), list):
        data = data["contents"]  # one page of an API
    for place, thing in enumerate(data if isinstance(data, list) else [data]):
        where = f"[{place}]"
        table = _table_of(thing) if isinstance(thing, dict) else None
        if table is None:
            row = report.take(Row("", name, where, {}))
            report.refuse(row, "", "it is no object that HSDS has")
        else:
            yield from _rows(thing, table, name, where, {}, report)


def _no_number(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity are no JSON


def _table_of(thing: dict[str, Any]) -> str | None:
    """Return which object of HSDS this is; nothing in it says so, but its keys do."""
    keys = thing.keys()
    if "location_type" in keys or {"latitude", "addresses"} & keys:
        return "location"
    if {"status", "organization", "organization_id", "service_at_locations", "capacities"} & keys:
        return "service"
    if {"location", "location_id"} & keys:
        return "service_at_location"
    if {"taxonomy", "taxonomy_detail", "term_uri", "parent_id"} & keys:
        return "taxonomy_term"
    return "organization" if "name" in keys else None


def _rows(
    thing: dict[str, Any], table: str, file: str, where: str, links: dict[str, str], report: Report
) -> Iterator[Row]:
    """Take one object apart; `links` are the cells with which it names what it stands in."""
    if where.count(".") > DEEPEST:
        row = report.take(Row(table, file, where, {}))
        report.refuse(row, "", "it is nested too deep")
        return
    row = Row(table, file, where, {})
    shape = TABLES[table]
    inner: list[tuple[Any, str, str, dict[str, str]]] = []
    for key, value in thing.items():
        within = shape.lists.get(key) or shape.singles.get(key)
        if within is None or not isinstance(value, list | dict):
            row.cells[key] = _cell(value)
        elif key in shape.singles and isinstance(value, dict):
            row.cells[f"{within}_id"] = row.cells.get(f"{within}_id") or _cell(value.get("id"))
            inner.append((value, within, f"{where}.{key}", {}))
        else:
            own = link_columns(within, table, _cell(thing.get("id")))
            several = value if isinstance(value, list) else [value]
            for place, one in enumerate(several):
                inner.append((one, within, f"{where}.{key}[{place}]", own))
    for column, said in links.items():
        if row.cells.get(column, said) not in {said, ""}:
            report.repair(row, column, "it names another than it stands in", "it belongs to what it stands in")
        row.cells[column] = said
    yield row
    for one, within, there, own in inner:
        if isinstance(one, dict):
            yield from _rows(one, within, file, there, own, report)
        else:
            report.refuse(report.take(Row(within, file, there, {})), "", "it is no object")


def _cell(value: Any) -> str:  # noqa: ANN401 - anything that JSON can hold
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
