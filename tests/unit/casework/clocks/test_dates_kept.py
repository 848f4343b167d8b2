"""The days of a person's life that matter: none is missed, none rings twice, and the store is told of none."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import NOON, new_office
from referral_desk import CHILD, a_case, clocks, later, tasks, tick

from nrm.casework.items import CHASED, RUNNING, WAKE
from nrm.referral.calendar import Calendar

CALENDAR = Calendar("GB", "Europe/London")


def born(day):
    return f"identity: {{first_name: CanaryBo, birth_date: {day}, birth_date_basis: document}}\n"


def of_kind(office, case, kind):
    return sorted((one for one in clocks(office, case) if one.kind == kind), key=lambda one: (one.due, one.made_at))


def running(office, case, kind):
    return [one.due for one in of_kind(office, case, kind) if one.state in RUNNING]


@given(st.dates(date(2008, 3, 3), date(2026, 2, 1)))
@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
def test_the_store_is_never_told_when_a_child_comes_of_age(tmp_path_factory, day):
    office = new_office(tmp_path_factory.mktemp("office"))
    case = a_case(office, born(day) + CHILD.partition("\n")[2])
    due = {one.id: one.due for one in of_kind(office, case, "birthday")}
    assert len(due) == 2
    rows = {row.clock: row for row in office.store.run(lambda unit: unit.clocks.of(case))}
    assert {row.kind for row in rows.values()} <= {CHASED, WAKE}
    for name, moment in due.items():
        ahead = moment - rows[name].due_at
        if moment - NOON > timedelta(days=120, hours=1):
            assert timedelta(days=30) <= ahead <= timedelta(days=120)
        elif moment - NOON < timedelta(days=120):  # every local day, whichever it is
            assert rows[name].due_at == CALENDAR.start_of(date(2026, 3, 2))


def test_two_children_of_one_birthday_wake_the_store_at_different_moments(office):
    moments = set()
    for _ in range(4):
        case = a_case(office, CHILD)
        ids = {one.id for one in of_kind(office, case, "birthday")}
        rows = office.store.run(lambda unit, case=case: unit.clocks.of(case))
        moments |= {row.due_at for row in rows if row.clock in ids}
    assert len(moments) == 8


def test_the_birthday_rings_on_its_day_and_not_before_though_the_store_woke_us_often(office):
    case = a_case(office, born("2008-06-10") + CHILD.partition("\n")[2])
    day = CALENDAR.start_of(date(2026, 6, 10))
    while office.now() < day - timedelta(days=1):
        tick(office)
        assert "person_is_eighteen" not in tasks(office, case)
        later(office, days=1)
    later(office, days=1)
    tick(office)
    assert "person_is_eighteen" in tasks(office, case)
    assert [one.state for one in of_kind(office, case, "birthday")] == ["done", "done"]


def test_a_corrected_birthday_takes_the_place_of_the_old_one_also_when_it_is_corrected_back(office):
    case = a_case(office, CHILD)
    first = running(office, case, "birthday")
    office.amend(case, 1, born("2013-01-31"))
    office.decide(case)
    assert running(office, case, "birthday")[-1] == CALENDAR.start_of(date(2031, 1, 31))
    assert len(running(office, case, "birthday")) == 2
    office.amend(case, 2, CHILD.partition("\n")[0] + "\n")
    office.decide(case)
    assert running(office, case, "birthday") == first


@pytest.mark.parametrize("identity", ["birth_date: 2012-05-17, birth_date_basis: estimated", "first_name: CanaryBo"])
def test_a_birthday_that_is_only_estimated_or_unknown_has_no_clock(office, identity):
    case = a_case(office, f"identity: {{{identity}}}\n" + CHILD.partition("\n")[2])
    assert of_kind(office, case, "birthday") == []
    case = a_case(office, CHILD)
    office.amend(case, 1, f"identity: {{{identity}}}\n")
    office.decide(case)
    assert running(office, case, "birthday") == []


def test_what_is_past_rings_once_and_not_again_with_each_decision(office):
    case = a_case(office, born("2008-04-10") + CHILD.partition("\n")[2])
    office.amend(case, 1, "legal: {recovery: {granted: yes, start: 2025-06-01}}\n")
    for _ in range(3):
        office.decide(case)
        tick(office)
        later(office, days=1)
    for code in ("person_turns_eighteen", "recovery_period_ends"):
        assert len([one for one in clocks(office, case) if (one.code, one.kind) == (code, "task")]) == 1, code
        assert tasks(office, case).count(code) == 1


def test_a_recovery_period_ends_at_its_time_and_nothing_ends_with_it(office):
    case = a_case(office)
    office.amend(case, 1, "legal: {recovery: {granted: yes, start: 2026-02-20}}\n")
    office.decide(case)
    (due,) = running(office, case, "recovery")
    assert due > datetime(2026, 3, 15, tzinfo=UTC)
    office.decide(case)
    assert running(office, case, "recovery") == [due]
    later(office, days=(due - NOON).days + 1)
    tick(office)
    assert "recovery_period_ends" in tasks(office, case)


def test_one_review_runs_at_a_time_and_the_next_begins_with_the_decision_after_it(office):
    case = a_case(office)
    (due,) = running(office, case, "review")
    office.decide(case)
    assert running(office, case, "review") == [due]
    later(office, days=(due - NOON).days + 1)
    tick(office)
    assert ("review_due" in tasks(office, case), running(office, case, "review")) == (True, [])
    office.decide(case)
    assert len(running(office, case, "review")) == 1
