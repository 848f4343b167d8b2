"""One row made readable and turned into its model; what cannot be read is left out and reported, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid5

from pydantic import ValidationError

from nrm.directory import clean
from nrm.directory.clean import Cleaned
from nrm.directory.service import LONGEST_ID, Carried, Part

if TYPE_CHECKING:
    from collections.abc import Callable

    from nrm.directory.reading import Report, Row

NAMESPACE = UUID("6f0d3b0e-8c35-5d0b-9a52-0d1f6f3c2a77")
"""Names the ids that we derive for rows without one (UUID version 5, RFC 9562): the same row always gets the same."""

K = TypeVar("K", bound=Part)


def _whole(raw: str) -> Cleaned:
    number = raw.removesuffix(".0")
    return Cleaned(number) if not raw or (number.isascii() and number.isdigit()) else Cleaned("", "no whole number")


def _frequency(raw: str) -> Cleaned:
    word = raw.upper()
    known = {"", "WEEKLY", "MONTHLY"}
    return Cleaned(word, "" if word == raw else "a misspelt word") if word in known else Cleaned("", "an unknown word")


def _location_type(raw: str) -> Cleaned:
    word = raw.casefold()
    if word in {"physical", "postal", "virtual", "redacted"}:
        return Cleaned(word, "" if word == raw else "a misspelt word")
    # A word that we do not know may mean that the place is secret, so the place is not shown.
    return Cleaned("redacted", "an unknown type of place") if word else Cleaned("physical", "no type of place")


VALUES: dict[tuple[str, str], Callable[[str], Cleaned]] = {
    ("service", "status"): clean.status,
    ("service", "minimum_age"): clean.age,
    ("service", "maximum_age"): clean.age,
    ("service", "assured_date"): clean.day,
    ("schedule", "valid_from"): clean.day,
    ("schedule", "valid_to"): clean.day,
    ("schedule", "opens_at"): clean.time,
    ("schedule", "closes_at"): clean.time,
    ("schedule", "freq"): _frequency,
    ("address", "country"): clean.country,
    ("location", "location_type"): _location_type,
    ("service_capacity", "available"): _whole,
    ("service_capacity", "maximum"): _whole,
}
"""How the cells of a column are read, where they are more than text."""

_WHOLE = frozenset({"minimum_age", "maximum_age", "available", "maximum"})
_DEGREES = frozenset({"latitude", "longitude"})


def readable(row: Row, report: Report) -> None:
    """Make every cell of `row` readable."""
    for column, raw in row.cells.items():
        _change(row, column, clean.text(raw), report)
    for (table, column), read in VALUES.items():
        if table == row.table:
            _change(row, column, read(row.cell(column)), report)
    if row.table == "language" and row.cell("name") and not row.cell("code"):
        row.cells["code"] = clean.language_code(row.cell("name"))


def _change(row: Row, column: str, cleaned: Cleaned, report: Report) -> None:
    row.cells[column] = cleaned.text
    if cleaned.reason:
        how = "it was read as what it means" if cleaned.text else "the cell was left out"
        report.repair(row, column, cleaned.reason, how)


def with_id(row: Row, links: frozenset[str], seen: dict[str, dict[str, str]], report: Report) -> None:
    """Give `row` an id of its own if it has none, or one that stands for another row; `seen` grows.

    Rows that differ only in `links`, the columns that name their parents, are one thing that belongs to several.
    """
    name = row.cell("id")
    said = {column: cell for column, cell in row.cells.items() if cell and column != "id"}
    own = {column: cell for column, cell in said.items() if column not in links}
    too_long = len(name) > LONGEST_ID
    if not name or too_long or seen.setdefault(name, own) != own:
        reason = "an id that is too long" if too_long else "an id that stands twice" if name else "no id"
        row.cells["id"] = str(uuid5(NAMESPACE, "\x1f".join([row.table, name, *map("=".join, sorted(said.items()))])))
        report.repair(row, "id", reason, "an id was derived from the row")


def built(kind: type[K], row: Row, report: Report, **more: Any) -> K | None:  # noqa: ANN401 - parts of any kind
    """Return `row` as a `kind`, or None when it does not fit; it is accepted or refused here."""
    named: dict[str, Any] = {"more": {}, **more}
    for column, cell in row.cells.items():
        if cell and column in kind.model_fields and not (kind is Carried and column != "id"):
            named[column] = int(cell) if column in _WHOLE else float(cell) if column in _DEGREES else cell
        elif cell:
            named["more"][column] = cell
    try:
        part = kind.model_validate(named)
    except ValidationError as refused:
        column = str(refused.errors()[0]["loc"][0])
        report.refuse(row, column, "a value that does not fit")
        return None
    report.accept(row)
    return part
