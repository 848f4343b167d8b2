"""Waiting after failures: longer each time, an hour at most, and forgotten after a day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.signin.lockout import FIRST, FORGOTTEN, FREE, LONGEST, begun, one_more, taken_back, wait

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KINDS = st.sampled_from(sorted(FREE))


@given(st.integers(0, 10_000), KINDS)
def test_the_wait_never_gets_shorter_and_never_longer_than_an_hour(failures, kind):
    assert timedelta(0) <= wait(failures, kind) <= wait(failures + 1, kind) <= LONGEST


@pytest.mark.parametrize("kind", sorted(FREE))
def test_the_first_failures_cost_nothing_and_then_each_doubles_the_wait(kind):
    free = FREE[kind]
    assert wait(free - 1, kind) == timedelta(0)
    assert [wait(free + more, kind) for more in range(4)] == [FIRST, FIRST * 2, FIRST * 4, FIRST * 8]
    assert wait(10**9, kind) == LONGEST


@given(st.lists(st.integers(0, 5_000), max_size=60), KINDS)
def test_whoever_tries_as_soon_as_they_may_guesses_few_times_a_day(pauses, kind):
    tries, now, made = begun("x", kind, NOW), NOW, 0
    for pause in pauses:
        now += timedelta(seconds=pause)
        if tries.waits(now):
            continue
        tries, made = one_more(tries, now), made + 1
    hours = (now - NOW).total_seconds() / 3600
    assert made <= FREE[kind] + 8 + hours


def test_a_count_is_forgotten_a_day_after_the_last_wait_and_not_before():
    tries = begun("x", "name", NOW)
    for _ in range(9):
        tries = one_more(tries, NOW)
    assert tries.waits(NOW) == FIRST * 16
    assert tries.forgotten == NOW + FIRST * 16 + FORGOTTEN
    assert one_more(tries, tries.forgotten - timedelta(seconds=1)).failures == 10
    assert one_more(tries, tries.forgotten).failures == 1


@given(st.integers(0, 300), st.integers(0, 300), KINDS)
def test_what_is_taken_back_is_no_failure(failures, back, kind):
    tries = begun("x", kind, NOW)
    for _ in range(failures):
        tries = one_more(tries, NOW)
    left = taken_back(tries, back)
    assert left.failures == max(0, failures - back)
    assert bool(left.waits(NOW)) == (left.failures >= FREE[kind])
