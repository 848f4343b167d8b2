"""Clocks made: every duty has one, and what comes to pass on a day is woken for in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from fakes import REAL, load
from hypothesis import given
from hypothesis import strategies as st
from small_books import ON, book, rule

from nrm.engine.decide import Engine
from nrm.referral.calendar import Calendar
from nrm.referral.clocks import Clockmaker
from nrm.referral.consent import Answer
from nrm.referral.referral import Referral
from nrm.referral.tasks import read_tasks
from nrm.rulebook.book import Within

NOW = datetime(2026, 3, 6, 10, 30, tzinfo=UTC)  # a Friday
LONDON = Calendar("GB", "Europe/London")
TASKS = read_tasks(Path(REAL.rules) / "directory" / "tasks.yaml", load(REAL).vocabulary)
NOTICE = Within(180, "days")

moments = st.datetimes(datetime(2026, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis


def maker(now=NOW, calendar=LONDON):
    numbers = count(1)
    return Clockmaker(now, calendar, lambda: UUID(int=next(numbers)))


def plan_of(*rules, **more):
    engine = Engine(book({"age": ["child"]}, *rules, **more))
    plan = engine.decide({"age": "child"}, ON)
    engine.rete.close()
    return plan


def answer(**changes):
    base = {
        "id": UUID(int=99), "at": NOW, "state": "given", "by": "self", "purpose": "health_care",
        "recipient": "health_service", "groups": ("health",), "until": date(2026, 9, 1), "wording": "1",
        "language": "fr",
    }  # fmt: skip
    return Answer(**{**base, **changes})


def test_every_duty_of_a_plan_has_a_clock_with_its_role_and_time():
    plan = plan_of(
        rule("a", then=["duty:call/caseworker/24 hours", "duty:call/supervisor/3 days", "offer:bed"]),
        rule("b", then=["duty:visit/caseworker/2 working_days"]),
    )
    clocks = maker().of_plan(plan)
    assert [(one.kind, one.code, one.by, one.state, one.due) for one in clocks] == [
        ("duty", "call", "caseworker", "running", datetime(2026, 3, 7, 10, 30, tzinfo=UTC)),
        ("duty", "call", "supervisor", "running", datetime(2026, 3, 10, tzinfo=UTC)),
        ("duty", "visit", "caseworker", "running", datetime(2026, 3, 11, tzinfo=UTC)),
    ]
    assert len({one.id for one in clocks}) == 3


def test_a_duty_without_role_or_time_is_the_caseworkers_at_once():
    plan = plan_of(rule("a", then=["duty:call/supervisor/24 hours"]))
    bare = tuple(line._replace(by=None, within=None) for line in plan.of("duty"))
    (clock,) = maker().of_plan(replace(plan, lines={**plan.lines, "duty": bare}))
    assert (clock.code, clock.by, clock.due) == ("call", "caseworker", NOW)


def test_a_task_belongs_to_the_role_of_the_table_or_to_the_one_that_arranges_the_offer():
    task = TASKS["arrange_offer"]
    clock = maker().of_task(task, offer="residence_permit")
    assert (clock.kind, clock.by, clock.offer) == ("task", "caseworker", "residence_permit")
    assert clock.due == LONDON.due(NOW, task.within)
    other = maker().of_task(task, by="immigration_authority", about=UUID(int=7), why=("capacity",))
    assert (other.by, other.about, other.why) == ("immigration_authority", UUID(int=7), ("capacity",))


@pytest.mark.parametrize(
    ("expires", "due"),
    [
        (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)),
        (datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 3, 7, tzinfo=UTC)),
    ],
)
def test_a_service_has_its_time_to_answer_but_no_longer_than_the_package_counts(expires, due):
    referral = Referral(
        id=UUID(int=5), state="sent", offer="medical_care", disclosure="share_with_health", recipient="health_service",
        purpose="health_care", basis="consent", groups=(), service=("src", "1"), age="age1", decision=UUID(int=6),
        made_at=NOW, expires_at=expires,
    )  # fmt: skip
    clock = maker().of_answer(referral, TASKS)
    assert (clock.kind, clock.code, clock.by) == ("answer", "no_answer", "service_provider")
    assert (clock.offer, clock.about, clock.due) == ("medical_care", referral.id, due)


def test_a_consent_is_asked_anew_two_weeks_before_its_last_day_is_over():
    over, renewal = sorted(maker().of_consent(answer(), TASKS), key=lambda one: one.due, reverse=True)
    assert (renewal.code, renewal.due) == ("consent_renewal", datetime(2026, 8, 18, 23, tzinfo=UTC))
    assert (over.code, over.due) == ("consent_over", datetime(2026, 9, 1, 23, tzinfo=UTC))
    assert LONDON.last_day(over.due) == date(2026, 9, 1)
    assert {one.about for one in (over, renewal)} == {UUID(int=99)}


def test_a_consent_that_soon_ends_is_asked_about_now_and_one_that_ended_is_over_now():
    soon = maker().of_consent(answer(until=date(2026, 3, 10)), TASKS)
    assert [(one.code, one.due) for one in soon] == [
        ("consent_renewal", NOW),
        ("consent_over", datetime(2026, 3, 11, tzinfo=UTC)),
    ]
    ended = maker().of_consent(answer(until=date(2026, 3, 5)), TASKS)
    assert [(one.code, one.due) for one in ended] == [("consent_over", NOW)]


def test_a_consent_without_an_end_and_a_refusal_have_no_clock():
    assert maker().of_consent(answer(until=None), TASKS) == []
    assert maker().of_consent(answer(state="refused", until=None), TASKS) == []


def test_review_and_recovery_ring_after_their_time():
    review = maker().of_review(Within(90, "days"))
    assert (review.kind, review.code, LONDON.last_day(review.due)) == ("review", "review_due", date(2026, 6, 4))
    recovery = maker().of_recovery(NOW - timedelta(days=10), Within(30, "days"))
    assert (recovery.code, LONDON.last_day(recovery.due)) == ("recovery_period_ends", date(2026, 3, 26))
    long_ago = maker().of_recovery(NOW - timedelta(days=100), Within(30, "days"))
    assert long_ago.due == NOW


def test_a_child_has_a_clock_for_the_passage_and_one_for_the_birthday():
    prepare, adult = maker().of_birthday(date(2009, 7, 15), NOTICE)
    assert (prepare.kind, prepare.code, LONDON.day_of(prepare.due)) == (
        "birthday", "person_turns_eighteen", date(2027, 1, 16),
    )  # fmt: skip
    assert (adult.code, adult.due) == ("person_is_eighteen", datetime(2027, 7, 14, 23, tzinfo=UTC))


def test_who_was_born_on_29_february_comes_of_age_on_1_march():
    _, adult = maker().of_birthday(date(2012, 2, 29), NOTICE)
    assert LONDON.day_of(adult.due) == date(2030, 3, 1)
    _, adult = maker().of_birthday(date(2010, 2, 28), NOTICE)
    assert LONDON.day_of(adult.due) == date(2028, 2, 28)


def test_the_passage_of_a_child_who_is_nearly_adult_is_prepared_now():
    prepare, adult = maker().of_birthday(date(2008, 4, 1), NOTICE)
    assert prepare.due == NOW < adult.due


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), moments)
def test_only_a_child_has_birthday_clocks_and_none_is_due_before_it_is_made(born, now):
    clocks = maker(now).of_birthday(born, NOTICE)
    eighteenth = date(born.year + 18, born.month, born.day) if (born.month, born.day) != (2, 29) else None
    if eighteenth is not None:
        assert bool(clocks) == (LONDON.day_of(now) < eighteenth)
    assert all(now <= clock.due for clock in clocks)
    assert [clock.due for clock in clocks] == sorted(clock.due for clock in clocks)


def test_a_notice_in_another_unit_is_counted_in_whole_days():
    child = maker().of_birthday(date(2012, 7, 15), Within(36, "hours"))
    assert LONDON.day_of(child[0].due) == date(2030, 7, 13)
