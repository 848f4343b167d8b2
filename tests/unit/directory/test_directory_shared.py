"""The published examples and schemas of HSDS 3.1, and a whole real 211 directory."""

from __future__ import annotations

import csv
import json

import pytest
from directories import MIAMI, SPEC
from fakes import REAL, load
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from nrm.directory.hsds_export import csv_files, exported
from nrm.directory.importing import read_hsds
from nrm.directory.merge import merge
from nrm.directory.nest import nested
from nrm.directory.place import Box
from nrm.directory.service import Directory
from nrm.directory.sidecar import ServiceName, Sidecar
from nrm.directory.tables import NUMBERS, TABLES
from nrm.directory.taxonomy import classified, read_service_types

pytestmark = pytest.mark.shared_data

EXAMPLES = ["organization_full", "service_full", "service_at_location_full"]
UNITED_STATES = Box(17, -180, 72, -64)


@pytest.fixture(scope="module", autouse=True)
def _there():
    if not (SPEC.is_dir() and MIAMI.is_dir()):
        pytest.skip("REAL DIRECTORIES WERE NOT TESTED: ../shared/data/hsds-spec-3.1 and hsds-miami are not there")


@pytest.fixture(scope="module")
def schemas():
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SPEC.glob("[a-np-z]*.json")} | {
        path.name: json.loads(path.read_text(encoding="utf-8")) for path in SPEC.glob("organization*.json")
    }


def faults(schemas, name, thing):
    resources = [(file, Resource(schema, DRAFT202012)) for file, schema in schemas.items()]
    validator = Draft202012Validator(schemas[name], registry=Registry().with_resources(resources))
    return [f"{name} {error.json_path}: {error.message[:80]}" for error in validator.iter_errors(thing)]


def test_our_tables_have_the_columns_that_the_schemas_have(schemas):
    for name, table in TABLES.items():
        fields = schemas[f"{name}.json"]["properties"]
        scalar = [key for key, field in fields.items() if field.get("type") in {"string", "number", "boolean"}]
        assert set(table.columns) == set(scalar), name
        assert {column for column in scalar if fields[column]["type"] == "number"} == NUMBERS & set(scalar), name
        nested_keys = {key for key, field in fields.items() if field.get("type") == "array"}
        assert set(table.lists) - {"services"} == nested_keys, name
        assert set(table.singles) - {"service"} == {key for key, field in fields.items() if "$ref" in field}, name


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_read_whole_and_given_back_as_the_schemas_want_it(schemas, tmp_path, name):
    directory, report = read_hsds(SPEC / f"examples-{name}.json", "src")
    assert report.refused.total() == 0
    assert [one.reason for one in report.findings if one.field == "latitude"] == ["coordinates outside the earth"]
    sizes = [len(some) for some in (directory.organisations, directory.services, directory.locations, directory.terms)]
    assert sizes == [1, 1, 1, 1]
    objects, left = nested(exported(directory, "src", ())[0])
    assert (faults(schemas, "organization.json", objects[0]), left) == ([], [])
    assert faults(schemas, "service.json", objects[0]["services"][0]) == []
    path = tmp_path / "back.json"
    path.write_text(json.dumps(objects), encoding="utf-8")
    assert read_hsds(path, "src")[0] == directory


def test_a_fault_that_the_schemas_name_is_seen_by_this_test(schemas):
    assert faults(schemas, "service.json", {"id": "x", "name": "n", "status": "open"}) != []


def test_the_tabular_example_is_read_with_what_dangles_in_it():
    directory, report = read_hsds(SPEC / "examples-csv", "src")
    refused = [(one.file, one.reason) for one in report.findings if one.done == "refused"]
    assert refused == [("service_capacity.csv", "it names nothing that is there")]
    assert (report.rows.total(), report.imported.total(), len(directory.carried)) == (24, 23, 12)
    service = directory.services[0]
    assert (service.minimum_age, service.languages[0].code, service.phones[0].number) == (12, "ur", '"+44 1234 234567"')


@pytest.fixture(scope="module")
def miami():
    directory, report = read_hsds(MIAMI, "miami", UNITED_STATES)
    return directory, report


def test_no_row_of_a_real_directory_is_lost(miami):
    directory, report = miami
    for path in sorted(MIAMI.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            rows = sum(1 for _ in csv.DictReader(stream))
        assert rows == report.rows[path.name] == report.imported[path.name] + report.refused[path.name], path.name
    assert (len(directory.services), len(directory.organisations), len(directory.locations)) == (4089, 1074, 4089)
    assert {name: n for name, n in report.refused.items() if n} == {
        "accessibility_for_disabilities.csv": 2469, "eligibility.csv": 2244, "languages.csv": 7,
        "phones.csv": 22, "physical_addresses.csv": 30, "taxonomy.csv": 3,
    }  # fmt: skip


def test_services_for_trafficked_people_are_found_by_the_table_and_the_rest_is_listed(miami):
    table = read_service_types(REAL.rules / "directory", load(REAL).vocabulary)
    directory, unmapped = classified(miami[0], table)
    carrying = {term.id for term in directory.terms if "Human Trafficking Shelters" in term.name}
    shelters = [one for one in directory.services if carrying & set(one.term_ids)]
    assert len(shelters) == 3
    assert all("safe_accommodation" in one.types for one in shelters)
    mapped = {line.name.casefold() for line in table.terms}
    assert unmapped
    assert not [one for one in unmapped if one.name.casefold() in mapped]


def test_a_real_directory_comes_back_from_its_export_and_a_second_import_changes_nothing(miami, tmp_path):
    directory, _ = miami
    rows, withheld = exported(directory, "miami", ())
    for name, text in csv_files(rows).items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    back, report = read_hsds(tmp_path, "miami", UNITED_STATES)
    assert (back == directory, report.refused.total(), withheld) == (True, 0, ())
    changes = merge(directory, back, "miami")
    assert (len(changes.unchanged), changes.added, changes.changed, changes.gone) == (4089, (), (), ())
    assert merge(Directory(), back, "miami").directory == back


def test_a_hidden_place_of_a_real_directory_is_nowhere_in_its_export(miami):
    directory, _ = miami
    place = next(one for one in directory.locations if one.addresses and one.addresses[0].address_1[:1].isdigit())
    street = place.addresses[0].address_1
    same = [one.id for one in directory.locations if any(there.address_1 == street for there in one.addresses)]
    record = Sidecar(service=ServiceName(source="miami", id=place.id), confidential_address=street)
    rows, withheld = exported(directory, "miami", [record])
    assert not [row for row in rows if row.table == "location" and row.cell("id") in same]
    assert street.casefold() not in "".join(csv_files(rows).values()).casefold()
    assert set(same) <= {one.id for one in withheld if one.table == "location"}
