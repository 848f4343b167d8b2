"""The places of grants in their lists: newest first whatever the clock says, and gone with the case."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from offices import THEIRS, asked

from nrm.casework.cases import glass
from nrm.casework.cases.glass_places import _place, forget
from nrm.casework.cases.shredding_again import shred_again

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
SECOND, NURSE = UUID(int=31), UUID(int=30)


def broken(office, case):
    nurse = asked(organisation=THEIRS, who=NURSE)
    return glass.break_glass(office.desk, nurse, case, "medical_emergency", "she does not wake up", SECOND)


def places(office):
    return [kind for kind, _ in office.store.state.registry if kind.startswith("glass_")]


@given(st.lists(st.tuples(MOMENTS, st.uuids(version=4)), unique_by=(lambda one: one[0], lambda one: one[1])))
def test_places_stand_in_the_order_of_what_began_last(made):
    ordered = sorted(made, key=lambda one: _place(*one))
    assert [at for at, _ in ordered] == sorted((at for at, _ in made), reverse=True)


@given(MOMENTS, st.uuids(version=4), st.integers(-12, 12))
def test_a_place_is_the_same_wherever_the_clock_stands(at, grant, hours):
    try:
        there = at.astimezone(timezone(timedelta(hours=hours)))
    except OverflowError:
        there = at
    assert _place(there, grant) == _place(at, grant)


def test_grants_of_the_same_moment_have_places_of_their_own():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    assert len({_place(at, uuid4()) for _ in range(100)}) == 100


def test_a_shredded_case_leaves_no_place_and_the_others_stay(office):
    gone, stays = office.open().case, office.open().case
    for case in (gone, gone, stays):
        broken(office, case)
    assert len(places(office)) == 9
    office.shred(gone)
    assert sorted(places(office)) == ["glass_kept", "glass_named", "glass_ours"]


def test_places_are_forgotten_without_the_key_of_the_case(office):
    case = office.open().case
    broken(office, case)
    office.store.run(lambda unit: forget(unit, case))
    assert places(office) == []


def test_a_case_that_a_backup_brought_back_is_shredded_again_with_its_places(office):
    case = office.open().case
    broken(office, case)
    backup = office.store.state.copied()
    office.shred(case)
    entries = office.entries()
    office.store.state = backup
    assert len(places(office)) == 3
    assert shred_again(office.desk, asked("administrator"), entries) == 1
    assert places(office) == []
