"""Older tabular layouts of HSDS, as real 211 exports have them, translated into the tables of HSDS 3.1.

HSDS 1.1 and 2.0: https://docs.openreferral.org/en/1.1/ and https://docs.openreferral.org/en/2.0.1/. Files and columns
whose names did not change are not listed here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nrm.directory.clean import WEEKDAYS
from nrm.directory.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Layout:
    """One file: its table today, new names of columns, and cells that its name says instead of a column."""

    table: str
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


_ACCESSIBILITY = Layout("accessibility", {"accessibility": "description"})
_LINK = Layout("attribute", {"service_id": "link_id", "taxonomy_id": "taxonomy_term_id", "taxonomy_detail": "value"},
               {"link_entity": "service"})  # fmt: skip
_TERM = Layout("taxonomy_term", {"vocabulary": "taxonomy"})
_WEEKLY = Layout("schedule", {"weekday": "byday", "original_text": "description"}, {"freq": "WEEKLY"})

OLDER: dict[str, Layout] = {
    "accessibility_for_disabilities.csv": _ACCESSIBILITY,
    "eligibility.csv": Layout("eligibility"),
    "eligibilities.csv": Layout("eligibility"),
    "languages.csv": Layout("language", {"language": "name"}),
    "locations.csv": Layout("location", constants={"location_type": "physical"}),
    "organizations.csv": Layout("organization", {"url": "website"}),
    "physical_addresses.csv": Layout("address", constants={"address_type": "physical"}),
    "postal_addresses.csv": Layout("address", constants={"address_type": "postal"}),
    "regular_schedules.csv": _WEEKLY,
    "required_documents.csv": Layout("required_document"),
    "service_areas.csv": Layout("service_area", {"service_area": "name"}),
    "service_attributes.csv": _LINK,
    "service_taxonomy.csv": _LINK,
    "services_at_location.csv": Layout("service_at_location"),
    "services_at_locations.csv": Layout("service_at_location"),
    "services_taxonomy.csv": _LINK,
    "taxonomy.csv": _TERM,
}
"""For each file of an older layout: how it reads today. A column is renamed only where the new name is not there."""


def layout_of(file: str, described_as: str | None) -> Layout:
    """Return how the file named `file` reads; `described_as` is what a datapackage calls its table."""
    if file in OLDER:
        return OLDER[file]
    by_file = {table.file: name for name, table in TABLES.items()}
    return Layout(by_file.get(file) or described_as or file.removesuffix(".csv"))


def headings_today(layout: Layout, headings: list[str]) -> list[str]:
    """Return the headings of a file as HSDS 3.1 names them."""
    plain = [heading.strip().casefold() for heading in headings]
    return [layout.columns[one] if one in layout.columns and layout.columns[one] not in plain else one for one in plain]


def cells_today(layout: Layout, cells: dict[str, str]) -> dict[str, str]:
    """Return the cells of a row as HSDS 3.1 writes them: `Monday` is `MO`."""
    if layout is _WEEKLY:
        day = cells.get("byday", "").strip()
        cells["byday"] = WEEKDAYS.get(day.casefold(), day)
    missing = {column: said for column, said in layout.constants.items() if column not in cells}
    return cells | missing
