"""One version at a time: before the first, on its first day, between two, and after the repeal."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.rulebook.dates import change_dates, faulty_order, in_force

A_DAY = timedelta(days=1)


def versions(*days):
    return [SimpleNamespace(from_=day) for day in days]


def doctor_on(files, on):
    doctor = next(file.rule for file in files.rules if file.rule.rule == "doctor")
    version = in_force(doctor.versions, on)
    return version and ("repealed" if version.repealed else version.from_.isoformat())


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), "2026-01-01"),
        (date(2026, 6, 30), "2026-01-01"),
        (date(2026, 7, 1), "2026-07-01"),
        (date(2026, 12, 31), "2026-07-01"),
        (date(2027, 1, 1), "repealed"),
        (date(9999, 12, 31), "repealed"),
    ],
)
def test_the_version_in_force_is_the_last_that_has_begun(sound, on, expected):
    assert doctor_on(sound, on) == expected


@given(st.lists(st.dates(), unique=True).map(sorted), st.dates())
def test_exactly_one_version_is_in_force_from_the_first_day_on(days, on):
    found = in_force(versions(*days), on)
    begun = [day for day in days if day <= on]
    assert (found.from_ if found else None) == (begun[-1] if begun else None)


def test_a_version_that_does_not_begin_later_than_the_one_above_is_found():
    day = date(2026, 1, 1)
    assert faulty_order(versions(day, day + A_DAY, day + 2 * A_DAY)) == []
    assert faulty_order(versions(day, day, day - A_DAY, day + A_DAY)) == [1, 2]


def test_the_dates_of_change_are_those_of_rules_and_parameters(sound):
    assert change_dates(sound) == (date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1))


def test_a_country_adds_its_own_dates_of_change_and_only_those(accept):
    files = accept({"rules/national/gb/gb_guardian.yaml": ("from: 2026-01-01", "from: 2026-05-05")})
    assert date(2026, 5, 5) in change_dates(files, "gb")
    assert date(2026, 5, 5) not in change_dates(files)
    assert date(2026, 5, 5) not in change_dates(files, "fr")
