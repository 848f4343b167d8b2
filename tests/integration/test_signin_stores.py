"""Counting failures, and what must happen once, on real databases with many at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from offices import TestOffice
from signins import ADDRESS, WORDS, TestDoor, admin

from nrm.casework.accounts import entering, machines, people, sessions
from nrm.casework.accounts.errors import SignInDeniedError, TooManyTriesError
from nrm.errors import NrmError
from nrm.signin.lockout import FREE

AT_ONCE = 4


@pytest.fixture
def at(store, tmp_path):
    """A door on a real store, with a clock that stands still while many try."""
    made = TestDoor(TestOffice(tmp_path).on(store))
    made.account()
    return made


def outcome(attempt):
    try:
        return attempt()
    except NrmError as error:
        return type(error)


def at_once(attempt, times):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda _: outcome(attempt), range(times)))


def test_those_who_guess_at_once_have_one_count(at):
    answers = at_once(lambda: at.password("anna", "wrong"), FREE["name"] * 3)
    assert answers.count(SignInDeniedError) == FREE["name"]
    assert answers.count(TooManyTriesError) == FREE["name"] * 2


def test_one_code_begins_one_session_whoever_else_sends_it_at_once(at):
    step = at.password()
    code = pyotp.TOTP(at.apps["anna"]).at(int(at.time.timestamp()))
    answers = at_once(lambda: entering.give_second(at.door, step.token, ADDRESS, code=code), AT_ONCE)
    begun = [one for one in answers if isinstance(one, sessions.Begun)]
    assert len(begun) == 1
    assert sessions.session_of(at.desk, begun[0].token)


def test_one_session_is_used_at_once_and_noted_without_a_fault(at):
    begun = at.signed_in()
    at.later(minutes=2)
    answers = at_once(lambda: sessions.session_of(at.desk, begun.token), AT_ONCE * 3)
    assert {type(one) for one in answers} == {sessions.SignedIn}


def test_a_suspension_ends_what_begins_at_the_same_time(at):
    secret = machines.give_secret(at.desk, admin(), (client := at.account("feed", ready=False, kind="client")).id)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tokens = [
            pool.submit(outcome, lambda: machines.token_by_secret(at.door, str(client.id), secret)) for _ in range(6)
        ]
        pool.submit(outcome, lambda: people.suspend(at.desk, admin(), client.id)).result()
    for begun in (one.result() for one in tokens):
        if isinstance(begun, sessions.Begun):
            assert outcome(lambda begun=begun: sessions.session_of(at.desk, begun.token)) is SignInDeniedError
    assert outcome(lambda: at.password("anna", WORDS)) is not SignInDeniedError
