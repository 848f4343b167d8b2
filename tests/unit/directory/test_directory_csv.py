"""Tabular HSDS as it really is: every row is imported or refused, and every fault is reported with its place."""

from __future__ import annotations

import json

import pytest
from directories import ORGANISATIONS, SERVICES, csv_text, found, read, write
from hypothesis import given, settings
from hypothesis import strategies as st

from nrm.directory.hsds_csv import read_csv_folder
from nrm.directory.importing import read_hsds
from nrm.directory.place import Box, Point, box
from nrm.directory.reading import Report
from nrm.errors import FileRefusedError, UnknownNameError

LINK = "id,service_id,location_id\nat1,s1,l1\n"
FRANCE = Box(41, -6, 52, 10)


def one_service(tmp_path, services=SERVICES, **files):
    return read(write(tmp_path, organizations=ORGANISATIONS, services=services, **files), FRANCE)


@pytest.mark.parametrize(
    ("latitude", "longitude", "kept", "reason"),
    [
        ("48.85", "2.35", (48.85, 2.35), None),
        ("2.35", "48.85", (48.85, 2.35), "reversed coordinates"),
        ("0", "0", (None, None), "coordinates 0, 0"),
        ("0.0", "-0", (None, None), "coordinates 0, 0"),
        ("25.77", "-80.19", (None, None), "coordinates outside the country"),
        ("480", "2.35", (None, None), "coordinates outside the earth"),
        ("48.85", "", (None, None), "coordinates that are no two numbers"),
        ("48.85", "nan", (None, None), "coordinates outside the earth"),
        ("", "", (None, None), None),
    ],
)
def test_coordinates_are_believed_only_if_they_are_sane(tmp_path, latitude, longitude, kept, reason):
    locations = csv_text(["id", "location_type", "latitude", "longitude"], [["l1", "physical", latitude, longitude]])
    directory, report = one_service(tmp_path, locations=locations)
    place = directory.location["src", "l1"]
    assert (place.latitude, place.longitude) == kept
    assert [one.reason for one in report.findings] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("said", "read_as", "reason"),
    [
        ("active", "active", None),
        ("Actve", "active", "a misspelt status"),
        ("inactve", "inactive", "a misspelt status"),
        ("temporarily_closed", "temporarily closed", "a misspelt status"),
        ("nactive", "unknown", "a status that HSDS does not have"),
        ("", "unknown", "no status"),
        ("open", "unknown", "a status that HSDS does not have"),
    ],
)
def test_a_status_is_never_guessed(tmp_path, said, read_as, reason):
    directory, report = one_service(tmp_path, SERVICES.replace("active", said))
    assert directory.services[0].status == read_as
    assert [one.reason for one in report.findings] == ([reason] if reason else [])


def test_blank_and_double_ids_and_dangling_names_are_told_with_their_row(tmp_path):
    services = SERVICES + ",o1,No id,active\ns1,o1,Another,active\ns1,o1,Night shelter,active\ns2,o9,Far,active\n"
    phones = "id,service_id,number\np1,s1,1\n,s1,2\np1,s2,3\np4,s9,4\np5,,5\np6,s1,\np1,s2,1\n"
    directory, report = one_service(tmp_path, services, phones=phones)
    assert found(report) == [
        ("services.csv", "3", "id", "a blank id", "refused"),
        ("services.csv", "4", "id", "an id that stands twice", "refused"),
        ("services.csv", "5", "id", "the same row twice", "repaired"),
        ("services.csv", "6", "organization_id", "it names an organisation that is not there", "repaired"),
        ("phones.csv", "3", "id", "no id", "repaired"),
        ("phones.csv", "4", "id", "an id that stands twice", "repaired"),
        ("phones.csv", "5", "service_id", "it names nothing that is there", "refused"),
        ("phones.csv", "6", "id", "it names nothing that it belongs to", "refused"),
        ("phones.csv", "7", "number", "the row says nothing", "refused"),
    ]
    assert [sorted(phone.number for phone in one.phones) for one in directory.services] == [["1", "2"], ["1", "3"]]
    assert directory.organisation_of(directory.services[1]) is None


