"""A directory written as HSDS 3.1: rows of its tables, nested JSON, or CSV files with a datapackage.

https://docs.openreferral.org/en/3.1/hsds/schema_reference.html. Only what was public comes out again: no sidecar record
has a way into these rows, and places that must not be shown are left out (`nrm.directory.secret_places`).
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from nrm.directory.assemble import PARTS
from nrm.directory.copies import without_copies
from nrm.directory.reading import Row
from nrm.directory.secret_places import SecretPlaces
from nrm.directory.service import Part, Service, ServiceAtLocation
from nrm.directory.tables import TABLES, link_columns
from nrm.directory.tops import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nrm.directory.service import Directory
    from nrm.directory.sidecar import Sidecar

_OURS = frozenset({"more", "source", "types", "genders", "table"})
"""Fields of our models that HSDS does not have."""


@dataclass(frozen=True)
class Withheld:
    """Something that was left out of an export; it says which, and never what."""

    table: str
    id: str
    column: str


def exported(directory: Directory, source: str, sidecars: Iterable[Sidecar]) -> tuple[list[Row], tuple[Withheld, ...]]:
    """Return what is public of one source as rows of HSDS tables, and what was withheld.

    One source at a time, because two sources may use one id for two things.
    """
    secret = SecretPlaces(directory, source, sidecars)
    withheld = [Withheld("location", place, "") for place in sorted(secret.locations)]
    rows = without_copies(row for row in _rows(directory, source, secret) if not _is_of(row, secret))
    for row in rows:
        for column, cell in row.cells.items():
            if secret.shows(cell):
                row.cells[column] = ""
                withheld.append(Withheld(row.table, row.cell("id"), column))
    return rows, tuple(withheld)


def _rows(directory: Directory, source: str, secret: SecretPlaces) -> Iterator[Row]:
    tops = (directory.organisations, directory.services, directory.locations, directory.terms)
    for table, some in zip(KINDS, tops, strict=True):
        for one in some:
            if one.source == source and not (table == "location" and one.id in secret.locations):
                yield from _with_parts(table, one, {}, secret)
    gone = {at.id for one in directory.services for at in one.at if at.location_id in secret.locations}
    for row in directory.carried:
        if row.source == source and row.more.get("service_at_location_id") not in gone:
            yield Row(row.table, "", "", _cells(row))


def _with_parts(table: str, part: Part, links: dict[str, str], secret: SecretPlaces) -> Iterator[Row]:
    yield Row(table, "", "", _cells(part) | links)
    for within, (_, attribute) in PARTS.items():
        for one in getattr(part, attribute, ()):
            if not (isinstance(one, ServiceAtLocation) and one.location_id in secret.locations):
                yield from _with_parts(within, one, link_columns(within, table, part.id), secret)


def _is_of(row: Row, secret: SecretPlaces) -> bool:
    """Say whether a row speaks of a place that must not be shown."""
    names = [row.cell(column) for column in ("location_id", "link_id", "resource_id")]
    return any(name in secret.locations for name in names)


def _cells(part: Part) -> dict[str, str]:
    cells = {}
    for name in type(part).model_fields:
        value = getattr(part, name)
        if name in _OURS or isinstance(value, tuple) or value is None or value == "":
            continue
        cells[name] = value.isoformat() if isinstance(value, date) else value if isinstance(value, str) else repr(value)
    if isinstance(part, Service) and part.status == "unknown":
        del cells["status"]  # HSDS has no such word
    if cells.get("unit") and part.more.get("unit_id"):
        del cells["unit"]  # its name stands in the table of units
    return cells | part.more


def csv_files(rows: Iterable[Row]) -> dict[str, str]:
    """Return the text of each CSV file by name, and a datapackage that describes them."""
    tables: dict[str, list[Row]] = {}
    for row in rows:
        tables.setdefault(row.table, []).append(row)
    files, resources = {}, []
    for table, some in tables.items():
        name = TABLES[table].file if table in TABLES else f"{table}.csv"
        known = TABLES[table].columns if table in TABLES else ("id",)
        columns = [*known, *sorted({column for row in some for column in row.cells} - set(known))]
        stream = io.StringIO(newline="")
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(row.cells for row in some)
        files[name] = stream.getvalue()
        fields = [{"name": column, "type": "string"} for column in columns]
        resources.append(
            {"name": table, "path": name, "profile": "tabular-data-resource", "schema": {"fields": fields}}
        )
    package = {"name": "human_services_data", "profile": "tabular-data-package", "resources": resources}
    files["datapackage.json"] = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    return files
