"""The tables of HSDS 3.1: their files, their columns, and how JSON nests one in another.

Names and columns are those of the specification, https://docs.openreferral.org/en/3.1/hsds/schema_reference.html.
Every form of HSDS (nested JSON, tabular CSV, older tabular CSV) is read into rows of these tables and written from
them, so that one module alone (`nrm.directory.assemble`) knows what a row means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Table:
    """One table; `lists` and `singles` give for each key of its JSON object the table that stands there.

    A row of a list names its parent in the column `<parent>_id` (see `link_columns`); a single is named by its own
    parent, in the column `<table>_id`.
    """

    name: str
    file: str
    columns: tuple[str, ...]
    lists: Mapping[str, str] = field(default_factory=dict)
    singles: Mapping[str, str] = field(default_factory=dict)


def _table(name: str, file: str, columns: str, lists: str = "", singles: str = "") -> Table:
    pairs = [dict(pair.split("=") for pair in text.split()) for text in (lists, singles)]
    return Table(name, file, tuple(columns.split()), *pairs)


_COMMON = " attributes=attribute metadata=metadata"

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "organization",
            "organizations.csv",
            "id name alternate_name description email website tax_status tax_id year_incorporated legal_status logo uri"
            " parent_organization_id",
            "additional_websites=url funding=funding contacts=contact phones=phone locations=location programs=program"
            " organization_identifiers=organization_identifier services=service" + _COMMON,
        ),
        _table(
            "service",
            "services.csv",
            "id organization_id program_id name alternate_name description url email status interpretation_services"
            " application_process fees_description wait_time fees accreditations eligibility_description minimum_age"
            " maximum_age assured_date assurer_email licenses alert last_modified",
            "additional_urls=url phones=phone schedules=schedule service_areas=service_area"
            " service_at_locations=service_at_location languages=language funding=funding cost_options=cost_option"
            " required_documents=required_document contacts=contact capacities=service_capacity" + _COMMON,
            "organization=organization program=program",
        ),
        _table(
            "location",
            "locations.csv",
            "id location_type url organization_id name alternate_name description transportation latitude longitude"
            " external_identifier external_identifier_type",
            "languages=language addresses=address contacts=contact accessibility=accessibility phones=phone"
            " schedules=schedule" + _COMMON,
        ),
        _table(
            "service_at_location",
            "service_at_location.csv",
            "id service_id location_id description",
            "service_areas=service_area contacts=contact phones=phone schedules=schedule" + _COMMON,
            "location=location service=service",
        ),
        _table(
            "address",
            "addresses.csv",
            "id location_id attention address_1 address_2 city region state_province postal_code country address_type",
            _COMMON,
        ),
        _table(
            "phone",
            "phones.csv",
            "id location_id service_id organization_id contact_id service_at_location_id number extension type"
            " description",
            "languages=language" + _COMMON,
        ),
        _table(
            "schedule",
            "schedules.csv",
            "id service_id location_id service_at_location_id valid_from valid_to dtstart timezone until count wkst"
            " freq interval byday byweekno bymonthday byyearday description opens_at closes_at schedule_link"
            " attending_type notes",
            _COMMON,
        ),
        _table(
            "service_area",
            "service_areas.csv",
            "id service_id service_at_location_id name description extent extent_type uri",
            _COMMON,
        ),
        _table("language", "languages.csv", "id service_id location_id phone_id name code note", _COMMON),
        _table("accessibility", "accessibility.csv", "id location_id description details url", _COMMON),
        _table(
            "service_capacity",
            "service_capacity.csv",
            "id service_id unit_id available maximum description updated",
            _COMMON,
            "unit=unit",
        ),
        _table("unit", "units.csv", "id name scheme identifier uri", _COMMON),
        _table(
            "attribute",
            "attributes.csv",
            "id link_id taxonomy_term_id link_type link_entity value label",
            "metadata=metadata",
            "taxonomy_term=taxonomy_term",
        ),
        _table(
            "taxonomy_term",
            "taxonomy_terms.csv",
            "id code name description parent_id taxonomy language taxonomy_id term_uri",
            "metadata=metadata",
            "taxonomy_detail=taxonomy",
        ),
        _table("taxonomy", "taxonomies.csv", "id name description uri version", "metadata=metadata"),
        _table(
            "contact",
            "contacts.csv",
            "id organization_id service_id service_at_location_id location_id name title department email",
            "phones=phone" + _COMMON,
        ),
        _table("program", "programs.csv", "id organization_id name alternate_name description", _COMMON),
        _table("funding", "funding.csv", "id organization_id service_id source", _COMMON),
        _table(
            "cost_option",
            "cost_options.csv",
            "id service_id valid_from valid_to option currency amount amount_description",
            _COMMON,
        ),
        _table("required_document", "required_documents.csv", "id service_id document uri", _COMMON),
        _table(
            "organization_identifier",
            "organization_identifiers.csv",
            "id organization_id identifier_scheme identifier_type identifier",
            _COMMON,
        ),
        _table("url", "url.csv", "id organization_id service_id label url", _COMMON),
        _table(
            "metadata",
            "metadata.csv",
            "id resource_id resource_type last_action_date last_action_type field_name previous_value"
            " replacement_value updated_by",
        ),
        _table("meta_table_description", "meta_table_descriptions.csv", "id name language character_set", _COMMON),
    )
}
"""Every table of HSDS 3.1 by name."""

NUMBERS = frozenset(
    {"year_incorporated", "minimum_age", "maximum_age", "latitude", "longitude", "timezone", "count", "interval"}
    | {"available", "maximum", "amount", "extension"}
)
"""Columns that JSON writes as numbers."""

_SPECIAL_LINKS = {"attribute": ("link_id", "link_entity"), "metadata": ("resource_id", "resource_type")}


def link_columns(table: str, parent: str, parent_id: str) -> dict[str, str]:
    """Return the cells with which a row of `table` names its parent.

    >>> link_columns("phone", "service", "7"), link_columns("attribute", "service", "7")
    ({'service_id': '7'}, {'link_id': '7', 'link_entity': 'service'})
    """
    if table in _SPECIAL_LINKS:
        of_id, of_table = _SPECIAL_LINKS[table]
        return {of_id: parent_id, of_table: parent}
    return {f"{parent}_id": parent_id}
