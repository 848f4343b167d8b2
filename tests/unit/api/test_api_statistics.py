"""Tables of the caseload: protected, counted once a month, and for statisticians alone."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import BO, THEIRS, asked, real_app
from referral_desk import later

from nrm.access import ROLES
from nrm.casework.oversight.caseload import FACTS, caseload_tables, tables
from nrm.rulebook.vocabulary import UNKNOWN
from nrm.statistics.protect import FEW, HIDDEN, LEAST, protect, protect_count

CASELOAD = "/v1/statistics/caseload"
WORDS = real_app().files.vocabulary
AGES, FORMS = (list(WORDS.facts[name].values) for name in ("age_status", "purposes"))

CASES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "age_status": st.sampled_from([*AGES, "of another time"]),
            "purposes": st.lists(st.sampled_from([*FORMS[:3], "of another time"]), unique=True),
        },
    ),
    max_size=120,
)


def statistician(service):
    return service.as_("statistician", THEIRS)


@given(CASES)
@settings(deadline=None)
def test_every_count_is_protected_and_those_that_are_shown_are_right(cases):
    found = tables(cases, WORDS, "2026-03")
    ages = Counter(case.get("age_status") if case.get("age_status") in AGES else UNKNOWN for case in cases)
    assert found.facts["age_status"] == protect({age: ages[age] for age in AGES}).cells
    assert found.total == protect_count(len(cases))
    for form, shown in found.facts["purposes"].items():
        held = sum(form in case.get("purposes", ()) for case in cases)
        assert shown in {FEW, HIDDEN} or (shown == held >= LEAST and len(cases) - held >= LEAST)
    assert set(found.facts) == set(FACTS)


def test_a_month_is_counted_once_and_kept_for_everybody(service):
    for _ in range(LEAST + 2):
        service.office.open(BO)
    told = statistician(service).get(CASELOAD)
    assert (told.status_code, told.json()["month"], told.json()["total"]) == (200, "2026-03", 12), told.text
    assert service.office.said()[-1] == ("api:statistics:make", "done")
    service.office.open(BO)
    assert statistician(service).get(CASELOAD).json() == told.json(), "one case more is not seen by subtraction"
    assert service.office.said()[-1] == ("api:statistics:read", "done")
    later(service.office, days=40)
    april = statistician(service).get(CASELOAD).json()
    assert (april["month"], april["total"]) == ("2026-04", 13)


def test_few_cases_are_shown_as_few(service):
    service.office.open(BO)
    told = statistician(service).get(CASELOAD).json()
    assert told["total"] == FEW
    assert {shown for counts in told["facts"].values() for shown in counts.values()} == {FEW}


def test_two_who_count_at_once_see_the_same(service, monkeypatch):
    office, first = service.office, []

    def meanwhile(caseload, words, month):
        made = tables(caseload, words, month)
        if not first:
            first.append(None)
            for _ in range(LEAST):
                office.open(BO)
            first[0] = caseload_tables(office.desk, asked("statistician"))
        return made

    monkeypatch.setattr("nrm.casework.oversight.caseload.tables", meanwhile)
    told = statistician(service).get(CASELOAD).json()
    assert told["total"] == first[0].total == LEAST


@pytest.mark.parametrize("role", sorted({*ROLES} - {"statistician"}))
def test_nobody_else_counts_the_caseload_and_nothing_is_counted(service, role):
    answer = service.as_(role).get(CASELOAD)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert service.office.said()[-1] == ("api:statistics:read", "not_permitted")
    assert service.office.store.state.registry == {}
