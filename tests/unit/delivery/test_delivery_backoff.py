"""When to try again, and when a person is told."""

# ruff: noqa: S311 - chance without secrets

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise
from math import inf, nan
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.delivery.backoff import FIRST, LONGEST, SHORTEST, asked_wait, given_up, next_try

ATTEMPTS = st.integers(1, 10_000)
RNG = st.integers(0, 2**32).map(random.Random)


@given(ATTEMPTS, RNG, st.none() | st.floats())
def test_a_wait_is_never_shorter_than_a_second_nor_longer_than_an_hour(attempts, rng, asked):
    assert SHORTEST <= next_try(attempts, rng, asked) <= LONGEST


@given(RNG)
def test_the_first_wait_is_at_most_five_seconds(rng):
    assert next_try(1, rng) <= FIRST


@given(ATTEMPTS, st.integers(0, 2**32))
def test_the_same_chance_never_waits_less_after_more_tries(attempts, seed):
    assert next_try(attempts, random.Random(seed)) <= next_try(attempts + 1, random.Random(seed))


def test_the_usual_wait_grows_up_to_half_an_hour():
    usual = [median(next_try(n, random.Random(s)).total_seconds() for s in range(400)) for n in range(1, 12)]
    assert all(later > earlier * 1.3 for earlier, later in pairwise(usual))
    assert 1600 < usual[-1] < 2000


def test_messages_that_failed_together_come_back_all_over_the_time():
    rng = random.Random(7)
    waits = [next_try(8, rng).total_seconds() for _ in range(1000)]
    tenths = [sum(64 * i <= wait < 64 * (i + 1) for wait in waits) for i in range(10)]
    assert all(60 < count < 140 for count in tenths)


@given(ATTEMPTS, RNG, st.floats(0, 3600))
def test_what_a_service_asks_for_is_honoured(attempts, rng, asked):
    assert next_try(attempts, rng, asked) >= timedelta(seconds=asked)


@given(ATTEMPTS, st.integers(0, 2**32), st.sampled_from([nan, inf, -inf, -1.0, 0.0]))
def test_what_cannot_be_waited_changes_nothing(attempts, seed, asked):
    assert next_try(attempts, random.Random(seed), asked) == next_try(attempts, random.Random(seed))


def test_messages_that_were_asked_to_wait_do_not_come_back_in_one_second():
    rng = random.Random(7)
    assert len({next_try(6, rng, 60.0) // timedelta(seconds=1) for _ in range(200)}) > 50


@pytest.mark.parametrize("attempts", [0, -1])
def test_there_is_no_wait_before_the_first_try(attempts):
    with pytest.raises(ValueError, match="no try"):
        next_try(attempts, random.Random(1))


@given(st.integers(1, 11), st.timedeltas(timedelta(0), timedelta(hours=2) - timedelta(microseconds=1)))
def test_a_person_is_not_told_of_a_short_breakdown(attempts, since):
    assert not given_up(attempts, since)


@given(
    st.integers(1, 100), st.timedeltas(timedelta(0), timedelta(days=9)), st.integers(0, 9), st.timedeltas(timedelta(0))
)
def test_once_a_person_is_told_nothing_but_a_delivery_ends_it(attempts, since, more, longer):
    if given_up(attempts, since):
        assert given_up(attempts + more, min(timedelta.max - since, longer) + since)


def test_a_person_is_told_after_two_hours_or_twelve_tries():
    assert given_up(1, timedelta(hours=2))
    assert given_up(12, timedelta(0))


DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    ("header", "date", "seconds"),
    [
        ("0", None, 0.0),
        ("120", None, 120.0),
        ("Wed, 21 Oct 2026 07:30:00 GMT", DATE, 120.0),
        ("Wed, 21 Oct 2026 07:20:00 GMT", DATE, 0.0),
        ("Wed, 21 Oct 2026 07:30:00 GMT", None, None),
        ("Wed, 21 Oct 2026 07:30:00 -0000", DATE, None),
        ("9" * 400, None, None),
        ("-5", None, None),
        ("1.5", None, None),
        ("٣", None, None),
        ("soon", DATE, None),
        (None, DATE, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_beside_the_date_of_the_answer(header, date, seconds):
    assert asked_wait(header, date) == seconds


@given(st.text(), st.none() | st.text())
def test_no_header_is_a_fault(header, date):
    asked = asked_wait(header, date)
    assert asked is None or asked >= 0
