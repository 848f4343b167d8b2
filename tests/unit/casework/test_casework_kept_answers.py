"""A kept answer is good for a day, whether a worker removes it then or not."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import ANNA, NOON, OURS, new_office

from nrm.casework.clocks.rounds import remove_over
from nrm.casework.errors import TakenError
from nrm.casework.once import HOURS, Answered, answered, forget_answers, keep_answer

DAY = timedelta(hours=HOURS)
FIRST, SECOND = Answered(asks="a", reply="first"), Answered(asks="b", reply="second")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return new_office(tmp_path_factory.mktemp("office"))


def at(office, later):
    return replace(office.desk, clock=lambda: NOON + later)


def keep(desk, key, answer, about=None):
    desk.store.run(lambda unit: keep_answer(desk, unit, ANNA, key, answer, about))


@settings(max_examples=60, deadline=None)
@given(seconds=st.integers(0, 3 * HOURS * 3600), swept=st.booleans())
def test_an_answer_is_told_for_a_day_and_then_its_key_is_free(office, seconds, swept):
    key, later = str(uuid4()), timedelta(seconds=seconds)
    desk = at(office, later)
    keep(at(office, timedelta()), key, FIRST)
    if swept:
        remove_over(desk)
    if later < DAY:
        assert answered(desk, ANNA, key) == FIRST
        with pytest.raises(TakenError):
            keep(desk, key, SECOND)
    else:
        assert answered(desk, ANNA, key) is None
        keep(desk, key, SECOND)
        assert answered(desk, ANNA, key) == SECOND
        assert answered(at(office, later + DAY), ANNA, key) is None


def test_the_last_moment_of_the_day_counts_and_the_next_one_not(office):
    keep(at(office, timedelta()), "key-1", FIRST)
    assert answered(at(office, DAY - timedelta(microseconds=1)), ANNA, "key-1") == FIRST
    assert answered(at(office, DAY), ANNA, "key-1") is None


def test_an_answer_about_a_case_goes_with_it_and_others_stay(office):
    desk = at(office, timedelta())
    keep(desk, "key-2", FIRST, about=OURS)
    keep(desk, "key-3", SECOND)
    desk.store.run(lambda unit: forget_answers(unit, OURS))
    assert answered(desk, ANNA, "key-2") is None
    assert answered(desk, ANNA, "key-3") == SECOND
