"""What a record and its facts make of a need; a doubt about age always counts as a child."""

from __future__ import annotations

from datetime import date

import pytest

from nrm.case.record import CaseRecord
from nrm.directory.need import need_of

DAY = date(2026, 3, 1)
OFFER = "safe_accommodation"


def need(facts, offer=OFFER, region="", **groups):
    return need_of(facts, CaseRecord(**groups), offer, DAY, region)


@pytest.mark.parametrize(
    ("status", "ages"),
    [("adult", (18, 150)), ("child", (0, 17)), ("disputed", (0, 17)), ("unknown", (0, 17)), (None, (0, 17))],
)
def test_who_may_be_a_child_counts_as_one(status, ages):
    assert need({"age_status": status} if status else {}).ages == ages


@pytest.mark.parametrize(
    ("born", "basis", "status", "years"),
    [
        (date(2009, 3, 1), "document", "child", 17),
        (date(2009, 3, 2), "document", "child", 16),
        (date(2009, 3, 1), "estimated", "child", None),
        (date(2009, 3, 1), "stated", "disputed", None),
        (date(2009, 3, 1), "stated", "adult", None),
        (date(1990, 1, 1), "document", "adult", 36),
    ],
)
def test_the_age_in_years_counts_only_when_nothing_speaks_against_it(born, basis, status, years):
    assert need({"age_status": status}, identity={"birth_date": born, "birth_date_basis": basis}).years == years


def test_every_child_of_whom_nobody_knows_where_they_are_gets_a_place():
    family = {
        "children": (
            {"with_person": "yes", "birth_date": date(2020, 3, 2)},
            {"with_person": "unknown"},
            {"with_person": "no"},
        ),
        "dependants": ({"with_person": "yes"},),
    }
    found = need({"dependants_with_person": "yes"}, family=family)
    assert (found.dependants, found.places, found.with_family) == ((5, None, None), 4, "yes")


def test_somebody_who_comes_along_but_is_not_described_gets_a_place():
    assert need({"dependants_with_person": "yes"}).places == 2


def test_nobody_needs_a_second_place_at_a_lawyers():
    found = need({"dependants_with_person": "yes"}, offer="legal_aid")
    assert (found.places, found.with_family) == (1, "no")


def test_languages_and_region_come_from_the_record():
    found = need({"interpretation_need": "yes"}, contact={"languages": ("fra", "vi"), "current_region": "Kent"})
    assert (found.languages, found.interpretation, found.region) == ({"fr", "vi"}, "yes", "Kent")
    assert need({}, region="Essex", contact={"current_region": "Kent"}).region == "Essex"


def test_a_first_day_in_the_past_is_today():
    assert need({}).first_day == DAY
