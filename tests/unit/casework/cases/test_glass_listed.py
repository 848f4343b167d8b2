"""Broken glass over all cases: who sees which grants, how much of each, in what order, and until when."""

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, pairwise, repeat
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import ANNA, OURS, THEIRS, asked
from referral_desk import entries_of, later, said

from nrm.casework.asked import NotPermittedError
from nrm.casework.cases import glass, glass_listed
from nrm.casework.cases.glass_listed import list_glass
from nrm.casework.cases.glass_places import WHOSE

SECOND, HEAD, NURSE, ELSEWHERE = UUID(int=31), UUID(int=32), UUID(int=30), UUID(int=3)
WHY = "CanaryWhy: she is in our ward and does not wake up"
STATES = ("in_force", "to_review", "reviewed")
KEEPER = asked("supervisor", who=HEAD)
OTHER_HEAD = asked("supervisor", THEIRS, UUID(int=33))


def breaks(office, case, organisation=THEIRS, who=NURSE, told=SECOND, hours=1):
    nurse = asked(organisation=organisation, who=who)
    return glass.break_glass(office.desk, nurse, case, "medical_emergency", WHY, told, hours)


def whole(office, who, whose="kept", state=None, most=100):
    """All parts of a list, put together."""
    found, after = [], None
    while True:
        part = list_glass(office.desk, who, whose, state, after, most)
        assert len(part.items) <= most
        found, after = found + part.items, part.next
        if after is None:
            return found


def ids(listed):
    return [one.grant.id for one in listed]


def pointers(office):
    return [row for (kind, _), row in office.store.state.registry.items() if kind.startswith("glass_")]


def test_those_who_answer_for_the_cases_list_what_was_broken_the_newest_first(office):
    one, two, not_ours = office.open().case, office.open().case, office.open(who=asked(organisation=THEIRS)).case
    made = [breaks(office, one), breaks(office, two), breaks(office, one)]
    breaks(office, not_ours, organisation=ELSEWHERE)
    for who in (KEEPER, asked("coordinator")):
        listed = whole(office, who)
        assert ids(listed) == [grant.id for grant in reversed(made)]
        assert [seen.case for seen in listed] == [one, two, one]
        assert {seen.state for seen in listed} == {"in_force"}


def test_the_note_is_read_by_who_may_read_the_case_and_by_nobody_else(office):
    breaks(office, office.open().case, told=SECOND)
    assert [one.note for one in whole(office, KEEPER)] == [WHY]
    others = (
        (asked("coordinator"), "kept"),
        (asked("supervisor", THEIRS, SECOND), "named"),
        (OTHER_HEAD, "ours"),
    )
    for who, whose in others:
        (listed,) = whole(office, who, whose)
        assert listed.note is None
        assert "Canary" not in repr(listed)


def test_the_second_person_lists_the_grants_that_name_them_and_no_others(office):
    case = office.open().case
    named, _ = breaks(office, case, told=SECOND), breaks(office, case, told=ANNA)
    for role in ("first_responder", "caseworker", "supervisor", "coordinator"):
        (listed,) = whole(office, asked(role, ELSEWHERE, SECOND), "named")
        assert (listed.grant.id, listed.case) == (named.id, case)
    assert whole(office, asked(who=UUID(int=99)), "named") == []


def test_whoever_answers_for_the_people_who_broke_it_is_not_told_which_case_it_was(office):
    case = office.open().case
    grant = breaks(office, case)
    breaks(office, case, organisation=ELSEWHERE)
    (listed,) = whole(office, OTHER_HEAD, "ours")
    assert (listed.grant.id, listed.grant.who, listed.case) == (grant.id, NURSE, None)
    assert str(case) not in repr(listed)
    assert whole(office, KEEPER, "ours") == []
    assert whole(office, OTHER_HEAD, "kept") == []


DENIED = [
    *((role, whose) for role in ("overseer", "administrator", "statistician", "provider", "person") for whose in WHOSE),
    *(("worker", whose) for whose in WHOSE),
    *(("caseworker", whose) for whose in ("kept", "ours")),
    *(("first_responder", whose) for whose in ("kept", "ours")),
    ("coordinator", "ours"),
]


@pytest.mark.parametrize(("role", "whose"), DENIED)
def test_other_roles_have_no_such_list_and_the_denial_is_on_the_log(office, role, whose):
    breaks(office, office.open().case, told=ANNA)
    with pytest.raises(NotPermittedError):
        list_glass(office.desk, asked(role), whose)
    assert said(office)[-1] == ("glass:list", "not_permitted")
    assert entries_of(office, "glass:list")[-1].case is None


