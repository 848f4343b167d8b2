"""When a limit ends: against a slow count day by day, in many countries and zones, also where clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from warnings import catch_warnings, simplefilter
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.errors import UnknownNameError
from nrm.referral.calendar import Calendar
from nrm.rulebook.book import Within

COUNTRIES = ("GB", "FR", "ES", "EG", "SA", "IL", "US", "IN", "TH", "CN", "BN", "AF", None, "XX")
ZONES = (
    "UTC", "Europe/London", "Europe/Paris", "Africa/Cairo", "Asia/Riyadh", "Asia/Jerusalem", "America/New_York",
    "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia", "America/St_Johns",
    "America/Sao_Paulo",
)  # fmt: skip

calendars = st.builds(Calendar, st.sampled_from(COUNTRIES), st.sampled_from(ZONES))
starts = st.datetimes(datetime(2011, 6, 1), datetime(2109, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis
limits = st.builds(Within, st.integers(0, 60), st.sampled_from(["hours", "days", "working_days", "months", "count"]))


def is_working_slowly(country, day):
    if country not in holidays.list_supported_countries():
        return day.strftime("%a") not in {"Sat", "Sun"}
    with catch_warnings():
        simplefilter("ignore")  # of some years the library knows only a part
        library = holidays.country_holidays(country, years=day.year)
    if library.is_weekend(day):
        return day in library.weekend_workdays
    return day not in library


def end_of_day_slowly(day, zone):
    """Return the first second whose local date is after `day`, found by halving."""
    low = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2)
    high = low + timedelta(days=5)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(ZoneInfo(zone)).date() > day:
            high = middle
        else:
            low = middle
    return high


@given(calendars, starts, st.integers(0, 40))
def test_working_days_are_counted_as_by_hand(calendar, start, amount):
    day = start.astimezone(ZoneInfo(calendar.zone)).date()
    left = amount
    while left:
        day += timedelta(days=1)
        left -= is_working_slowly(calendar.country, day)
    due = calendar.due(start, Within(amount, "working_days"))
    assert due == end_of_day_slowly(day, calendar.zone)
    assert calendar.last_day(due) <= day


@given(calendars, starts, st.integers(0, 400))
def test_days_end_with_the_last_local_day(calendar, start, amount):
    day = start.astimezone(ZoneInfo(calendar.zone)).date() + timedelta(days=amount)
    assert calendar.due(start, Within(amount, "days")) == end_of_day_slowly(day, calendar.zone)


@given(calendars, starts, st.integers(0, 1000))
def test_hours_are_absolute_whatever_the_clocks_on_the_wall(calendar, start, amount):
    assert calendar.due(start, Within(amount, "hours")) - start == timedelta(hours=amount)


@given(calendars, starts, starts, limits, st.integers(0, 30))
def test_a_limit_is_never_before_its_start_and_only_grows(calendar, one, other, within, more):
    early, late = sorted((one, other))
    due = calendar.due(early, within)
    assert due >= early
    assert due.tzinfo is UTC
    assert due <= calendar.due(late, within)
    assert due <= calendar.due(early, Within(within.amount + more, within.unit))


@given(calendars, starts, st.sampled_from(ZONES), limits)
def test_the_zone_in_which_the_start_is_written_does_not_matter(calendar, start, zone, within):
    assert calendar.due(start.astimezone(ZoneInfo(zone)), within) == calendar.due(start, within)


@given(st.integers(0, 48), st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))  # noqa: DTZ001 - Hypothesis
def test_a_start_that_stands_twice_on_the_wall_clock_is_the_moment_that_it_says(hours, wall):
    london = Calendar("GB", "Europe/London")
    for fold in (0, 1):
        start = wall.replace(tzinfo=ZoneInfo("Europe/London"), fold=fold)
        assert london.due(start, Within(hours, "hours")) == start.astimezone(UTC) + timedelta(hours=hours)


def test_a_limit_ends_not_before_its_start_where_the_hour_before_midnight_stood_twice():
    johns = Calendar("CA", "America/St_Johns")
    start = datetime(2010, 11, 7, 3, 0, tzinfo=UTC)  # half past eleven of 6 November for the second time
    assert johns.day_of(start) == date(2010, 11, 6)
    assert johns.due(start, Within(0, "days")) == start


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("calendar", "start", "within", "due"),
    [
        # A Thursday before Easter: Good Friday and the weekend do not count, in France Easter Monday neither.
        (Calendar("gb", "Europe/London"), "2026-04-02 10:00", Within(1, "working_days"), "2026-04-06 23:00"),
        (Calendar("fr", "Europe/Paris"), "2026-04-03 10:00", Within(1, "working_days"), "2026-04-07 22:00"),
        # In Saudi Arabia and Egypt Friday and Saturday are the weekend, so that Sunday counts.
        (Calendar("SA", "Asia/Riyadh"), "2026-01-08 10:00", Within(1, "working_days"), "2026-01-11 21:00"),
        (Calendar("IL", "Asia/Jerusalem"), "2026-01-08 10:00", Within(1, "working_days"), "2026-01-11 22:00"),
        (Calendar(None, "UTC"), "2026-01-08 10:00", Within(2, "working_days"), "2026-01-13 00:00"),
        # A month that is too short ends with its last day.
        (Calendar(None, "UTC"), "2026-01-31 10:00", Within(1, "months"), "2026-03-01 00:00"),
        # Late in the evening in UTC it is already the next day in Kathmandu.
        (Calendar(None, "Asia/Kathmandu"), "2026-01-01 20:00", Within(1, "days"), "2026-01-03 18:15"),
        # The night in which Cairo skips midnight: the day begins at one o'clock.
        (Calendar("EG", "Africa/Cairo"), "2026-04-22 10:00", Within(1, "days"), "2026-04-23 22:00"),
        # Samoa had no 30 December 2011.
        (Calendar("WS", "Pacific/Apia"), "2011-12-30 08:00", Within(0, "days"), "2011-12-30 10:00"),
    ],
)
def test_limits_end_as_people_there_count(calendar, start, within, due):
    assert calendar.due(moment(start), within) == moment(due)


def test_the_last_day_is_said_as_people_say_it():
    paris = Calendar("FR", "Europe/Paris")
    due = paris.due(moment("2026-03-01 10:00"), Within(3, "days"))
    assert (paris.last_day(due), paris.day_of(due)) == (date(2026, 3, 4), date(2026, 3, 5))


@pytest.mark.parametrize("country", [None, "", "xx", "unknown"])
def test_a_country_that_is_not_known_has_weekends_only_and_says_so(country):
    calendar = Calendar(country)
    assert not calendar.knows_holidays
    week = [calendar.is_working(date(2026, 12, 21) + timedelta(days=n)) for n in range(7)]
    assert week == [True] * 5 + [False] * 2


def test_years_that_the_library_does_not_know_have_weekends_only():
    saudi = Calendar("SA")
    assert saudi.knows_holidays
    year = [date(2150, 1, 1) + timedelta(days=n) for n in range(365)]
    assert all(saudi.is_working(day) == (day.strftime("%a") not in {"Fri", "Sat"}) for day in year)


def test_a_saturday_that_is_worked_in_place_of_another_day_counts():
    # China works on some Saturdays around its long holidays; 2024-02-04 was a Sunday before the Spring Festival.
    assert Calendar("CN").is_working(date(2024, 2, 4))
    assert not Calendar("CN").is_working(date(2024, 2, 12))


@pytest.mark.parametrize("unit", ["hours", "days", "working_days", "months"])
def test_a_number_that_is_far_too_large_leads_a_century_ahead_and_no_further(unit):
    start = moment("2026-03-01 10:00")
    due = Calendar("GB", "Europe/London").due(start, Within(999_999_999, unit))
    assert 2125 <= due.year <= 2126


def test_what_is_no_time_at_all_is_due_at_once():
    start = moment("2026-03-01 10:00")
    assert Calendar().due(start, Within(7, "count")) == start


@pytest.mark.parametrize(
    ("zone", "todo"),
    [("Europe/Pariss", "did you mean `Europe/Paris`?"), ("../etc/passwd", ""), ("Europe", ""), ("", "")],
)
def test_a_zone_that_there_is_not_is_refused(zone, todo):
    with pytest.raises(UnknownNameError) as refused:
        Calendar("FR", zone)
    assert f"zone: there is no time zone `{zone}`" in str(refused.value)
    assert todo in str(refused.value)
