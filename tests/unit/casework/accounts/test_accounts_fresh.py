"""A session that was left open makes no key that lasts: what does takes a sign-in of the last ten minutes."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offices import NOON, asked, new_office
from signins import TestDoor, why_refused

from nrm.casework.accounts.errors import SignInDeniedError
from nrm.casework.accounts.fresh import FRESH, need_fresh

FAR = int(timedelta(days=400).total_seconds())


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return TestDoor(new_office(tmp_path_factory.mktemp("office"))).desk


@given(seconds=st.integers(-FAR, FAR) | st.integers(-601, 601))
def test_who_signed_in_within_ten_minutes_and_nobody_else_is_let_pass(desk, seconds):
    begun = desk.clock() - timedelta(seconds=seconds)
    fresh = abs(timedelta(seconds=seconds) + timedelta(milliseconds=1)) < timedelta(minutes=10)  # the clock ticks
    with nullcontext() if fresh else pytest.raises(SignInDeniedError, match="too long ago"):
        need_fresh(desk, asked(), "credential:add", "browser", begun)


def test_the_ten_minutes_end_to_the_moment(at):
    begun = at.time
    at.time = begun + FRESH - timedelta(milliseconds=2)
    need_fresh(at.desk, asked(), "credential:add", "browser", begun)
    assert why_refused(lambda: need_fresh(at.desk, asked(), "credential:add", "browser", begun)) == "sign_in_again"
    assert at.said()[-1] == ("credential:add", "sign_in_again")


@pytest.mark.parametrize("kind", ["token", "client"])
def test_a_token_is_no_sign_in_however_new_it_is(at, kind):
    assert why_refused(lambda: need_fresh(at.desk, asked(), "credential:remove", kind, NOON)) == "not_permitted"
    assert at.said()[-1] == ("credential:remove", "not_permitted")