def test_of_each_case_in_the_list_there_is_one_entry_and_one_of_a_list_that_is_empty(office):
    one, two = office.open().case, office.open().case
    whole(office, KEEPER)
    assert [entry.case for entry in entries_of(office, "glass:list")] == [None]
    for case in (one, two, two):
        breaks(office, case)
    whole(office, KEEPER)
    entries = entries_of(office, "glass:list")[1:]
    assert len(entries) == 2
    assert all(entry.case is not None for entry in entries)


def test_a_part_ends_where_enough_was_looked_at_and_says_where_it_goes_on(office, monkeypatch):
    monkeypatch.setattr(glass_listed, "MOST_LOOKED_AT", 3)
    case = office.open().case
    made = [breaks(office, case) for _ in range(7)]
    glass.review_glass(office.desk, KEEPER, case, made[0].id, "justified")
    first = list_glass(office.desk, KEEPER, "kept", "reviewed")
    assert (first.items, first.next is None) == ([], False)
    assert ids(whole(office, KEEPER, "kept", "reviewed")) == [made[0].id]


def test_what_can_be_in_force_no_more_is_not_looked_at_to_find_what_is(office, monkeypatch):
    case = office.open().case
    breaks(office, case, hours=glass.MOST_HOURS)
    later(office, hours=glass.MOST_HOURS)
    grant = breaks(office, case)
    monkeypatch.setattr(glass_listed, "MOST_LOOKED_AT", 1)
    part = list_glass(office.desk, KEEPER, "kept", "in_force")
    assert (ids(part.items), part.next) == ([grant.id], None)


def test_the_store_does_not_say_who_has_a_list(office):
    breaks(office, office.open().case)
    rows = pointers(office)
    assert len(rows) == len(WHOSE)
    assert not {row.owner for row in rows} & {OURS, THEIRS, SECOND, NURSE}
    assert len({row.owner for row in rows}) == len(WHOSE)


@dataclass
class Broken:
    """What the model knows of one grant."""

    grant: object
    case: UUID
    ends: object
    reviewed: bool = False

    def state(self, now):
        return "reviewed" if self.reviewed else "in_force" if now < self.ends else "to_review"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("break"), st.integers(0, 2), st.sampled_from([THEIRS, ELSEWHERE])),
            st.tuples(st.sampled_from(["end", "review"]), st.integers(0, 9), st.none()),
            st.tuples(st.just("wait"), st.integers(10, 300), st.none()),
            st.tuples(st.just("shred"), st.integers(0, 2), st.none()),
        ),
        max_size=12,
    ),
    most=st.integers(1, 4),
)
def test_every_grant_is_in_its_lists_in_one_state_and_in_order_until_its_case_is_shredded(office, steps, most):
    with still(office):
        before = {whose: len(whole(office, who, whose)) for who, whose in LOOKERS}
    cases, made = [office.open().case for _ in range(3)], []
    for verb, number, organisation in steps:
        if verb == "wait":
            later(office, minutes=number)
        elif verb == "break" and cases[number % 3] is not None:
            grant = breaks(office, cases[number], organisation)
            made.append(Broken(grant, cases[number], grant.until))
        elif verb == "shred" and cases[number] is not None:
            office.shred(cases[number])
            made = [one for one in made if one.case != cases[number]]
            cases[number] = None
        elif made and verb in {"end", "review"}:
            one = made[number % len(made)]
            if not one.reviewed:
                act(office, verb, one)
    with still(office) as now:
        for who, whose in LOOKERS:
            mine = [one for one in made if whose != "ours" or one.grant.organisation == THEIRS]
            for state in (None, *STATES):
                listed = whole(office, who, whose, state, most)
                wanted = [one.grant.id for one in reversed(mine) if state in {None, one.state(now)}]
                assert ids(listed)[: len(wanted)] == wanted
                assert all(one.state == state for one in listed if state is not None)
            assert len(whole(office, who, whose)) == before[whose] + len(mine)
        assert len(pointers(office)) == len(WHOSE) * len(whole(office, KEEPER))


@contextmanager
def still(office):
    """Let no time pass while it is looked."""
    moment = next(office.seconds)
    office.seconds = repeat(moment)
    yield office.now()
    office.seconds = count(moment + 1)


LOOKERS = ((KEEPER, "kept"), (asked("supervisor", ELSEWHERE, SECOND), "named"), (OTHER_HEAD, "ours"))


def act(office, verb, one):
    if verb == "end":
        glass.end_glass(office.desk, KEEPER, one.case, one.grant.id)
    else:
        glass.review_glass(office.desk, KEEPER, one.case, one.grant.id, "justified")
        one.reviewed = True
    one.ends = min(one.ends, office.now())


def test_what_began_later_stands_first_to_the_microsecond(office):
    case = office.open().case
    made = [breaks(office, case) for _ in range(4)]
    begun = [one.grant.begins for one in whole(office, KEEPER, most=1)]
    assert begun == sorted((grant.begins for grant in made), reverse=True)
    assert all(one > other for one, other in pairwise(begun))