def test_ages_dates_times_and_texts_are_read_or_left_out(tmp_path):
    services = csv_text(
        ["id", "organization_id", "name", "status", "minimum_age", "maximum_age", "assured_date", "description"],
        [
            ["s1", "o1", "A", "active", "18.0", "", "31/01/2026", "<p>Beds</p> &amp; food<br>for all"],
            ["s2", "o1", "B", "active", "60", "18", "03/04/2026", "write to <info@example.org>"],
            ["s3", "o1", "", "active", "adult", "200", "2026-02-30", r"one\ntwo"],
        ],
    )
    schedules = "id,service_id,opens_at,closes_at\nh1,s1,9:00am,noon\n"
    directory, report = one_service(tmp_path, services, schedules=schedules)
    first, second, third = directory.services
    assert (first.minimum_age, str(first.assured_date), first.description) == (
        18,
        "2026-01-31",
        "Beds\n& food\nfor all",
    )
    assert (second.minimum_age, second.maximum_age, second.assured_date) == (None, None, None)
    assert (third.name, third.minimum_age, third.maximum_age, third.description) == ("s3", None, None, "one\ntwo")
    assert second.description == "write to <info@example.org>"
    assert (first.schedules[0].opens_at, first.schedules[0].closes_at) == ("09:00", "")
    assert {(place, field, reason) for _, place, field, reason, _ in found(report)} == {
        ("2", "closes_at", "a time that cannot be read"),
        ("2", "minimum_age", "an age that is no whole number"),
        ("2", "assured_date", "a date in another form"),
        ("2", "description", "HTML or control characters in a text"),
        ("3", "assured_date", "a date that cannot be read"),
        ("3", "minimum_age", "a least age above the greatest"),
        ("4", "name", "no name"),
        ("4", "minimum_age", "an age that is no age"),
        ("4", "maximum_age", "an age that is no age"),
        ("4", "assured_date", "a date that cannot be read"),
        ("4", "description", r"a line end written as `\n`"),
    }


def test_one_file_may_hold_utf8_and_windows_1252(tmp_path):
    content = b"\xef\xbb\xbf" + "id,name,description\no1,Été,x\n".encode() + "o2,Été,x\n".encode("cp1252")
    directory, report = read(write(tmp_path, organizations=content, services=SERVICES))
    assert [one.name for one in directory.organisations] == ["Été", "Été"]
    assert found(report) == [("organizations.csv", "3", "", "it is not UTF-8", "repaired")]


def test_utf16_and_semicolons_of_spreadsheets_are_read(tmp_path):
    content = "id;name;description\no1;Open, Door;x\n".encode("utf-16")
    directory, report = read(write(tmp_path, organizations=content, services=SERVICES))
    assert (directory.organisations[0].name, found(report)) == ("Open, Door", [])


def test_rows_with_too_many_or_too_few_cells_or_broken_quotes_are_told(tmp_path):
    services = SERVICES + 's2,o1,B,active,more\ns3,o1,C\ns4,o1,"D" d,active\n\n , , ,\ns5,o1,E,active\n'
    directory, report = one_service(tmp_path, services)
    assert found(report)[:3] == [
        ("services.csv", "3", "", "it has more cells than there are headings", "refused"),
        ("services.csv", "4", "", "it has fewer cells than there are headings", "repaired"),
        ("services.csv", "5", "", "the quotes in this row are broken", "refused"),
    ]
    assert [one.id for one in directory.services] == ["s1", "s3", "s5"]
    assert (report.rows["services.csv"], report.imported["services.csv"]) == (5, 3)


def test_a_quote_that_is_never_closed_refuses_the_file(tmp_path):
    with pytest.raises(FileRefusedError, match="a quote is opened and never closed"):
        one_service(tmp_path, SERVICES + 's2,o1,"B,active\ns3,o1,C,active\n')


