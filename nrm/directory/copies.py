"""Copies of one thing made one row: HSDS repeats an object wherever it belongs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from nrm.directory.tops import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.directory.reading import Row


def without_copies(rows: Iterable[Row]) -> list[Row]:
    """Return one row for all copies of one object, in the order in which objects first stand.

    A thing with an identity of its own may stand in short, with few of its cells. A part may not: what stands in two
    places is the same only if it says the same, and it then belongs to both. Copies that contradict each other stay.
    """
    kept: list[Row] = []
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        same = found[row.table, row.cell("id")] if row.cell("id") else []
        into = next((other for other in same if _are_one(other, row)), None)
        if into is None:
            same.append(row)
            kept.append(row)
        else:
            into.cells |= _said(row)
    return kept


def _are_one(first: Row, second: Row) -> bool:
    one, other = _said(first), _said(second)
    if any(one[column] != other[column] for column in one.keys() & other.keys()):
        return False
    return first.table in KINDS or _own(one) == _own(other)


def _said(row: Row) -> dict[str, str]:
    return {column: cell for column, cell in row.cells.items() if cell}


def _own(cells: dict[str, str]) -> dict[str, str]:
    return {column: cell for column, cell in cells.items() if not column.endswith("_id")}
