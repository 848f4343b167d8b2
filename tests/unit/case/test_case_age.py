"""Whether the person is a child: every doubt is kept, and nobody is called an adult without a ground."""

from datetime import date

import pytest
from case_facts import ON, facts

from nrm.case.dates import anniversary, months_later


def status(identity, on=ON, rest=""):
    return facts(f"identity: {identity}\n{rest}", on).get("age_status")


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ("{birth_date: 2008-03-01, birth_date_basis: document}", "adult"),
        ("{birth_date: 2008-03-02, birth_date_basis: document}", "child"),
        ("{birth_date: 2008-03-02, birth_date_basis: stated}", "child"),
        ("{birth_date: 2008-03-02}", "child"),
        ("{birth_date: 2010-03-01, birth_date_basis: estimated}", "disputed"),
        ("{birth_date: 2010-03-02, birth_date_basis: estimated}", "child"),
        ("{birth_date: 2006-03-01, birth_date_basis: estimated}", "disputed"),
        ("{birth_date: 2006-02-28, birth_date_basis: estimated}", "adult"),
        ("{birth_date_basis: document}", None),
        ("{age_as_stated: under_18}", "child"),
        ("{age_as_stated: over_18}", "adult"),
        ("{age_as_stated: unknown}", None),
        ("{}", None),
    ],
)
def test_the_age_today_follows_from_the_birth_date_or_else_from_what_is_said(identity, expected):
    assert status(identity) == expected


@pytest.mark.parametrize(
    ("assessments", "expected"),
    [
        ("[{result: child}]", "child"),
        ("[{result: adult}]", "adult"),
        ("[{result: inconclusive}]", "disputed"),
        ("[{result: adult, disputed: yes}]", "disputed"),
        ("[{result: adult, disputed: unknown}]", "adult"),
        ("[{result: child, on: 2025-01-01}, {result: adult, on: 2025-02-01}]", "disputed"),
        ("[{result: inconclusive, on: 2025-01-01}, {result: adult, on: 2025-02-01}]", "adult"),
        ("[{result: inconclusive}, {result: adult, on: 2025-02-01}]", "disputed"),
        ("[{result: adult, on: 2025-01-01}, {result: inconclusive, on: 2025-02-01}]", "disputed"),
        ("[{result: adult, on: 2025-01-01, disputed: yes}, {result: adult, on: 2025-02-01}]", "adult"),
    ],
)
def test_without_a_birth_date_an_assessment_counts_unless_there_is_doubt(assessments, expected):
    assert status(f"{{age_assessments: {assessments}}}") == expected


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ("{birth_date: 2000-01-01, age_assessments: [{result: child}]}", "disputed"),
        ("{birth_date: 2000-01-01, age_assessments: [{result: child, on: 2017-12-31}]}", "adult"),
        ("{birth_date: 2000-01-01, age_assessments: [{result: inconclusive}]}", "disputed"),
        ("{birth_date: 2000-01-01, age_assessments: [{result: adult}]}", "adult"),
        ("{birth_date: 2012-01-01, age_assessments: [{result: adult}]}", "disputed"),
        ("{birth_date: 2000-01-01, age_as_stated: under_18}", "disputed"),
        ("{birth_date: 2012-01-01, age_as_stated: over_18}", "disputed"),
        ("{birth_date: 2012-01-01, age_as_stated: under_18}", "child"),
        ("{age_as_stated: under_18, age_assessments: [{result: adult}]}", "disputed"),
        (("{birth_date: 2005-01-01, birth_date_basis: estimated, "
         "age_assessments: [{result: child, on: 2024-06-01}]}"), "adult"),
    ],
)  # fmt: skip
def test_voices_that_contradict_each_other_make_the_age_disputed(identity, expected):
    assert status(identity) == expected


def test_somebody_who_said_under_18_and_has_turned_18_since_is_not_disputed():
    identity = "{birth_date: 2008-02-01, age_as_stated: under_18, age_stated_on: 2026-01-15}"
    assert status(identity, date(2026, 1, 31)) == "child"
    assert status(identity, date(2026, 2, 1)) == "adult"
    opened = "case: {opened: 2026-01-15}"
    assert status("{birth_date: 2008-02-01, age_as_stated: under_18}", ON, opened) == "adult"


