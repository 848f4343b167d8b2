"""Of each value that is not taken over the true reason is told; each wording of a question holds on its own days."""

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from interchange_records import CANARY

from nrm.errors import CaseRefusedError
from nrm.interchange import read_htcds, read_uk_form, write_htcds
from nrm.interchange.crosswalk import crosswalk
from nrm.interchange.outcome import Unmapped
from nrm.interchange.reading import Reading, document_of
from nrm.interchange.sheet import read_sheet, write_sheet
from nrm.textfile import Document

WALK = crosswalk("uk_nrm_form")
CHANGED = sorted({(row.theirs, row.asked_until) for row in WALK.rows if row.asked_until is not None})


@pytest.mark.parametrize(
    ("read", "field"),
    [(lambda text: read_htcds(text, "json"), "prs_Gender"), (lambda text: read_uk_form(text, None, None), "NRMOrDuty")],
)
def test_what_is_no_code_of_a_field_is_told_as_that_and_not_quoted(read, field):
    found = read(json.dumps({field: CANARY}).encode())
    assert [one for one in found.unmapped if one.field == field] == [
        Unmapped(1, field, "a value is not a code of this field")
    ]


@given(st.sampled_from(CHANGED), st.integers(-800, 800))
def test_on_every_day_one_wording_of_a_question_holds(changed, days):
    name, until = changed
    asked = until + timedelta(days=days)
    rows = [row for row in WALK.rows if row.theirs == name]
    held = Reading(WALK, 1, {}, asked)._now(rows, name)  # noqa: SLF001 - no shipped form has two answers on one day
    before = [row for row in rows if row.asked_until == until]
    assert held == (before if asked < until else [row for row in rows if row.asked_from == until])
    assert held


@given(st.text("'=+-@x", min_size=1, max_size=4))
def test_a_cell_that_begins_with_the_guard_itself_comes_back(text):
    content = write_sheet([{"prs_FirstName": [text]}], "csv", frozenset())
    (_, (cell,)) = csv.reader(StringIO(content.decode(), newline=""))
    assert not cell.startswith(("=", "+", "-", "@"))
    assert read_sheet(content, "csv", "f")[0]["prs_FirstName"] == (text,)


def test_a_record_that_is_refused_in_the_end_shows_nothing_of_what_it_says():
    """Each field was checked before, so that this would be a fault of ours; it still quotes nobody."""
    with pytest.raises(CaseRefusedError) as refused:
        document_of(Reading(WALK, 1, {}, tree={"identity": {"birth_date": CANARY}}), {})
    assert CANARY not in str(refused.value)


def test_a_code_that_is_only_read_so_is_never_told():
    """Somebody whose role was `other` would be told as one who sold a person, or was bought."""
    tree = {"exploiters": {"people": [{"roles": ["other"]}]}, "facts": {"labour_sectors": ["other_sector"]}}
    made = write_htcds([Document("case.yaml", tree, {(): 1})], "json")
    assert json.loads(made.content) == [{"per_RoleInProcess": ["Other"]}]
    assert [(one.field, one.why) for one in made.unmapped] == [
        ("facts.labour_sectors.0", "the standard has no code for it")
    ]


def test_what_is_unknown_is_not_told_as_a_name():
    tree = {"identity": {"first_name": "unknown", "last_name": "Doe"}}
    made = write_htcds([Document("case.yaml", tree, {(): 1})], "json")
    assert list(json.loads(made.content)[0].values()) == ["Doe"]


def test_a_decision_that_the_standard_cannot_tell_is_not_told_as_another_one():
    made_before = {"on": "2020-01-01", "stage": "reasonable", "result": "positive"}
    tree = {"facts": {"identification_decision": "reasonable_negative"}, "legal": {"decisions": [made_before]}}
    made = write_htcds([Document("case.yaml", tree, {(): 1})], "json")
    assert json.loads(made.content) == [{}]
