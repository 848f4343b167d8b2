"""Rows of HSDS tables put into one another as the objects of HSDS's JSON."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from nrm.directory.tables import NUMBERS, TABLES, link_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.directory.reading import Row

_LIST_PARENTS: dict[str, tuple[str, ...]] = {
    name: tuple(above for above, table in TABLES.items() if name in table.lists.values()) for name in TABLES
}


_TELLING: dict[str, dict[str, Any]] = {
    "service": {"service_at_locations": []},
    "location": {},
    "taxonomy_term": {"taxonomy": ""},
}
"""What stands in every object of a table even when it is empty, because nothing else tells a reader what it is."""


def nested(rows: Iterable[Row]) -> tuple[list[dict[str, Any]], list[Row]]:
    """Return a list of objects of HSDS that holds all rows, and the rows that no object can hold.

    The list has every organisation in full; then services, places and terms that stand in none of them. HSDS has no
    object for a whole directory; `nrm.directory.hsds_json` reads this list.
    """
    nest = _Nest(rows)
    objects = [nest.made(row) for row in nest.of("organization")]
    for table, telling in _TELLING.items():
        objects += [telling | nest.made(row) for row in nest.of(table) if id(row) not in nest.used]
    return objects, [row for row in nest.rows if id(row) not in nest.used]


class _Nest:
    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)
        self.used: set[int] = set()
        self.named = {(row.table, row.cell("id")): row for row in self.rows}
        self.inside: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in self.rows:
            for above in _LIST_PARENTS.get(row.table, ()):
                if name := _names(row, above):
                    self.inside[row.table, above, name].append(row)

    def of(self, table: str) -> list[Row]:
        return [row for row in self.rows if row.table == table]

    def made(self, row: Row) -> dict[str, Any]:
        """Return the object of `row` with all that stands in it."""
        self.used.add(id(row))
        shape = TABLES[row.table]
        standing = (above for above in _LIST_PARENTS[row.table] if (above, _names(row, above)) in self.named)
        gone = {column for above in standing for column in link_columns(row.table, above, "")}
        cells = {column: cell for column, cell in row.cells.items() if cell and column not in gone}
        made: dict[str, Any] = {column: _value(column, cell) for column, cell in cells.items()}
        for key, within in shape.singles.items():
            single = self.named.get((within, row.cell(f"{within}_id")))
            if single is not None and (made_single := self._single(row, single)):
                made.pop(f"{within}_id", None)
                made[key] = made_single
        for key, within in shape.lists.items():
            several = [self.made(one) for one in self.inside[within, row.table, row.cell("id")]]
            if several:
                made[key] = several
        return made

    def _single(self, row: Row, single: Row) -> dict[str, Any]:
        if row.table == "service_at_location":
            # The place stands in full elsewhere in the list; the service is what this stands in.
            kept = ("id", "location_type") if single.table == "location" else ()
            return {column: single.cell(column) for column in kept}
        return self.made(single) if single.table != "organization" else {}


def _names(row: Row, above: str) -> str:
    if row.table in {"attribute", "metadata"}:
        of_id, of_table = link_columns(row.table, above, "")
        return row.cell(of_id) if row.cell(of_table) == above else ""
    return row.cell(f"{above}_id")


def _value(column: str, cell: str) -> Any:  # noqa: ANN401 - text or a number
    """Return a number where HSDS has one and nothing is lost: an extension of `007` stays text."""
    if column not in NUMBERS:
        return cell
    for kind in (int, float):
        try:
            number = kind(cell)
        except ValueError:
            continue
        if repr(number) == cell:
            return number
    return cell