def test_who_was_born_on_29_february_turns_18_on_1_march():
    born = "{birth_date: 2008-02-29}"
    assert status(born, date(2026, 2, 28)) == "child"
    assert status(born, date(2026, 3, 1)) == "adult"
    assert facts(f"identity: {born}", date(2026, 2, 28))["days_to_eighteenth_birthday"] == 1


def test_the_days_to_the_eighteenth_birthday_are_counted_for_a_child_with_a_birth_date_only():
    assert facts("identity: {birth_date: 2026-03-01}")["days_to_eighteenth_birthday"] == 6575
    for identity in ("{birth_date: 1990-01-01}", "{age_as_stated: under_18}", ("{birth_date: 2012-01-01, "
                     "age_assessments: [{result: adult}]}")):  # fmt: skip
        assert "days_to_eighteenth_birthday" not in facts(f"identity: {identity}")


def test_a_coded_age_that_contradicts_the_birth_date_makes_the_age_disputed():
    found = facts("identity: {birth_date: 2012-01-01}\nfacts: {age_status: adult}\naccount: {situations: [{}]}\n")
    assert found == {"age_status": "disputed", "age_status_at_exploitation": "disputed"}
    assert status("{birth_date: 1990-01-01}", rest="facts: {age_status: disputed}") == "disputed"
    assert status("{birth_date: 1990-01-01}", rest="facts: {age_status: unknown}") == "adult"
    assert status("{}", rest="facts: {age_status: child}") == "child"


def at_exploitation(identity, situations, rest=""):
    return facts(f"identity: {identity}\naccount: {{situations: {situations}}}\n{rest}").get(
        "age_status_at_exploitation"
    )


@pytest.mark.parametrize(
    ("identity", "situations", "expected"),
    [
        ("{birth_date: 2000-05-01}", "[{start: 2018-04-30}]", "child"),
        ("{birth_date: 2000-05-01}", "[{start: 2018-05-01}]", "adult"),
        ("{birth_date: 2000-05-01}", "[{start: 2020-01-01}, {start: 2010-01-01}]", "child"),
        ("{birth_date: 2000-05-01}", "[{start: 2020-01-01}, {}]", None),
        ("{birth_date: 2000-05-01}", "[{end: 2017-01-01}]", "child"),
        ("{birth_date: 2000-05-01}", "[{end: 2019-01-01}]", None),
        ("{birth_date: 2000-05-01}", "[]", None),
        ("{birth_date: 2000-05-01, birth_date_basis: estimated}", "[{start: 2019-01-01}]", "disputed"),
        ("{birth_date: 2000-05-01, birth_date_basis: estimated}", "[{start: 2019-01-01}, {}]", "disputed"),
        ("{birth_date: 2000-05-01, birth_date_basis: estimated}", "[{start: 2010-01-01}, {}]", "child"),
        ("{birth_date: 2000-05-01, birth_date_basis: estimated}", "[{start: 2022-01-01}]", "adult"),
        ("{birth_date: 2000-05-01, age_assessments: [{result: inconclusive}]}", "[{}]", "disputed"),
        ("{birth_date: 2012-01-01}", "[{}]", "child"),
        ("{age_as_stated: under_18}", "[{}]", "child"),
        ("{age_as_stated: over_18}", "[{start: 2026-01-01}]", None),
        ("{}", "[{start: 2020-01-01}]", None),
    ],
)
def test_the_age_at_exploitation_follows_from_when_the_situations_began(identity, situations, expected):
    assert at_exploitation(identity, situations) == expected


def test_a_coded_age_at_exploitation_that_says_something_else_makes_it_disputed():
    coded = "facts: {age_status_at_exploitation: child}"
    assert at_exploitation("{birth_date: 1990-01-01}", "[{start: 2020-01-01}]", coded) == "disputed"
    assert at_exploitation("{}", "[]", coded) == "child"


def test_months_and_years_end_where_the_calendar_ends():
    assert months_later(date(2025, 12, 31), 2) == date(2026, 2, 28)
    assert anniversary(date(2000, 2, 29), 4) == date(2004, 2, 29)
