"""What HSDS can carry comes back as it was; what is confidential never goes out."""

from __future__ import annotations

import json

from directories import WORDS, directories, read, read_objects
from hypothesis import given, settings
from hypothesis import strategies as st

from nrm.directory.hsds_export import csv_files, exported
from nrm.directory.nest import nested
from nrm.directory.service import Address, Carried, Directory, Location, Organisation, Service, ServiceAtLocation
from nrm.directory.sidecar import ServiceName, Sidecar
from nrm.directory.store import read_directory, to_bytes

STREET = "48 Rue du Refuge"


def as_csv(rows, folder):
    for name, text in csv_files(rows).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def sidecar(**more):
    return Sidecar(service=ServiceName(source="src", id="s1"), **more)


@settings(max_examples=60)
@given(directory=directories())
def test_import_after_export_is_the_same_directory_in_csv_and_in_json(tmp_path_factory, directory):
    folder = tmp_path_factory.mktemp("trip")
    rows, withheld = exported(directory, "src", ())
    objects, left = nested(rows)
    if directory.services:
        back, report = read(as_csv(rows, folder))
        assert (back, report.refused.total(), withheld) == (directory, 0, ())
    back, report = read_objects(folder, objects)
    assert (back, report.refused.total(), left) == (directory, 0, [])


@settings(max_examples=40)
@given(directory=directories())
def test_our_own_file_holds_all_and_the_same_directory_gives_the_same_bytes(tmp_path_factory, directory):
    path = tmp_path_factory.mktemp("own") / "directory.json"
    path.write_bytes(to_bytes(directory))
    assert read_directory(path) == directory
    assert to_bytes(read_directory(path)) == path.read_bytes()


def secret_directory(name, text):
    place = Location(id="l1", source="src", name=name, description=f"back yard {name}", latitude=48.1, longitude=2.2,
                     addresses=(Address(id="a1", address_1=STREET, city="Lyon"),))  # fmt: skip
    public = Location(id="l2", source="src", addresses=(Address(id="a2", address_1="1 Main Street"),))
    at = tuple(ServiceAtLocation(id=f"at{one}", location_id=f"l{one}", description=f"at {one}") for one in (1, 2))
    service = Service(id="s1", source="src", organization_id="o1", name="Shelter", status="active", at=at, alert=text)
    history = Carried(id="m1", source="src", table="metadata",
                      more={"resource_id": "l1", "resource_type": "location", "previous_value": name})  # fmt: skip
    return Directory(
        organisations=(Organisation(id="o1", source="src", name="Door", description=f"Come to {text}"),),
        services=(service,),
        locations=(place, public),
        carried=(history,),
    )


HOW_IT_IS_SECRET = st.sampled_from(
    [
        {"confidential_address": f"{STREET}\n69001 Lyon"},
        {"confidential_address": "48, rue du  REFUGE; 69001 Lyon"},
        {"confidential_address": "48 rue du Refuge, third floor, Lyon"},
        {"hidden_locations": ("l1",), "confidential_address": STREET},
    ]
)


@settings(max_examples=40)
@given(before=WORDS, after=WORDS, record=HOW_IT_IS_SECRET)
def test_a_confidential_location_appears_in_no_export(before, after, record):
    marked = "Zufluchtsort"
    directory = secret_directory(marked, f"{before} ({STREET.upper()}) {after}")
    secret = sidecar(**record)
    rows, withheld = exported(directory, "src", [secret])
    written = json.dumps(nested(rows)[0], ensure_ascii=False) + "".join(csv_files(rows).values())
    for word in (marked, "refuge", "48.1", "at 1", "l1"):
        assert word.casefold() not in written.casefold(), word
    assert "1 Main Street" in written
    assert {(one.table, one.id, one.column) for one in withheld} == {
        ("location", "l1", ""), ("service", "s1", "alert"), ("organization", "o1", "description"),
    }  # fmt: skip
    assert "refuge" not in repr((secret, withheld)).casefold()


def test_a_confidential_house_without_a_number_is_found_by_its_name():
    house = Location(id="l1", source="src", addresses=(Address(id="a", address_1="Rose House", city="Ely"),))
    other = Location(id="l2", source="src", addresses=(Address(id="b", address_1="Rose Hall", city="Ely"),))
    record = sidecar(confidential_address="Rose House, Ely")
    rows, _ = exported(Directory(locations=(house, other)), "src", [record])
    assert {row.cell("id") for row in rows} == {"l2", "b"}


def test_a_place_that_its_source_redacted_is_not_exported():
    directory = Directory(locations=(Location(id="l1", source="src", location_type="redacted", name="House"),))
    rows, withheld = exported(directory, "src", ())
    assert (rows, [one.id for one in withheld]) == ([], ["l1"])


def test_types_and_genders_are_ours_and_stay_here():
    service = Service(id="s", source="src", organization_id="o", name="S", status="active", types=("legal_aid",))
    rows, _ = exported(Directory(services=(service,)), "src", ())
    assert [row.cells for row in rows] == [{"id": "s", "organization_id": "o", "name": "S", "status": "active"}]


def test_another_source_is_not_exported_with_this_one():
    both = tuple(Organisation(id="o", source=source, name=source) for source in ("aaa", "src"))
    rows, _ = exported(Directory(organisations=both), "src", ())
    assert [row.cell("name") for row in rows] == ["src"]


def test_a_number_that_json_would_change_stays_text():
    phone = {"table": "phone", "more": {"contact_id": "c1", "number": "1", "extension": "007"}}
    contact = {"table": "contact", "more": {"organization_id": "o1", "name": "Desk"}}
    some = (Carried(id="c1", source="src", **contact), Carried(id="p1", source="src", **phone))
    directory = Directory(organisations=(Organisation(id="o1", source="src", name="O"),), carried=some)
    objects, left = nested(exported(directory, "src", ())[0])
    assert objects[0]["contacts"] == [
        {"id": "c1", "name": "Desk", "phones": [{"id": "p1", "number": "1", "extension": "007"}]}
    ]
    assert left == []


def test_a_row_that_no_object_can_hold_is_named():
    lonely = Carried(id="u1", source="src", table="meta_table_description", more={"name": "x"})
    _, left = nested(exported(Directory(carried=(lonely,)), "src", ())[0])
    assert [(row.table, row.cell("id")) for row in left] == [("meta_table_description", "u1")]
