"""Sign-in: a password and a second factor, always both; and nothing that tells one failure from another."""

from dataclasses import replace
from datetime import timedelta

import pytest
from offices import NOON
from signins import ADDRESS, CHEAP, WORDS, admin

from nrm.casework.accounts import credentials, entering, people, sessions
from nrm.casework.accounts.errors import PasswordNeededError, SignInDeniedError, TooManyTriesError
from nrm.errors import NrmError
from nrm.signin.lockout import FIRST, FREE
from nrm.signin.password import Cost, Hasher
from nrm.signin.tokens import new_token

NEW = "another sentence of five words"


def refused(attempt):
    """What a failure says to whoever tries, and what it says to the log: all that could tell two apart."""
    with pytest.raises(NrmError) as caught:
        attempt()
    return type(caught.value), getattr(caught.value, "why", None), str(caught.value)


def shape(entry):
    """An entry without its random parts."""
    here = {name: value for name, value in vars(entry).items() if name not in {"event", "time", "actor"}}
    return here, entry.actor is not None


def test_a_password_alone_signs_nobody_in(at):
    at.account()
    step = at.password()
    assert (step.totp, step.passkey, step.enrol, step.must_change) == (True, None, None, False)
    with pytest.raises(SignInDeniedError) as caught:
        sessions.session_of(at.desk, step.token)
    assert caught.value.why == "not_signed_in"


def test_with_a_code_of_the_app_a_session_begins_under_a_token_of_its_own(at):
    at.account()
    step = at.password()
    begun = at.second(step, at.code())
    assert begun.token != step.token
    assert sessions.session_of(at.desk, begun.token).account.name == "anna"
    assert at.said()[-2:] == [("session:ask", "done"), ("session:begin", "done")]
    assert at.office.entries()[-1].role == "caseworker"


def test_whatever_is_wrong_in_the_first_step_is_told_alike_and_leaves_entries_of_one_shape(at):
    at.account("anna")
    at.account("suspended")
    at.account("elsewhere")
    at.account("fresh", ready=False)
    people.suspend(at.desk, admin(), people.named(at.desk, admin(), "suspended").id)
    people.change(at.desk, admin(), people.named(at.desk, admin(), "elsewhere").id, local=False)
    tried = [("nobody", WORDS), ("anna", "wrong"), ("suspended", WORDS), ("elsewhere", WORDS), ("fresh", WORDS)]
    tried += [("anna", ""), ("", WORDS), ("x" * 500, WORDS), ("anna", "x" * 5_000), ("\ud800", WORDS)]
    answers = {refused(lambda name=name, words=words: at.password(name, words)) for name, words in tried}
    assert len(answers) == 1
    assert {answer[1] for answer in answers} == {"wrong_credentials"}
    shapes = [shape(entry) for entry in at.office.entries()[-len(tried) :]]
    assert all(one == shapes[0] for one in shapes)
    assert (shapes[0][0]["action"], shapes[0][0]["why"]) == ("cli:session:ask", "wrong_credentials")


def test_a_name_that_nobody_has_costs_the_work_of_one_hash_like_any_other(at):
    class Counting(Hasher):
        calls = ()

        def fits(self, kept, password):
            self.calls += (self._argon.memory_cost,)
            return super().fits(kept, password)

    at.account()
    counting = Counting(Cost(1, 8, 1))
    at.door = replace(at.door, hasher=counting)
    for name in ("anna", "nobody"):
        refused(lambda name=name: at.password(name, "wrong"))
    assert counting.calls == (8, 8)


@pytest.mark.parametrize("known", ["anna", "nobody"])
def test_after_some_failures_nothing_is_tried_for_a_while_whether_there_is_such_a_name_or_not(at, known):
    at.account("anna")
    for _ in range(FREE["name"]):
        assert refused(lambda: at.password(known, "wrong"))[1] == "wrong_credentials"
    with pytest.raises(TooManyTriesError) as caught:
        at.password(known, WORDS)
    assert timedelta(0) < caught.value.wait <= FIRST
    assert at.said()[-1] == ("session:ask", "too_many_tries")
    at.later(seconds=31)
    assert refused(lambda: at.password(known, "wrong"))[1] == "wrong_credentials"
    assert refused(lambda: at.password(known, "wrong"))[1] == "too_many_tries"


def test_one_address_may_try_only_so_many_names(at):
    for number in range(FREE["address"]):
        refused(lambda number=number: at.password(f"name{number}", "wrong"))
    assert refused(lambda: at.password("another", "wrong"))[1] == "too_many_tries"
    assert refused(lambda: at.password("another", "wrong", address="198.51.100.1"))[1] == "wrong_credentials"


def test_whoever_signs_in_to_their_own_account_between_guesses_gains_nothing(at):
    at.account()
    for number in range(FREE["address"] - 3):
        refused(lambda number=number: at.password(f"name{number}", "wrong"))
    at.signed_in()
    answers = [refused(lambda number=number: at.password(f"other{number}", "wrong"))[1] for number in range(5)]
    assert answers == ["wrong_credentials"] * 3 + ["too_many_tries"] * 2