@pytest.mark.parametrize("files", [{}, {"organizations": ORGANISATIONS}])
def test_a_folder_without_services_is_refused(tmp_path, files):
    with pytest.raises(FileRefusedError, match=r"no CSV or JSON file|no `services\.csv`"):
        read_hsds(write(tmp_path, **files), "src")


def test_one_csv_file_alone_is_no_directory_and_the_folder_is_asked_for(tmp_path):
    folder = write(tmp_path, services=SERVICES)
    with pytest.raises(FileRefusedError, match=r"^services\.csv: one CSV file alone .*; name the folder it is in$"):
        read_hsds(folder / "services.csv", "src")


def test_an_unknown_type_of_place_is_kept_secret(tmp_path):
    locations = "id,location_type,latitude,longitude\nl1,confidential,48.85,2.35\n"
    addresses = "id,location_id,address_1\na1,l1,1 Hidden Street\n"
    directory, report = one_service(tmp_path, locations=locations, addresses=addresses, service_at_location=LINK)
    place = directory.location["src", "l1"]
    assert (place.location_type, place.latitude, place.addresses) == ("redacted", None, ())
    assert [one.reason for one in report.findings] == [
        "an unknown type of place", "a redacted place with coordinates", "an address of a redacted place",
    ]  # fmt: skip


def test_the_older_layout_reads_as_todays(tmp_path):
    directory, report = one_service(
        tmp_path,
        "id,organization_id,name,status\ns1,o1,Shelter,active\n",
        locations="id,organization_id,name\nl1,o1,House\n",
        services_at_location=LINK,
        eligibility="id,service_id,eligibility\n,s1,Women\n,,Lost\n",
        languages="id,service_id,location_id,language\n1,s1,l1,French\n1,s1,l1,Creole\n",
        physical_addresses="id,location_id,address_1,city,country\na1,l1,1 Main Street,Lyon,France\na2,l1,,,\n",
        regular_schedules="id,service_id,weekday,opens_at,closes_at,original_text\n,s1,Monday,9:00am,5:00pm,Mon 9-5\n",
        accessibility_for_disabilities="id,location_id,accessibility,details\n1,l1,ramp,\n",
        taxonomy="id,name,parent_id,vocabulary\nBH-1,Crisis Shelter,B,AIRS\n",
        services_taxonomy="id,service_id,taxonomy_id,taxonomy_detail\n1,s1,BH-1,\n2,s1,XX,\n",
    )
    service, place = directory.services[0], directory.locations[0]
    assert (service.eligibility_description, service.term_ids) == ("Women", ("BH-1", "XX"))
    assert sorted((one.name, one.code) for one in service.languages) == [("Creole", ""), ("French", "fr")]
    assert service.languages == place.languages
    schedule = service.schedules[0]
    assert (schedule.freq, schedule.byday, schedule.opens_at, schedule.closes_at) == ("WEEKLY", "MO", "09:00", "17:00")
    assert [(one.address_type, one.country) for one in place.addresses] == [("physical", "FR")]
    assert [one.description for one in place.accessibility] == ["ramp"]
    assert directory.term["src", "BH-1"].taxonomy == "AIRS"
    assert directory.locations_of(service) == (place,)
    assert {(file, field) for file, _, field, _, done in found(report) if done == "refused"} == {
        ("eligibility.csv", "service_id"), ("physical_addresses.csv", "address_1"),
    }  # fmt: skip


def test_a_table_that_nothing_reads_is_carried_and_a_column_too(tmp_path):
    services = "id,organization_id,name,status,fees,house_colour\ns1,o1,A,active,free,blue\n"
    directory, report = one_service(tmp_path, services, payments_accepted="id,service_id,payment\nx,s1,cash\n")
    assert directory.services[0].more == {"fees": "free", "house_colour": "blue"}
    assert [(one.table, one.more) for one in directory.carried] == [
        ("payments_accepted", {"service_id": "s1", "payment": "cash"})
    ]
    assert found(report) == []


