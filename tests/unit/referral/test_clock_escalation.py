"""A late clock is heard of, level by level, once each; nothing is lost, and a birthday stays hidden."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from fakes import REAL, load
from hypothesis import given
from hypothesis import strategies as st

from nrm.referral.calendar import Calendar
from nrm.referral.clock import Clock
from nrm.referral.clocks import Clockmaker
from nrm.referral.escalation import CHASED, FURTHEST, NEAREST, look, next_look, wake_at
from nrm.referral.tasks import Chain, Hearer, read_tasks
from nrm.rulebook.book import Within

NOW = datetime(2026, 3, 6, 10, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONDON = Calendar("GB", "Europe/London")
REAL_TASKS = read_tasks(Path(REAL.rules) / "directory" / "tasks.yaml", load(REAL).vocabulary)
CHAIN = REAL_TASKS.chain("caseworker")

hours = st.integers(0, 24 * 400)
chains = st.builds(
    lambda pauses, again: Chain(
        tuple(Hearer(f"role_{place}", pause * HOUR) for place, pause in enumerate(pauses)), again * HOUR
    ),
    st.lists(st.integers(0, 200), min_size=1, max_size=5),
    st.integers(1, 300),
)


def clock(kind="duty", given_hours=72, **changes):
    base = {"id": UUID(int=1), "kind": kind, "code": "call", "by": "caseworker", "made_at": NOW}
    return Clock(**{**base, "due": NOW + given_hours * HOUR, **changes})


def run(one, moments, chain):
    """Look at each moment, keep what becomes of the clock, and return it with all that was heard."""
    heard = []
    for moment in moments:
        looked = look(one, moment, chain)
        if looked is not None:
            one = looked.clock
            heard.append(looked.hear)
    return one, heard


def test_who_is_late_hears_it_and_then_one_after_the_other():
    late = clock()
    due = late.due
    found = []
    for after in range(24 * 30):
        looked = look(late, due + after * HOUR, CHAIN)
        if looked is not None:
            late = looked.clock
            found.append((after, looked.hear, late.level))
    assert found == [
        (0, ("caseworker",), 1),
        (24, ("supervisor",), 2),
        (72, ("coordinator",), 3),
        (144, ("overseer",), 4),
        (144 + 168, ("overseer",), 5),
        (144 + 336, ("overseer",), 6),
        (144 + 504, ("overseer",), 7),
    ]
    assert (late.state, late.due) == ("late", due)
    assert late.told == ("caseworker", "supervisor", "coordinator", "overseer")


def test_what_had_an_hour_is_chased_by_the_hour():
    urgent = clock(given_hours=1)
    _, heard = run(urgent, [urgent.due + n * HOUR for n in range(4)], CHAIN)
    assert heard == [("caseworker",), ("supervisor",), ("coordinator",), ("overseer",)]


def test_what_had_no_time_at_all_still_gives_everyone_an_hour():
    urgent = clock(given_hours=0)
    _, heard = run(urgent, [urgent.due + n * HOUR / 2 for n in range(4)], CHAIN)
    assert heard == [("caseworker",), ("supervisor",)]


def test_after_a_year_of_downtime_everyone_hears_once():
    late = clock()
    looked = look(late, late.due + timedelta(days=365), CHAIN)
    assert looked.hear == ("caseworker", "supervisor", "coordinator", "overseer")
    assert looked.clock.level == 4 + (365 * 24 - 144) // 168
    assert look(looked.clock, late.due + timedelta(days=365), CHAIN) is None


@given(st.sampled_from(sorted(CHASED)), hours, chains, st.lists(hours, min_size=1, max_size=30), hours)
def test_however_often_somebody_looked_before_the_clock_ends_the_same(kind, given_hours, chain, before, at):
    one = clock(kind, given_hours)
    last = NOW + at * HOUR
    moments = [*sorted(NOW + n * HOUR for n in before if n <= at), last]
    often, heard = run(one, moments, chain)
    once, heard_once = run(one, [last], chain)
    assert often == once
    assert {role for roles in heard for role in roles} == {role for roles in heard_once for role in roles}
    assert len(heard_once) == (last >= one.due)


@given(st.sampled_from(sorted(CHASED)), hours, chains, hours)
def test_looking_twice_at_one_moment_changes_nothing(kind, given_hours, chain, at):
    looked = look(clock(kind, given_hours), NOW + at * HOUR, chain)
    assert looked is None or look(looked.clock, NOW + at * HOUR, chain) is None


@given(hours, chains, st.lists(hours, min_size=1, max_size=30))
def test_no_look_loses_a_clock_or_takes_back_what_was_said(given_hours, chain, moments):
    one = clock(given_hours=given_hours)
    for moment in moments:  # in any order: the clock of a machine can be set back
        looked = look(one, NOW + moment * HOUR, chain)
        if looked is None:
            continue
        after = looked.clock
        assert after.state == "late"
        assert looked.hear
        assert after.level > one.level
        assert after.told[: len(one.told)] == one.told
        assert len(after.told) == len(set(after.told)) == min(after.level, len(chain.hearers))
        assert (after.id, after.due, after.by, after.code) == (one.id, one.due, one.by, one.code)
        one = after


@given(hours, chains, hours)
def test_the_next_look_is_the_first_moment_at_which_something_is_found(given_hours, chain, at):
    one = clock(given_hours=given_hours)
    now = NOW + at * HOUR
    looked = look(one, now, chain)
    one = looked.clock if looked else one
    following = next_look(one, chain)
    assert following > now
    assert look(one, following - timedelta.resolution, chain) is None
    assert look(one, following, chain).hear


def test_the_last_role_hears_again_and_again_but_the_chain_grows_no_longer():
    one, heard = run(clock(), [NOW + n * timedelta(days=1) for n in range(1000)], CHAIN)
    assert len(heard) < 1000 / 7 + 10
    assert set(heard[5:]) == {("overseer",)}
    assert one.told == ("caseworker", "supervisor", "coordinator", "overseer")


@pytest.mark.parametrize("state", ["done", "cancelled"])
def test_a_stopped_clock_is_never_heard_of_again(state):
    stopped = clock(state=state)
    assert look(stopped, NOW + timedelta(days=1000), CHAIN) is None
    assert next_look(stopped, CHAIN) is None
    assert wake_at(stopped, NOW, CHAIN, LONDON, secrets.randbelow) is None


@pytest.mark.parametrize("kind", ["answer", "consent", "review", "birthday", "recovery"])
def test_what_comes_to_pass_on_a_day_rings_once_and_names_its_task(kind):
    one = clock(kind, code="review_due")
    assert look(one, one.due - timedelta.resolution, CHAIN) is None
    looked = look(one, one.due + timedelta(days=365), CHAIN)
    assert (looked.clock.state, looked.rings, looked.hear) == ("done", "review_due", ())
    assert look(looked.clock, one.due + timedelta(days=366), CHAIN) is None
    assert next_look(looked.clock, CHAIN) is None


def test_a_chain_that_was_made_shorter_takes_no_level_back():
    looked = look(clock(), NOW + timedelta(days=30), CHAIN)
    short = Chain(CHAIN.hearers[:2], CHAIN.again)
    assert look(looked.clock, NOW + timedelta(days=30), short) is None
    assert next_look(looked.clock, short) > NOW + timedelta(days=30)


# The hidden birthday

borns = st.dates(date(2009, 1, 1), date(2026, 3, 1))


def birthdays(born, now=NOW):
    return Clockmaker(now, LONDON, lambda: UUID(int=3)).of_birthday(born, Within(180, "days"))


@given(borns, st.randoms(use_true_random=False))
def test_a_birthday_is_found_on_its_day_though_the_store_never_hears_of_it(born, random):
    for made in birthdays(born):
        one, now, wakes = made, NOW, []
        while one.state == "running":
            looked = look(one, now, CHAIN)
            one = looked.clock if looked else one
            wake = wake_at(one, now, CHAIN, LONDON, random.randrange)
            if wake is None:
                break
            assert wake > now
            wakes.append(wake)
            now = wake
        assert now - one.due <= timedelta(hours=25), "found on the day"
        assert one.due in {one.made_at, now}, "found at the first moment of the day"
        assert one.due - NOW <= FURTHEST or NEAREST <= one.due - wakes[0] <= FURTHEST
        assert len(wakes) <= 122


def test_two_people_of_one_birthday_are_woken_for_at_different_moments():
    (_, one), (_, other) = birthdays(date(2012, 7, 15)), birthdays(date(2012, 7, 15))
    assert one.due == other.due
    wakes = {wake_at(one, NOW, CHAIN, LONDON, secrets.randbelow) for _ in range(50)}
    assert len(wakes) > 40
    assert one.due not in wakes


@given(st.integers(0, 90 * 24 * 3600 - 1), st.integers(0, 20))
def test_from_a_wake_nobody_can_tell_one_birthday_from_another_near_it(drawn, days):
    (_, one), (_, other) = birthdays(date(2012, 7, 15)), birthdays(date(2012, 7, 15) + timedelta(days=days))
    asked = []
    wake = wake_at(one, NOW, CHAIN, LONDON, lambda most: asked.append(most) or drawn)
    assert asked == [90 * 24 * 3600], "every second of 90 days is as likely"
    shift = int((other.due - one.due).total_seconds()) + drawn
    if shift < asked[0]:
        assert wake_at(other, NOW, CHAIN, LONDON, lambda _: shift) == wake


@given(st.integers(1, 120))
def test_the_last_months_are_looked_at_day_by_day_whenever_the_birthday_is(days):
    (_, one) = birthdays(LONDON.day_of(NOW).replace(year=2008) + timedelta(days=days))
    wake = wake_at(one, NOW, CHAIN, LONDON, lambda _: pytest.fail("nothing is drawn"))
    assert wake == datetime(2026, 3, 7, tzinfo=UTC)
