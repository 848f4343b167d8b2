"""Rows of HSDS tables put together as a directory: the one place that knows what a row means.

A row belongs to every parent that it names: a telephone may be that of a service and of a place. A row that names only
parents that are not there is refused, and so is one that says nothing. A row of a table that nothing here reads is
carried unchanged.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from nrm.directory.build import built, readable, with_id
from nrm.directory.service import (
    Accessibility,
    Address,
    Attribute,
    Capacity,
    Carried,
    Directory,
    Language,
    Location,
    Organisation,
    Part,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    Sourced,
    Term,
)
from nrm.directory.tops import Tops, is_only_carried, link_names, says_nothing, what_it_must_say, without_parents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.directory.place import Box
    from nrm.directory.reading import Report, Row

PARTS: dict[str, tuple[type[Part], str]] = {
    "language": (Language, "languages"),
    "phone": (Phone, "phones"),
    "schedule": (Schedule, "schedules"),
    "service_area": (ServiceArea, "service_areas"),
    "address": (Address, "addresses"),
    "accessibility": (Accessibility, "accessibility"),
    "service_capacity": (Capacity, "capacities"),
    "attribute": (Attribute, "attributes"),
    "service_at_location": (ServiceAtLocation, "at"),
}
"""For each table of parts: its model, and the field of its parents that holds it; what others hold comes first."""

FOLDED = {"eligibility": ("service", "eligibility_description")}
"""Tables of older layouts whose rows are today a field of their parent."""

Held = dict[tuple[str, str], dict[str, list[Part]]]


def assembled(rows: Iterable[Row], source: str, report: Report, box: Box | None = None) -> Directory:
    """Put `rows` together as the directory of `source`; every row ends in `report` as imported or refused."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        readable(row, report)
        tables[row.table].append(row)
    tops = Tops(tables, report, box)
    for table, (above, column) in FOLDED.items():
        _fold(tables.pop(table, []), tops, above, column, report)
    _name_units(tables)
    carried: list[Row] = []
    held: Held = defaultdict(lambda: defaultdict(list))
    phones = _accepted(tables.pop("phone", []), "phone", tops, carried, report)
    tops.rows["phone"] = {row.cell("id"): row for row, _ in phones}
    for table, (kind, attribute) in PARTS.items():
        found = phones if table == "phone" else _accepted(tables.pop(table, []), table, tops, carried, report)
        for row, parents in found:
            part = built(kind, row, report, **_parts(held, (table, row.cell("id"))))
            for parent in parents:
                there = held[parent][attribute]
                there += [part] if part is not None and part not in there else []
    made = {
        table: [built(kind, row, report, source=source, **_parts(held, (table, name))) for name, row in found.items()]
        for table, kind, found in tops.sourced()
    }
    rest = [*carried, *(row for table in tables.values() for row in table)]
    return Directory(
        organisations=_sorted(made["organization"], Organisation),
        services=_sorted(made["service"], Service),
        locations=_sorted(made["location"], Location),
        terms=_sorted(made["taxonomy_term"], Term),
        carried=_sorted([_carry(row, source, report) for row in rest], Carried),
    )


def _accepted(
    rows: list[Row], table: str, tops: Tops, carried: list[Row], report: Report
) -> list[tuple[Row, list[tuple[str, str]]]]:
    """Return the rows that have a parent, each with the parents that it names; put what is only carried aside."""
    found = []
    seen: dict[str, dict[str, str]] = {}
    links = link_names(table)
    for row in rows:
        parents, missing = tops.parents(row)
        if not parents and not missing and is_only_carried(row):
            carried.append(row)
        elif not parents:
            named = ", ".join(f"{name}_id" for name in missing)
            reason = "it names nothing that is there" if missing else "it names nothing that it belongs to"
            report.refuse(row, named or "id", reason)
        elif says_nothing(row):
            report.refuse(row, what_it_must_say(table), "the row says nothing")
        elif table == "service_at_location" and row.cell("location_id") not in tops.rows["location"]:
            report.refuse(row, "location_id", "it names nothing that is there")
        elif table == "address" and all(tops.is_redacted(name) for _, name in parents):
            report.refuse(row, "location_id", "an address of a redacted place")
        else:
            for name in missing:
                report.repair(row, f"{name}_id", "it names something that is not there", "the name was left out")
            with_id(row, links, seen, report)
            without_parents(row)
            found.append((row, parents))
    return found


def _fold(rows: list[Row], tops: Tops, parent: str, column: str, report: Report) -> None:
    for row in rows:
        above = tops.rows[parent].get(row.cell(f"{parent}_id"))
        if above is None:
            reason = "it names nothing that is there" if row.cell(f"{parent}_id") else "it does not say whose it is"
            report.refuse(row, f"{parent}_id", reason)
        elif not row.cell(row.table):
            report.refuse(row, row.table, "the row says nothing")
        else:
            above.cells[column] = "\n".join(filter(None, (above.cell(column), row.cell(row.table))))
            report.accept(row)


def _name_units(tables: dict[str, list[Row]]) -> None:
    names = {row.cell("id"): row.cell("name") for row in tables.get("unit", ())}
    for row in tables.get("service_capacity", ()):
        row.cells["unit"] = row.cell("unit") or names.get(row.cell("unit_id"), "")


def _parts(held: Held, parent: tuple[str, str]) -> dict[str, Any]:
    # Sorted, so that the order of rows in a file makes no difference between two imports.
    parts = held.get(parent, {})
    return {name: tuple(sorted(some, key=lambda part: part.id)) for name, some in parts.items()}


def _carry(row: Row, source: str, report: Report) -> Carried | None:
    if not any(row.cells.values()):
        report.refuse(row, "id", "the row says nothing")
        return None
    with_id(row, frozenset(), {}, report)
    return built(Carried, row, report, source=source, table=row.table)


def _sorted(found: Iterable[Part | None], kind: type[Any]) -> tuple[Any, ...]:
    some = [one for one in found if isinstance(one, kind) and isinstance(one, Sourced)]
    return tuple(sorted(some, key=_order))


def _order(one: Sourced) -> tuple[str, ...]:
    # Rows that are only carried may share an id.
    return (*one.key, one.table, *map("=".join, sorted(one.more.items()))) if isinstance(one, Carried) else one.key