CELLS = st.sampled_from(
    ["", "s1", "s2", "o1", "l1", "x", "<b>", "-1", "5", "active", "0", "2026-01-01", "é", '"', "a,b"]
)
HEADINGS = {
    "services": ["id", "organization_id", "name", "status", "minimum_age"],
    "organizations": ["id", "name"],
    "locations": ["id", "latitude", "longitude", "location_type"],
    "phones": ["id", "service_id", "location_id", "contact_id", "number"],
    "languages": ["id", "service_id", "phone_id", "language"],
    "services_at_location": ["id", "service_id", "location_id"],
    "service_capacity": ["id", "service_id", "unit", "available"],
    "eligibility": ["id", "service_id", "eligibility"],
    "attributes": ["id", "link_id", "link_entity", "taxonomy_term_id"],
    "contacts": ["id", "service_id", "name"],
}
ROWS = {name: st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=5) for name in HEADINGS}


@settings(max_examples=150)
@given(rows=st.fixed_dictionaries(ROWS))
def test_rows_in_are_rows_imported_and_rows_refused_for_any_files(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("any")
    directory, report = read(write(folder, **{name: csv_text(HEADINGS[name], some) for name, some in rows.items()}))
    for name, some in rows.items():
        file, told = f"{name}.csv", sum(any(cell.strip() for cell in row) for row in some)
        assert report.rows[file] == told == report.imported[file] + report.refused[file]
        assert report.refused[file] == sum(one.file == file and one.done == "refused" for one in report.findings)
    # What was imported is there, unless the same row stood there already.
    same = sum(one.reason == "the same row twice" for one in report.findings)
    tops = sum(report.imported[f"{name}.csv"] for name in ("services", "organizations", "locations"))
    assert tops == len(directory.services) + len(directory.organisations) + len(directory.locations) + same
    assert report.imported["contacts.csv"] <= len(directory.carried)


@settings(max_examples=150)
@given(content=st.binary(max_size=80) | st.text('id,name"\n\r;\tsé1', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_reason(tmp_path_factory, content):
    folder = write(tmp_path_factory.mktemp("bytes"), services=SERVICES.encode() + content, phones=content)
    problems, report = [], Report()
    try:
        read_csv_folder(folder, report)
    except FileRefusedError as refused:
        problems = refused.problems
    assert {problem.file for problem in problems} <= {"services.csv", "phones.csv"}
    if not problems:
        assert read(folder)[1].lost() == ()


def test_a_datapackage_says_which_table_a_file_of_another_name_is(tmp_path):
    files = {"organizations": ORGANISATIONS, "our_services_2026": SERVICES}
    package = {"resources": [{"path": "data/our_services_2026.csv", "name": "service"}, {"name": "no path"}]}
    write(tmp_path, **files)
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    directory, report = read(tmp_path)
    assert ([one.id for one in directory.services], found(report)) == (["s1"], [])


@pytest.mark.parametrize("package", ["../../datapackage.json", "{}", "[]", '{"resources": 5}', '{"resources": [5]}'])
def test_a_datapackage_that_cannot_be_read_is_told_and_not_needed(tmp_path, package):
    write(tmp_path, organizations=ORGANISATIONS, services=SERVICES)
    (tmp_path / "datapackage.json").write_text(package, encoding="utf-8")
    directory, report = read(tmp_path)
    assert len(directory.services) == 1
    assert found(report) == [("datapackage.json", "", "", "the datapackage cannot be read", "repaired")]


def test_a_heading_that_stands_twice_refuses_the_file(tmp_path):
    with pytest.raises(FileRefusedError, match=r"services\.csv:1: a heading stands twice"):
        one_service(tmp_path, "id,name,Name\ns1,A,B\n")


def test_a_box_may_cross_the_date_line_and_must_be_on_earth():
    fiji = box("-21,176,-12,-178")
    assert [fiji.holds(Point(-17, longitude)) for longitude in (178, -179, 170, 0)] == [True, True, False, False]
    for wrong in ("", "1,2,3", "10,0,5,1", "-91,0,5,1", "0,0,nan,1", "0,0,1,181"):
        with pytest.raises(UnknownNameError, match="is not a box on earth"):
            box(wrong)
