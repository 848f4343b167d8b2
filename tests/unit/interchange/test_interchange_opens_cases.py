"""What was imported opens a case, and stays as it was read."""

import json
from datetime import date

import pytest
from offices import ON, asked, new_office

from nrm.casework.cases import keep
from nrm.interchange import read_htcds, read_uk_form

FILES = {
    "htcds": lambda: read_htcds(b"prs_FirstName,prs_Birthdate,hte_Type\nLina,2001-01-01,Exploitation\n", "csv"),
    "uk form": lambda: read_uk_form(b'{"Customer.Surname": "Doe", "AdultOrChild": "Child"}', date(2025, 4, 1), ON),
}


@pytest.mark.parametrize("read", FILES.values(), ids=FILES)
def test_an_imported_record_opens_a_case_and_is_stored_with_the_versions_of_its_questions(tmp_path, read):
    office = new_office(tmp_path)
    (record,) = read().records
    kept = keep.open_case(office.desk, asked(), record, ON)
    stored = keep.read_groups(office.desk, asked(), kept.case, sorted(record.data))
    assert {name: json.loads(part) for name, part in stored.groups.items()} == record.data
