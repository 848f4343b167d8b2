"""HSDS as nested JSON: an object wherever it stands is one thing, and what is no HSDS is told."""

from __future__ import annotations

import pytest
from directories import found, read_objects
from hypothesis import given, settings
from hypothesis import strategies as st

from nrm.directory.importing import read_hsds
from nrm.directory.tables import TABLES
from nrm.errors import FileRefusedError

ORGANISATION = {"id": "o1", "name": "Open Door", "description": "Helps"}
PLACE = {"id": "l1", "location_type": "physical", "latitude": 48.85, "longitude": 2.35}
SERVICE = {
    "id": "s1",
    "name": "Shelter",
    "status": "active",
    "minimum_age": 18,
    "phones": [{"id": "p1", "number": "112", "extension": 7, "languages": [{"id": "g1", "name": "Arabic"}]}],
    "service_at_locations": [{"id": "at1", "location": {"id": "l1", "location_type": "physical"}}],
    "capacities": [{"id": "c1", "available": 2, "unit": {"id": "u1", "name": "bed"}, "updated": "2026-01-01"}],
    "attributes": [{"id": "x1", "taxonomy_term": {"id": "t1", "name": "Crisis Shelter", "description": ""}}],
}
FULL = ORGANISATION | {"locations": [PLACE], "services": [SERVICE]}


def check_whole(directory):
    service = directory.service["src", "s1"]
    assert (service.organization_id, service.minimum_age, service.term_ids) == ("o1", 18, ("t1",))
    assert (service.phones[0].extension, service.phones[0].languages[0].code) == ("7", "ar")
    assert (service.capacities[0].unit, service.capacities[0].available) == ("bed", 2)
    assert [one.latitude for one in directory.locations_of(service)] == [48.85]
    assert directory.organisation["src", "o1"].description == "Helps"


@pytest.mark.parametrize(
    "objects",
    [
        FULL,
        [FULL],
        {"contents": [FULL], "page_number": 1},
        [SERVICE | {"organization": {"id": "o1", "name": "Open Door"}}, PLACE, ORGANISATION],
        [PLACE, SERVICE | {"organization": ORGANISATION | {"locations": [PLACE]}}],
        [{"id": "at1", "location": PLACE, "service": SERVICE | {"organization": ORGANISATION}}],
    ],
)
def test_each_form_of_an_export_says_the_same(tmp_path, objects):
    directory, report = read_objects(tmp_path, objects)
    assert report.findings == []
    check_whole(directory)


def test_a_folder_of_files_is_one_export(tmp_path):
    read_objects(tmp_path, ORGANISATION | {"locations": [PLACE]}, "one.json")
    read_objects(tmp_path, SERVICE | {"organization": {"id": "o1", "name": "Open Door"}}, "two.json")
    directory, report = read_hsds(tmp_path, "src")
    check_whole(directory)
    assert (report.findings, set(report.rows)) == ([], {"one.json", "two.json"})


def test_what_is_no_object_of_hsds_is_refused_with_its_place(tmp_path):
    directory, report = read_objects(tmp_path, [FULL, 5, {"colour": "blue"}, ORGANISATION | {"phones": ["112"]}])
    check_whole(directory)
    assert found(report) == [
        ("export.json", "[1]", "", "it is no object that HSDS has", "refused"),
        ("export.json", "[2]", "", "it is no object that HSDS has", "refused"),
        ("export.json", "[3].phones[0]", "", "it is no object", "refused"),
    ]


def test_copies_that_contradict_each_other_are_told(tmp_path):
    directory, report = read_objects(tmp_path, [FULL, ORGANISATION | {"name": "Closed Door"}])
    assert directory.organisation["src", "o1"].name == "Open Door"
    assert found(report) == [("export.json", "[1]", "id", "an id that stands twice", "refused")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"id": ', "export.json:1: the JSON is broken here"),
        (b'[{"latitude": NaN}]', "export.json: the JSON is broken here"),
        (b'{"id": "\xe9"}', "export.json: the file is not UTF-8 text"),
        (b"[" * 100_000, "export.json: the JSON is broken here"),
    ],
)
def test_broken_json_refuses_the_file(tmp_path, content, said):
    path = tmp_path / "export.json"
    path.write_bytes(content)
    with pytest.raises(FileRefusedError) as refused:
        read_hsds(path, "src")
    assert str(refused.value).startswith(said)


OFTEN = st.sampled_from(["id", "name", "status", "phones", "services", "location", "organization", "attributes"])
KEYS = OFTEN | st.sampled_from(sorted({key for one in TABLES.values() for key in (*one.columns, *one.lists)}))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["s1", "x" * 300, "", "active"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=200)
@given(objects=ANYTHING)
def test_any_json_is_read_or_refused_and_no_row_is_lost(tmp_path_factory, objects):
    directory, report = read_objects(tmp_path_factory.mktemp("any"), objects)
    assert report.lost() == ()
    assert report.refused.total() == sum(one.done == "refused" for one in report.findings)
    assert len(directory.services) + len(directory.organisations) <= report.imported.total()


def test_what_belongs_to_a_thing_with_too_long_an_id_is_refused_with_it(tmp_path):
    long = SERVICE | {"id": "x" * 201}
    directory, report = read_objects(tmp_path, [long | {"organization": ORGANISATION}])
    assert directory.services == ()
    refused = {(place, reason) for _, place, _, reason, done in found(report) if done == "refused"}
    assert ("[0]", "an id that is too long") in refused
    assert ("[0].phones[0]", "it names nothing that is there") in refused
    assert ("[0].phones[0].languages[0]", "it names nothing that is there") in refused


def test_an_object_nested_without_end_is_refused_and_the_rest_is_read(tmp_path):
    inner = ORGANISATION | {"id": "deep"}
    for depth in range(20):
        service = {"id": f"s{depth}", "name": "S", "status": "active", "organization": inner}
        inner = {"id": f"o{depth}", "name": "O", "services": [service]}
    directory, report = read_objects(tmp_path, [inner])
    assert "it is nested too deep" in {one.reason for one in report.findings}
    assert report.lost() == ()
    assert len(directory.services) == 15
