"""Who gains and who loses by a proposed rulebook, counted once and never told as a raw number."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offices import asked, record
from published import bundle, paper
from referral_desk import said
from rulebook_desk import APPROVER, AUTHOR, OVERSEER, checked, published, rulebook_office
from small_guarantees import HOLDS, place, text

from nrm.casework.asked import NotPermittedError
from nrm.casework.cases import keep
from nrm.casework.rulebooks import reading, weighing
from nrm.engine.bitmaps import holds
from nrm.engine.facts import check_facts
from nrm.population.caseload import people_of
from nrm.publishing.errors import StatementRefusedError
from nrm.publishing.impact import impact_on

MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)
NO_SHELTER = (
    (
        "rules/care/shelter.yaml",
        (
            "when: [{finding: suspected}]",
            "when: [{finding: suspected}, {fact: age_status, is: [child, uncertain, unknown]}]",
        ),
    ),
    (place("safe"), text("safe", HOLDS.replace("shelter", "suspected"))),
)


@pytest.fixture
def office(tmp_path):
    return rulebook_office(tmp_path, MARCH)


def caseload(office, adults):
    for number in range(adults):
        case = f"case: {{reference: r{number}}}\nfacts: {{signs: [debt], age_status: adult}}\n"
        keep.open_case(office.desk, asked(), record(case), MARCH)


def proposed(office):
    first = paper()
    published(office, first)
    caseload(office, 12)
    return checked(office, paper(NO_SHELTER, from_=JUNE, previous=first))


def test_the_impact_is_told_in_protected_counts_and_stands_on_the_log(office):
    publication = proposed(office)
    before = len(office.entries())
    told = weighing.impact(office.desk, APPROVER, publication)
    assert told["cases"] == 12
    assert told["lose"]["total"] == 12
    assert told["gain"]["total"] == "<10"
    shelter = next(line for line in told["lines"] if line["code"] == "shelter")
    assert (shelter["gain"], shelter["lose"]) == ("<10", 12)
    assert said(office, before) == [("rulebook:prove", "done")]


def test_the_caseload_is_counted_once_for_each_publication(office):
    publication = proposed(office)
    first = weighing.impact(office.desk, AUTHOR, publication)
    caseload(office, 5)
    assert weighing.impact(office.desk, AUTHOR, publication) == first
    version = reading.read_rulebook(office.desk, OVERSEER, publication).record.version
    assert weighing.impact(office.desk, APPROVER, publication) == first
    assert reading.read_rulebook(office.desk, OVERSEER, publication).record.version == version


def test_nobody_else_weighs_the_caseload(office):
    publication = proposed(office)
    with pytest.raises(NotPermittedError):
        weighing.impact(office.desk, asked("caseworker"), publication)


def test_the_first_rulebook_has_nothing_to_be_compared_with(office):
    with pytest.raises(StatementRefusedError, match="first bundle"):
        weighing.impact(office.desk, AUTHOR, checked(office, paper()))


def test_few_people_are_never_told_as_a_number():
    few = [{"signs": ["debt"], "age_status": "adult"}] * 3
    told = impact_on(bundle(), bundle(NO_SHELTER), few, MARCH).plain()
    assert told["cases"] == told["lose"]["total"] == "<10"
    assert "3" not in json.dumps(told)


WORDS = bundle().files.vocabulary
CASES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "age_status": st.sampled_from(["child", "adult", "uncertain", "unknown", "gone_from_the_words"]),
            "signs": st.lists(st.sampled_from(["debt", "threats", "confinement"]), unique=True),
            "days_detained": st.integers(0, 365),
            "a_fact_of_long_ago": st.just("yes"),
        },
    ),
    max_size=70,
)


@given(CASES)
def test_each_case_of_a_caseload_has_the_facts_that_are_known_of_it(cases):
    people = people_of(cases, WORDS)
    assert people.count == len(cases)
    for number, case in enumerate(cases):
        known = {name: value for name, value in case.items() if name in WORDS.facts and value != "gone_from_the_words"}
        assert people.facts_of(number, WORDS) == check_facts(known, WORDS)
    assert all(not holds(bitmap, len(cases)) for bitmap in people.marks.values() if len(cases) % 64)
