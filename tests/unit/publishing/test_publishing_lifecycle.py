"""The order of steps is one table, and one rule says which rulebook is in force on a day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.audit.actions import VERBS
from nrm.publishing.lifecycle import (
    APPROVER,
    AUTHOR,
    BINDING,
    STATES,
    STEPS,
    TABLE,
    WORKER,
    StepRefusedError,
    after,
    allowed,
    in_force,
    in_order,
)

FIRST = date(2026, 1, 1)
MAY = {
    (None, AUTHOR): {"propose": "proposed", "roll_back": "checked"},
    ("proposed", AUTHOR): {"check": "checked", "comment": "proposed", "withdraw": "withdrawn"},
    ("proposed", APPROVER): {
        "check": "checked",
        "comment": "proposed",
        "reject": "rejected",
        "withdraw": "withdrawn",
    },
    ("proposed", WORKER): {"check": "checked"},
    ("checked", AUTHOR): {"check": "checked", "comment": "checked", "withdraw": "withdrawn"},
    ("checked", APPROVER): {
        "check": "checked",
        "comment": "checked",
        "approve": "approved",
        "reject": "rejected",
        "withdraw": "withdrawn",
    },
    ("checked", WORKER): {"check": "checked"},
    ("approved", AUTHOR): {"comment": "approved", "withdraw": "withdrawn"},
    ("approved", APPROVER): {"comment": "approved", "withdraw": "withdrawn"},
    ("approved", WORKER): {"enforce": "in_force", "replace": "replaced", "undo": "rolled_back"},
    ("in_force", WORKER): {"replace": "replaced", "undo": "rolled_back"},
    **{
        (state, role): {"comment": state}
        for state in ("in_force", "replaced", "rejected", "withdrawn", "rolled_back")
        for role in (AUTHOR, APPROVER)
    },
}


@pytest.mark.parametrize("role", [AUTHOR, APPROVER, WORKER, "caseworker", "administrator", "overseer"])
@pytest.mark.parametrize("state", [None, *STATES])
def test_every_step_is_allowed_or_refused_as_the_table_says(state, role):
    may = MAY.get((state, role), {})
    assert set(allowed(state, role)) == set(may)
    for step in STEPS:
        if step in may:
            assert after(state, step, role) == may[step]
        else:
            with pytest.raises(StepRefusedError) as refused:
                after(state, step, role)
            assert refused.value.may == allowed(state, role)
            todo = refused.value.problems[0].todo
            assert all(f"`{one}`" in todo for one in may)
            assert ("nothing is possible here" in todo) == (not may)


def test_nothing_binds_without_the_approver():
    assert {line.who for line in TABLE if line.to == "approved"} == {frozenset({APPROVER})}
    assert all(line.came_from <= BINDING for line in TABLE if line.to in BINDING - {"approved"})


def test_every_step_has_a_verb_on_the_log():
    assert {line.verb.partition(":")[2] for line in TABLE} <= set(VERBS["rulebook"])


def test_each_step_has_its_own_verb_and_asks_for_the_right_to_it():
    other = {"roll_back": "restore", "check": "prove", "replace": "enforce", "undo": "enforce"}
    assert {line.step: line.verb for line in TABLE} == {one: f"rulebook:{other.get(one, one)}" for one in STEPS}
    assert {line.step: line.right for line in TABLE if line.right != line.verb} == {"roll_back": "rulebook:propose"}


@dataclass(frozen=True)
class Entry:
    state: str
    from_: date
    approved_at: datetime | None


entries = st.lists(
    st.builds(
        Entry,
        st.sampled_from(STATES),
        st.integers(0, 5).map(lambda days: FIRST + timedelta(days=days)),
        st.integers(0, 100).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    ),
    max_size=6,
)


@given(entries, st.integers(-1, 7).map(lambda days: FIRST + timedelta(days=days)))
def test_in_force_is_the_last_that_binds_and_has_begun(published, on):
    found = in_force(published, on)
    begun = [one for one in published if one.state in BINDING and one.from_ <= on]
    assert (found is None) == (not begun)
    if found is not None:
        assert found in begun
        assert all((one.from_, one.approved_at) <= (found.from_, found.approved_at) for one in begun)


@given(entries, st.randoms())
def test_the_order_in_which_they_are_read_says_nothing(published, random):
    shuffled = published[:]
    random.shuffle(shuffled)
    assert [(one.from_, one.approved_at) for one in in_order(shuffled)] == [
        (one.from_, one.approved_at) for one in in_order(published)
    ]


def test_what_binds_though_nobody_approved_it_is_put_in_no_order():
    with pytest.raises(AssertionError, match="nobody approved"):
        in_order([Entry("approved", FIRST, None)])


@given(entries, entries)
def test_what_does_not_bind_changes_nothing(published, others):
    idle = [one for one in others if one.state not in BINDING]
    on = FIRST + timedelta(days=3)
    assert in_force([*published, *idle], on) == in_force(published, on)