def test_codes_are_counted_as_passwords_are_and_a_right_password_forgives_nothing(at):
    at.account()
    tried = 0
    while True:
        try:
            step = at.password()
        except TooManyTriesError:
            break
        answer = refused(lambda step=step: at.second(step, "000000"))
        tried += answer[1] == "wrong_credentials"
    assert tried <= FREE["name"]


def test_who_signs_in_is_no_longer_counted(at):
    at.account()
    for _ in range(4):
        for _ in range(FREE["name"] - 3):
            refused(lambda: at.password("anna", "wrong"))
        at.signed_in()


def test_a_code_is_used_once(at):
    at.account()
    code = at.code()
    at.second(at.password(), code)
    assert refused(lambda: at.second(at.password(), code))[1] == "wrong_credentials"


def test_a_step_is_used_once_by_its_own_kind_and_in_time(at):
    at.account()
    step = at.password()
    at.second(step, at.code())
    assert refused(lambda: at.second(step, at.code()))[1] == "wrong_credentials"
    late = at.password()
    at.later(minutes=10)
    assert refused(lambda: at.second(late, at.code()))[1] == "wrong_credentials"
    begun = at.signed_in()
    for token in (begun.token, new_token(), "", "x"):
        with pytest.raises(SignInDeniedError):
            entering.give_second(at.door, token, ADDRESS, code=at.code())


def test_a_step_whose_record_survives_its_account_is_good_no_more(at):
    account = at.account()
    step = at.password()
    kept = {key: row for key, row in at.office.store.state.registry.items() if key[0] == "step"}
    people.end_sessions(at.desk, admin(), account.id)
    at.office.store.state.registry.update(kept)
    assert refused(lambda: at.second(step, at.code()))[1] == "wrong_credentials"


def test_a_step_from_before_a_suspension_is_good_no_more(at):
    account = at.account()
    step = at.password()
    people.suspend(at.desk, admin(), account.id)
    people.restore(at.desk, admin(), account.id)
    assert refused(lambda: at.second(step, at.code()))[1] == "wrong_credentials"


def test_a_new_colleague_signs_in_once_by_a_code_chooses_a_password_and_sets_up_an_app(at):
    account = at.account(ready=False)
    code = credentials.invite(at.door, admin(), account.id)
    step = at.password(words=code)
    assert step.must_change
    assert step.enrol.uri.startswith("otpauth://totp/")
    assert step.enrol.secret not in repr(step)
    at.apps["anna"] = step.enrol.secret
    with pytest.raises(PasswordNeededError):
        at.second(step, at.code())
    for bad in ("short", "password1234", code):
        with pytest.raises(NrmError, match="password"):
            at.second(step, at.code(), new_password=bad)
    at.later(minutes=2)
    begun = at.second(step, at.code(), new_password=NEW)
    assert sessions.session_of(at.desk, begun.token).account.id == account.id
    assert refused(lambda: at.password(words=code))[1] == "wrong_credentials"
    assert at.signed_in(words=NEW).account.entered


@pytest.mark.parametrize("what", ["suspended", "another password"])
def test_what_changes_while_a_password_is_looked_at_counts(at, what):
    account = at.account()

    class Meanwhile(Hasher):
        def fits(self, kept, password):
            right = super().fits(kept, password)
            if what == "suspended":
                people.suspend(at.desk, admin(), account.id)
            else:
                credentials.first_password(replace(at.door, hasher=CHEAP), admin(), account.id, NEW)
            return right

    at.door = replace(at.door, hasher=Meanwhile(Cost(1, 8, 1)))
    assert refused(at.password)[1] == "wrong_credentials"


def test_nothing_that_lets_somebody_in_is_shown_by_chance(at):
    at.account()
    step = at.password()
    begun = at.second(step, at.code())
    shown = repr((step, begun, at.door.settings))
    assert step.token not in shown
    assert begun.token not in shown
    assert "anna" not in shown.lower()


def test_a_one_time_code_is_over_after_three_days(at):
    account = at.account(ready=False)
    code = credentials.invite(at.door, admin(), account.id)
    at.later(days=3)
    assert refused(lambda: at.password(words=code))[1] == "wrong_credentials"


def test_a_password_kept_at_an_old_cost_is_made_again_when_it_is_given(at):
    account = at.account()
    dearer = Hasher(Cost(passes=2, memory_kib=16, lanes=1))
    at.door = replace(at.door, hasher=dearer)
    at.signed_in()
    assert not dearer.is_old(people.get(at.desk, admin(), account.id)[0].password)
    at.door = replace(at.door, hasher=CHEAP)
    assert at.signed_in().account.id == account.id
    assert at.time > NOON
