"""What the mechanism keeps of a service itself: read closed, shown never."""

from __future__ import annotations

from datetime import date

import pytest

from nrm.directory.service import Service
from nrm.directory.sidecar import read_sidecars, without_service
from nrm.errors import FileRefusedError

KEY = "age1" + "q" * 58
ADDRESS = "48 Rue du Refuge, Lyon"
WHOLE = f"""
services:
  - service: {{source: src, id: s1}}
    verified: 2026-01-10
    confidential_address: {ADDRESS}
    hidden_locations: [l1]
    capacity:
      - {{day: 2026-03-01, free: 3, unit: bed}}
      - {{day: 2026-03-01, free: 1, unit: cot}}
      - {{day: 2026-03-02, free: 0}}
    receiving_key: {KEY}
    confirmed: {{by: coordinator-2, on: 2026-01-09, how: phone}}
    conflicts:
      organisations: [{{source: src, id: o9}}]
      parties: [0123456789abcdef]
    safe_contact: {{use: [phone], never: [voicemail], rules: [Never say who calls]}}
    needs: [identity, contact]
    genders: [feminine]
"""


@pytest.fixture
def folder(tmp_path):
    def write(text, name="north.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_a_whole_record_is_read(folder):
    record = read_sidecars(folder(WHOLE))["src", "s1"]
    assert (record.usable_key, record.verified, record.needs) == (KEY, date(2026, 1, 10), ("identity", "contact"))
    days = [record.free_on(date(2026, 3, day)) for day in (1, 2, 3)]
    assert days == [4, 0, None]
    assert record.confidential_address.get_secret_value() == ADDRESS


def test_no_way_of_printing_shows_the_address(folder):
    record = read_sidecars(folder(WHOLE))["src", "s1"]
    shown = [
        repr(record),
        str(record),
        f"{record}",
        record.model_dump_json(),
        str(record.model_dump()),
        repr(vars(record)),
    ]
    assert not [text for text in shown if "Refuge" in text]


def test_a_key_that_nobody_confirmed_is_no_key(folder):
    unconfirmed = WHOLE.replace("confirmed: {by: coordinator-2, on: 2026-01-09, how: phone}", "")
    assert read_sidecars(folder(unconfirmed))["src", "s1"].usable_key is None


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("needs: [identity, contact]", "needs: [everything]", 17, "`services.0.needs.0`"),
        (KEY, "age1short", 11, "`services.0.receiving_key` is not written in the form"),
        (f"receiving_key: {KEY}", "verified_by: x", 11, "`verified_by` is not known here"),
        (f"    receiving_key: {KEY}\n", "", 3, "`services.0`: `confirmed` stands without"),
        ("free: 1, unit: cot", "free: 1, unit: bed", 3, "`services.0`: `capacity` says two things"),
        ("how: phone", "how: email", 12, "`services.0.confirmed.how`"),
        (ADDRESS, '" "', 3, "`services.0`: `confidential_address` is empty"),
    ],
)
def test_a_wrong_record_is_refused_with_its_line_and_without_its_values(folder, before, after, line, said):
    with pytest.raises(FileRefusedError) as refused:
        read_sidecars(folder(WHOLE.replace(before, after)))
    problem = refused.value.problems[0]
    assert (problem.file, problem.line) == ("north.yaml", line)
    assert problem.what.startswith(said)
    assert "Refuge" not in str(refused.value)


def test_two_records_of_one_service_are_refused(folder):
    folder(WHOLE, "north.yaml")
    with pytest.raises(FileRefusedError, match=r"south\.yaml:3: a second record speaks of this service"):
        read_sidecars(folder(WHOLE, "south.yaml"))


@pytest.mark.parametrize("name", ["north.yml", "north.json", "NORTH.YAML"])
def test_a_file_that_nothing_would_read_is_refused(folder, name):
    # Passed over, it would show every place that it hides.
    with pytest.raises(FileRefusedError, match="nothing reads this file"):
        read_sidecars(folder(WHOLE, name))


def test_a_record_whose_service_is_not_there_is_named(folder):
    records = read_sidecars(folder(WHOLE)).values()
    service = Service(id="s1", source="src", organization_id="o", name="S", status="active")
    assert without_service(records, {}) == (("src", "s1"),)
    assert without_service(records, {service.key: service}) == ()
