"""A new decision: a standing duty is never later, none fades away, and only a bar ends one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from nrm.referral.clock import Clock
from nrm.referral.redeciding import BARRED, NOT_IN_PLAN, merged

NOW = datetime(2026, 3, 6, 10, 30, tzinfo=UTC)
DUTIES = [("call", "caseworker"), ("call", "supervisor"), ("visit", "caseworker"), ("trace_family", "caseworker")]
NUMBERS = count(1000)


def clock(duty=DUTIES[0], days=2, state="running", **changes):
    code, by = duty
    base = {"id": UUID(int=next(NUMBERS)), "kind": "duty", "code": code, "by": by, "state": state, "made_at": NOW}
    return Clock(**{**base, "due": NOW + timedelta(days=days), **changes})


def applied(old, changes):
    """Return the clocks of the case after the changes."""
    now = {one.id: one for one in changes.changed}
    return [*(now.get(one.id, one) for one in old), *changes.added]


plans = st.lists(st.sampled_from(DUTIES), unique=True).flatmap(
    lambda duties: st.tuples(*(st.builds(clock, st.just(duty), st.integers(1, 90)) for duty in duties))
)
states = st.sampled_from(["running", "late", "done", "cancelled"])
cases = st.lists(
    st.builds(
        clock,
        st.sampled_from(DUTIES),
        st.integers(1, 90),
        states,
        why=st.sampled_from([(), (NOT_IN_PLAN,), ("noted",)]),
    ),
    max_size=8,
)
bars = st.sets(st.sampled_from([code for code, _ in DUTIES]))


def allowed(plan, barred):
    return tuple(one for one in plan if one.code not in barred)


@given(cases, plans, bars)
def test_every_duty_of_the_new_plan_has_a_clock_that_stands_or_was_done(old, plan, barred):
    plan = allowed(plan, barred)
    after = applied(old, merged(old, plan, barred))
    for wanted in plan:
        same = [one for one in after if (one.code, one.by) == (wanted.code, wanted.by)]
        standing = [one for one in same if one.state in {"running", "late"}]
        assert standing or any(one.state == "done" for one in same)
        assert all(one.due <= wanted.due for one in standing)


@given(cases, plans, bars)
def test_no_standing_clock_gets_later_or_stops_unless_a_bar_forbids_it(old, plan, barred):
    plan = allowed(plan, barred)
    after = {one.id: one for one in applied(old, merged(old, plan, barred))}
    wanted = {(one.code, one.by) for one in plan}
    for before in old:
        now = after[before.id]
        assert now.due <= before.due
        if now.state != before.state:
            assert (now.state, before.code in barred, now.why[-1]) == ("cancelled", True, BARRED)
            assert before.state in {"running", "late"}
        elif before.state in {"running", "late"}:
            assert (NOT_IN_PLAN in now.why) == ((now.code, now.by) not in wanted)
            assert before.code not in barred


@given(cases, plans, bars)
def test_the_same_decision_a_second_time_changes_nothing(old, plan, barred):
    plan = allowed(plan, barred)
    after = applied(old, merged(old, plan, barred))
    again = merged(after, plan, barred)
    assert (again.added, again.changed) == ((), ())


@given(cases, plans)
def test_clocks_of_other_kinds_are_left_alone(old, plan):
    others = [one.model_copy(update={"kind": "task"}) for one in old]
    changes = merged(others, plan)
    assert (changes.added, changes.changed) == (tuple(plan), ())


def test_a_standing_duty_keeps_its_clock_and_takes_the_earlier_time():
    old, sooner, later = clock(days=5), clock(days=3), clock(days=9)
    assert merged([old], [later]).changed == ()
    assert merged([old], [later]).added == ()
    (changed,) = merged([old], [sooner]).changed
    assert (changed.id, changed.due) == (old.id, sooner.due)


def test_a_duty_that_left_the_plan_runs_on_with_a_note_and_loses_it_when_it_returns():
    old = clock(state="late", why=("noted",))
    (away,) = merged([old], []).changed
    assert (away.state, away.why) == ("late", ("noted", NOT_IN_PLAN))
    (back,) = merged([away], [clock(days=60)]).changed
    assert back == old


def test_a_duty_that_a_bar_forbids_is_called_off_and_begins_anew_when_the_bar_is_gone():
    old = clock(("trace_family", "caseworker"))
    (off,) = merged([old], [], {"trace_family"}).changed
    assert (off.state, off.why) == ("cancelled", (BARRED,))
    new = clock(("trace_family", "caseworker"))
    assert merged([off], [new]).added == (new,)


def test_what_was_done_stays_done_while_it_is_in_the_plan_and_begins_anew_after_it_was_away():
    done = clock(state="done")
    new = clock(days=7)
    assert merged([done], [new]).added == ()
    (away,) = merged([done], []).changed
    assert (away.state, away.why) == ("done", (NOT_IN_PLAN,))
    assert merged([away], [new]).added == (new,)


def test_the_same_duty_of_two_roles_has_two_clocks():
    old = clock(("call", "caseworker"))
    new = clock(("call", "supervisor"))
    changes = merged([old], [new])
    assert changes.added == (new,)
    assert [one.why for one in changes.changed] == [(NOT_IN_PLAN,)]
