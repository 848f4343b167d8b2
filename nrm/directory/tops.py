"""The rows that others name: organisations, services, locations, terms; accepted once each, with sound references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.directory.build import with_id
from nrm.directory.place import believed
from nrm.directory.service import LONGEST_ID, Location, Organisation, Service, Sourced, Term
from nrm.directory.tables import TABLES, link_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.directory.place import Box
    from nrm.directory.reading import Report, Row

KINDS: dict[str, type[Sourced]] = {
    "organization": Organisation,
    "service": Service,
    "location": Location,
    "taxonomy_term": Term,
}

PARENTS: dict[str, tuple[str, ...]] = {
    "language": ("service", "location", "phone"),
    "phone": ("organization", "service", "location", "service_at_location"),
    "schedule": ("service", "location", "service_at_location"),
    "service_area": ("service", "service_at_location"),
    "address": ("location",),
    "accessibility": ("location",),
    "service_capacity": ("service",),
    "attribute": ("service",),
    "service_at_location": ("service",),
}
"""For each table of parts: who its parents may be."""

MUST_SAY = {
    "phone": ("number",),
    "attribute": ("taxonomy_term_id",),
    "service_capacity": ("unit", "available"),
    "service_at_location": ("location_id",),
}
"""Columns without which a row says nothing; of other tables any column but the ids will do."""


class Tops:
    """All rows of a directory that have a name of their own, by table and id."""

    def __init__(self, tables: dict[str, list[Row]], report: Report, box: Box | None) -> None:
        self.report = report
        self.rows = {table: self._named_once(tables.pop(table, [])) for table in KINDS}
        for row in self.rows["service"].values():
            self._says_who_runs_it(row)
            self._ages_in_order(row)
        for row in self.rows["location"].values():
            if row.cell("organization_id"):
                self._says_who_runs_it(row)
            self._stands_somewhere(row, box)
        for table in ("phone", "service_at_location"):
            seen: dict[str, dict[str, str]] = {}
            for row in tables.get(table, ()):
                with_id(row, link_names(table), seen, report)
        links = tables.get("service_at_location", ())
        both = (row for row in links if all(row.cell(f"{end}_id") in self.rows[end] for end in ("service", "location")))
        self.rows["service_at_location"] = {row.cell("id"): row for row in both}

    def sourced(self) -> Iterator[tuple[str, type[Sourced], dict[str, Row]]]:
        """Yield each table with its model and its rows."""
        for table, kind in KINDS.items():
            yield table, kind, self.rows[table]

    def parents(self, row: Row) -> tuple[list[tuple[str, str]], list[str]]:
        """Return which of its possible parents `row` names, and of which it names one that is not there."""
        found, missing = [], []
        for name in PARENTS[row.table]:
            named = named_parent(row, name)
            if named in self.rows.get(name, {}):
                found.append((name, named))
            elif named:
                missing.append(name)
        return found, missing

    def is_redacted(self, location: str) -> bool:
        """Say whether the source keeps the place of this id to itself."""
        return self.rows["location"][location].cell("location_type") == "redacted"

    def _named_once(self, rows: list[Row]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for row in rows:
            name = row.cell("id")
            if not name:
                self.report.refuse(row, "id", "a blank id")
            elif len(name) > LONGEST_ID:
                self.report.refuse(row, "id", "an id that is too long")
            elif name not in found:
                self._has_a_name(row)
                found[name] = row
            elif found[name].cells == row.cells:
                self.report.repair(row, "id", "the same row twice", "it was read once")
                self.report.accept(row)
            else:
                self.report.refuse(row, "id", "an id that stands twice", "the first row was kept, this one left out")
        return found

    def _has_a_name(self, row: Row) -> None:
        if row.table in {"organization", "service"} and not row.cell("name"):
            row.cells["name"] = row.cell("alternate_name") or row.cell("id")
            self.report.repair(row, "name", "no name", "the other name or the id stands for it")

    def _says_who_runs_it(self, row: Row) -> None:
        who = row.cell("organization_id")
        if who not in self.rows["organization"]:
            reason = "it names an organisation that is not there" if who else "it does not say who runs it"
            self.report.repair(row, "organization_id", reason, "it was kept, without the organisation")

    def _ages_in_order(self, row: Row) -> None:
        least, most = row.cell("minimum_age"), row.cell("maximum_age")
        if least and most and int(least) > int(most):
            row.cells["minimum_age"] = row.cells["maximum_age"] = ""
            self.report.repair(row, "minimum_age", "a least age above the greatest", "both were left out")

    def _stands_somewhere(self, row: Row, box: Box | None) -> None:
        point, reason, how = believed(row.cell("latitude"), row.cell("longitude"), box)
        if row.cell("location_type") == "redacted" and point is not None:
            point, reason, how = None, "a redacted place with coordinates", "they were left out"
        row.cells["latitude"], row.cells["longitude"] = map(repr, point) if point else ("", "")
        if reason:
            self.report.repair(row, "latitude", reason, how)


def named_parent(row: Row, parent: str) -> str:
    """Return the id of the `parent` that `row` names, or an empty text."""
    if row.table == "attribute":
        return row.cell("link_id") if row.cell("link_entity").casefold() in {parent, f"{parent}s"} else ""
    return row.cell(f"{parent}_id")


def link_names(table: str) -> frozenset[str]:
    """Return the columns in which rows of `table` name their parents.

    A service at a place is itself named by others, so that two rows of one id are never one thing there.
    """
    if table == "service_at_location":
        return frozenset()
    return frozenset(column for name in PARENTS[table] for column in link_columns(table, name, ""))


def without_parents(row: Row) -> None:
    """Take from `row` the cells that name its parents: the part that is built stands inside them."""
    for name in PARENTS[row.table]:
        for column in link_columns(row.table, name, ""):
            row.cells.pop(column, None)


def is_only_carried(row: Row) -> bool:
    """Say whether `row` belongs to something that nothing here reads, such as the telephone of a contact."""
    if row.table == "attribute":
        return bool(row.cell("link_id"))
    others = (
        {f"{table}_id" for table in TABLES} - {f"{name}_id" for name in PARENTS[row.table]} - {"unit_id", "location_id"}
    )
    return any(row.cell(column) for column in others)


def says_nothing(row: Row) -> bool:
    """Say whether `row` lacks what a row of its table is for."""
    if row.table in MUST_SAY:
        return not all(row.cell(column) for column in MUST_SAY[row.table])
    own = (column for column in row.cells if column not in {"id", "address_type"} and not column.endswith("_id"))
    return not any(row.cells[column] for column in own)


def what_it_must_say(table: str) -> str:
    """Return the column that is named when a row of `table` says nothing."""
    own = (name for name in TABLES[table].columns if name not in {"id", "attention"} and not name.endswith("_id"))
    return MUST_SAY.get(table, (next(own),))[0]
