"""Sessions last as long as they may, and end when they must."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signins import WORDS, admin
from signins import why_refused as why

from nrm.casework.accounts import credentials, people, sessions, tokens
from nrm.casework.accounts.registers import ACCOUNTS
from nrm.casework.accounts.tokens import TokenRefusedError
from nrm.casework.errors import NoSuchRecordError
from nrm.signin.tokens import new_token

NEW = "another sentence of five words"


def reads(at, monkeypatch):
    """How often the registry is read and written while a session is looked up, and by which kind of transaction."""
    calls = []

    class Watched:
        def __init__(self, inner):
            self.inner = inner

        def __getattr__(self, name):
            calls.append(name)
            return getattr(self.inner, name)

    def watching(transaction):
        def watched(work):
            def inner(unit):
                unit.registry = Watched(unit.registry)
                return work(unit)

            return transaction(inner)

        return watched

    for name in ("run", "read"):
        monkeypatch.setattr(at.desk.store, name, watching(getattr(at.desk.store, name)))
    return calls


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(1, 45), min_size=1, max_size=30))
def test_a_session_lasts_while_it_is_used_and_never_longer_than_half_a_day(at, minutes):
    if "anna" not in at.apps:
        at.account()
    begun, began, used = at.signed_in(), at.time, at.time
    for pause in minutes:
        at.later(minutes=pause)
        idle, age = at.time - used, at.time - began
        if age < timedelta(hours=12) and idle < timedelta(minutes=30):
            sessions.session_of(at.desk, begun.token)
            used = at.time
        elif age >= timedelta(hours=12) or idle >= timedelta(minutes=32):
            assert why(lambda: sessions.session_of(at.desk, begun.token)) == "session_over"
            assert at.said()[-1] == ("api:session:use", "session_over")
            return


def test_a_session_is_looked_up_by_two_reads_and_noted_once_a_minute(at, monkeypatch):
    at.account()
    begun = at.signed_in()
    calls = reads(at, monkeypatch)
    for _ in range(5):
        sessions.session_of(at.desk, begun.token)
    assert calls == ["marked", "get"] * 5
    at.later(minutes=1)
    for _ in range(3):
        sessions.session_of(at.desk, begun.token)
    assert calls.count("change") == 1


def test_what_is_no_token_of_ours_signs_nobody_in_and_is_on_the_log(at):
    for token in ("", "nrm_", new_token(), "Bearer x", "x" * 10_000):
        assert why(lambda token=token: sessions.session_of(at.desk, token)) == "not_signed_in"
    entries = at.office.entries()[-5:]
    assert {(one.action, one.why) for one in entries} == {("api:session:use", "not_signed_in")}


def test_who_signs_out_is_out(at):
    at.account()
    one, other = at.signed_in(), at.signed_in()
    sessions.sign_out(at.desk, sessions.session_of(at.desk, one.token))
    assert why(lambda: sessions.session_of(at.desk, one.token)) == "not_signed_in"
    assert sessions.session_of(at.desk, other.token).session.id == other.session.id


def test_ones_own_sessions_are_listed_and_ended_and_nobody_elses(at):
    at.account("anna")
    at.account("bo")
    anna, again, bo = at.signed_in("anna"), at.signed_in("anna"), at.signed_in("bo")
    assert [one.id for one in sessions.sessions(at.desk, at.own(anna))] == [again.session.id, anna.session.id]
    with pytest.raises(NoSuchRecordError):
        sessions.revoke(at.desk, at.own(anna), bo.session.id)
    sessions.revoke(at.desk, at.own(anna), again.session.id)
    assert why(lambda: sessions.session_of(at.desk, again.token)) == "not_signed_in"
    assert sessions.revoke_own(at.desk, at.own(anna)) == 1
    assert why(lambda: sessions.session_of(at.desk, anna.token)) == "not_signed_in"
    assert sessions.session_of(at.desk, bo.token).account.name == "bo"


def test_whoever_changes_their_password_ends_all_sessions_and_needs_the_old_one(at):
    at.account()
    begun, other = at.signed_in(), at.signed_in()
    own = at.own(begun)
    assert why(lambda: credentials.change_password(at.door, own, "wrong", NEW)) == "wrong_credentials"
    assert at.said()[-1] == ("credential:change", "wrong_credentials")
    credentials.change_password(at.door, own, WORDS, NEW)
    for token in (begun.token, other.token):
        assert why(lambda token=token: sessions.session_of(at.desk, token)) == "not_signed_in"
    assert at.signed_in(words=NEW)


def test_an_administrator_ends_all_sessions_of_somebody(at):
    account = at.account()
    begun = at.signed_in()
    made = tokens.make_token(at.door, at.own(begun), "script", 30)
    people.end_sessions(at.desk, admin(), account.id)
    for token in (begun.token, made.token):
        assert why(lambda token=token: sessions.session_of(at.desk, token)) == "not_signed_in"


def test_a_session_whose_record_survives_is_over_all_the_same(at):
    at.account()
    begun = at.signed_in()
    kept = {key: row for key, row in at.office.store.state.registry.items() if key[0] == "session"}
    people.end_sessions(at.desk, admin(), begun.account.id)
    at.office.store.state.registry.update(kept)
    assert why(lambda: sessions.session_of(at.desk, begun.token)) == "session_over"


def test_a_suspended_account_has_no_session_whatever_else_its_record_says(at):
    at.account()
    begun = at.signed_in()

    def suspended(unit):
        held = ACCOUNTS.get(at.desk, unit, begun.account.id)
        ACCOUNTS.change(at.desk, unit, held, held.thing.model_copy(update={"state": "suspended"}))

    at.desk.store.run(suspended)
    assert why(lambda: sessions.session_of(at.desk, begun.token)) == "session_over"


def test_a_token_for_a_program_lives_for_its_days_is_listed_and_taken_back(at):
    at.account()
    begun = at.signed_in()
    made = tokens.make_token(at.door, at.own(begun), " nightly report ", 30)
    at.later(days=29)
    assert sessions.session_of(at.desk, made.token).session.label == "nightly report"
    listed = sessions.sessions(at.desk, at.own(begun))
    assert [(one.kind, one.label) for one in listed] == [("token", "nightly report")]
    assert made.token not in repr(listed)
    at.later(days=1)
    assert why(lambda: sessions.session_of(at.desk, made.token)) == "session_over"
    again = tokens.make_token(at.door, at.own(begun), "x", 90)
    sessions.revoke(at.desk, at.own(begun), again.session.id)
    assert why(lambda: sessions.session_of(at.desk, again.token)) == "not_signed_in"


@pytest.mark.parametrize(("label", "days"), [("x", 0), ("x", 91), ("", 5), ("  ", 5), ("x" * 81, 5)])
def test_a_token_that_would_live_too_long_or_that_nobody_could_tell_apart_is_refused(at, label, days):
    at.account()
    with pytest.raises(TokenRefusedError):
        tokens.make_token(at.door, at.own(at.signed_in()), label, days)
