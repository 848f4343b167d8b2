"""Directories made up for tests: written by hand, and any that HSDS can carry."""

from __future__ import annotations

import csv
import json
from datetime import date
from io import StringIO
from pathlib import Path

from hypothesis import strategies as st

from nrm.directory.assemble import assembled
from nrm.directory.hsds_csv import read_csv_folder
from nrm.directory.hsds_json import read_json
from nrm.directory.reading import Report
from nrm.directory.service import (
    Accessibility,
    Address,
    Attribute,
    Carried,
    Directory,
    Language,
    Location,
    Organisation,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    Term,
)

SPEC = Path(__file__).resolve().parents[2] / "shared" / "data" / "hsds-spec-3.1"
MIAMI = SPEC.with_name("hsds-miami")

ORGANISATIONS = "id,name,description\no1,Open Door,Helps\n"
SERVICES = "id,organization_id,name,status\ns1,o1,Night shelter,active\n"


def write(folder, **files):
    """Write CSV files, by name without `.csv`, into a folder; text or bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def read(folder, box=None):
    """Return the directory in a folder of CSV files and the report."""
    report = Report()
    return assembled(read_csv_folder(folder, report), "src", report, box), report


def read_objects(tmp_path, objects, name="export.json"):
    """Return the directory of JSON objects and the report."""
    path = tmp_path / name
    path.write_text(json.dumps(objects), encoding="utf-8")
    report = Report()
    return assembled(read_json([path], report), "src", report), report


def found(report):
    """Return what a report says, in short."""
    return [(one.file, one.place, one.field, one.reason, one.done) for one in report.findings]


def csv_text(headings, rows):
    """Return CSV text."""
    stream = StringIO(newline="")
    csv.writer(stream).writerows([headings, *rows])
    return stream.getvalue()


WORDS = st.text("abcdeé ñش0123456789-.,;'\"()/:+", min_size=1, max_size=20).map(str.strip).filter(bool)
SAID = st.just("") | WORDS


@st.composite
def directories(draw):
    """Any directory of the source `src` that HSDS can carry."""
    numbers = iter(range(10_000))
    ids = (f"id{number:04}" for number in numbers)

    def parts(kind, **fields):
        drawn = draw(st.lists(st.fixed_dictionaries(fields), max_size=2))
        return tuple(kind(id=next(ids), **one) for one in drawn)

    def languages():
        return parts(Language, name=WORDS, code=st.sampled_from(["fr", "ar", "xx"]))

    def phones():
        return tuple(
            one.model_copy(update={"languages": languages()})
            for one in parts(Phone, number=WORDS, extension=SAID, type=SAID, description=SAID)
        )

    def schedules():
        days = st.none() | st.dates(date(1990, 1, 1), date(2090, 1, 1))
        return parts(Schedule, freq=st.just("WEEKLY"), byday=st.sampled_from(["MO", "TU,WE"]), valid_from=days,
                     opens_at=st.sampled_from(["", "09:00"]), description=SAID)  # fmt: skip

    def areas():
        return parts(ServiceArea, name=WORDS, extent=SAID)

    organisations = parts(Organisation, source=st.just("src"), name=WORDS, description=SAID, website=SAID,
                          more=st.fixed_dictionaries({}, optional={"legal_status": WORDS}))  # fmt: skip
    owners = [one.id for one in organisations] or ["nobody"]
    terms = parts(Term, source=st.just("src"), name=WORDS, taxonomy=WORDS, code=SAID)
    points = st.tuples(st.floats(-90, 90), st.floats(-180, 180)).filter(lambda point: point != (0, 0))
    locations = tuple(
        one.model_copy(
            update={
                "latitude": point and point[0],
                "longitude": point and point[1],
                "addresses": parts(Address, address_1=WORDS, city=SAID, country=st.sampled_from(["", "FR"])),
                "accessibility": parts(Accessibility, description=WORDS),
                "languages": languages(),
                "phones": phones(),
                "schedules": schedules(),
            }
        )
        for one in parts(Location, source=st.just("src"), name=SAID, organization_id=st.sampled_from(["", *owners]),
                         location_type=st.sampled_from(["physical", "postal", "virtual"]))
        for point in [draw(st.none() | points)]
    )  # fmt: skip
    places = [one.id for one in locations]
    ages = st.none() | st.integers(0, 150)
    services = tuple(
        one.model_copy(
            update={
                "languages": languages(),
                "phones": phones(),
                "schedules": schedules(),
                "service_areas": areas(),
                "attributes": parts(Attribute, taxonomy_term_id=st.sampled_from([t.id for t in terms] or ["none"])),
                "at": tuple(
                    at.model_copy(update={"phones": phones(), "schedules": schedules(), "service_areas": areas()})
                    for at in (parts(ServiceAtLocation, location_id=st.sampled_from(places)) if places else ())
                ),
            }
        )
        for one in parts(Service, source=st.just("src"), name=WORDS, organization_id=st.sampled_from(["", *owners]),
                         status=st.sampled_from(["active", "inactive", "unknown"]), description=SAID,
                         eligibility_description=SAID, minimum_age=ages,
                         assured_date=st.none() | st.just(date(2026, 1, 2)))
    )  # fmt: skip
    carried = tuple(
        Carried(id=next(ids), source="src", table="required_document", more={"service_id": one.id, "document": "form"})
        for one in services
    )
    return Directory(organisations=organisations, services=services, locations=locations, terms=terms, carried=carried)
