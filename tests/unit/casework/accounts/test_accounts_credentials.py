"""Second factors are set up by their holder, with their password; and nobody takes over an account alone."""

import json

import pyotp
import pytest
from offices import asked
from signins import ADDRESS, FIRST_ADMIN, SECOND_ADMIN, WORDS, admin, why
from soft_authenticator import PRESENT, SoftAuthenticator

from nrm.casework.accounts import credentials, entering, entering_passkey, people, recovering, sessions
from nrm.casework.accounts.errors import SignInDeniedError
from nrm.casework.accounts.people import AccountRefusedError
from nrm.casework.accounts.registers import ACCOUNTS
from nrm.casework.errors import NoSuchRecordError
from nrm.errors import NrmError
from nrm.signin.errors import NotProvedError, PasswordRefusedError

ORIGIN = "https://nrm.example.org"
NEW = "another sentence of five words"


@pytest.fixture
def anna(at):
    at.account()
    return at.own(at.signed_in())


def passkey(at, own, device=None):
    device = device or SoftAuthenticator()
    token, options = credentials.begin_new_passkey(at.door, own, WORDS)
    kept = credentials.finish_new_passkey(at.door, own, token, device.create(options, ORIGIN), "phone")
    return device, kept


def alone(at, device, **more):
    token, options = entering_passkey.begin_passkey(at.door)
    return entering_passkey.finish_passkey(at.door, token, device.get(options, ORIGIN, **more), ADDRESS)


def test_a_passkey_alone_signs_its_holder_in(at, anna):
    device, kept = passkey(at, anna)
    begun = alone(at, device)
    assert sessions.session_of(at.desk, begun.token).account.id == anna.who == kept.account
    assert at.said()[-1] == ("session:begin", "done")


def test_a_passkey_is_the_second_factor_after_a_password(at, anna):
    device, kept = passkey(at, anna)
    step = at.password()
    assert [one["id"] for one in json.loads(step.passkey)["allowCredentials"]] == [kept.credential]
    answer = device.get(step.passkey, ORIGIN)
    begun = entering.give_second(at.door, step.token, ADDRESS, passkey=answer)
    assert begun.account.id == anna.who
    with pytest.raises(SignInDeniedError):
        entering.give_second(at.door, step.token, ADDRESS, passkey=answer)


def test_what_a_passkey_says_is_good_once_for_its_question_its_holder_and_its_account(at, anna):
    device, _ = passkey(at, anna)
    token, options = entering_passkey.begin_passkey(at.door)
    answer = device.get(options, ORIGIN)
    other, _ = entering_passkey.begin_passkey(at.door)
    assert why(lambda: entering_passkey.finish_passkey(at.door, other, answer, ADDRESS)) == "wrong_credentials"
    entering_passkey.finish_passkey(at.door, token, answer, ADDRESS)
    assert why(lambda: entering_passkey.finish_passkey(at.door, token, answer, ADDRESS)) == "wrong_credentials"
    assert why(lambda: alone(at, device, flags=PRESENT)) == "wrong_credentials"
    assert why(lambda: alone(at, SoftAuthenticator())) == "wrong_credentials"
    assert why(lambda: entering_passkey.finish_passkey(at.door, token, "{}", ADDRESS)) == "wrong_credentials"
    at.account("bo")
    step = at.password("bo")
    for given in ({"passkey": device.get(json.dumps({**json.loads(options)}), ORIGIN)}, {"passkey": "{}"}, {}):
        assert (
            why(lambda given=given: entering.give_second(at.door, step.token, ADDRESS, **given)) == "wrong_credentials"
        )


def test_the_passkey_of_one_person_is_no_second_factor_of_another(at, anna):
    device, _ = passkey(at, anna)
    at.account("bo")
    passkey(at, at.own(at.signed_in("bo")))
    step = at.password("bo")
    answer = device.get(step.passkey, ORIGIN)
    assert why(lambda: entering.give_second(at.door, step.token, ADDRESS, passkey=answer)) == "wrong_credentials"


def test_an_answer_of_a_device_that_does_not_count_is_good_once_too(at, anna):
    device, _ = passkey(at, anna, SoftAuthenticator(counts=False))
    token, options = entering_passkey.begin_passkey(at.door)
    answer = device.get(options, ORIGIN)
    entering_passkey.finish_passkey(at.door, token, answer, ADDRESS)
    assert why(lambda: entering_passkey.finish_passkey(at.door, token, answer, ADDRESS)) == "wrong_credentials"


def test_a_copy_of_a_passkey_is_noticed(at, anna):
    device, _ = passkey(at, anna)
    for _ in range(3):
        alone(at, device)
    device.count -= 2
    assert why(lambda: alone(at, device)) == "wrong_credentials"


def test_the_passkey_of_a_suspended_account_signs_nobody_in(at, anna):
    device, _ = passkey(at, anna)
    people.suspend(at.desk, admin(), anna.who)
    assert why(lambda: alone(at, device)) == "wrong_credentials"


def test_who_has_only_a_session_sets_nothing_up(at, anna):
    for attempt in (
        lambda: credentials.begin_totp(at.door, anna, "wrong"),
        lambda: credentials.begin_new_passkey(at.door, anna, "wrong"),
        lambda: credentials.change_password(at.door, anna, "wrong", NEW),
    ):
        assert why(attempt) == "wrong_credentials"


def test_a_new_app_counts_from_its_first_right_code_on(at, anna):
    old = at.apps["anna"]
    token, new = credentials.begin_totp(at.door, anna, WORDS)
    assert why(lambda: credentials.finish_totp(at.door, anna, token, "000000")) == "wrong_credentials"
    assert at.signed_in()
    at.apps["anna"] = new.secret
    credentials.finish_totp(at.door, anna, token, at.code())
    assert at.signed_in()
    at.apps["anna"] = old
    with pytest.raises(NrmError):
        at.signed_in()


def test_a_step_of_one_person_is_no_step_of_another(at, anna):
    at.account("bo")
    bo = at.own(at.signed_in("bo"))
    token, new = credentials.begin_totp(at.door, anna, WORDS)
    code = pyotp.TOTP(new.secret).at(int(at.time.timestamp()))
    assert why(lambda: credentials.finish_totp(at.door, bo, token, code)) == "wrong_credentials"
    token, options = credentials.begin_new_passkey(at.door, anna, WORDS)
    answer = SoftAuthenticator().create(options, ORIGIN)
    assert why(lambda: credentials.finish_new_passkey(at.door, bo, token, answer, "")) == "wrong_credentials"


def test_the_last_second_factor_stays(at, anna):
    _, kept = passkey(at, anna)
    credentials.remove_passkey(at.door, anna, kept.id)
    assert credentials.passkeys(at.door, anna) == []
    with pytest.raises(NoSuchRecordError):
        credentials.remove_passkey(at.door, anna, kept.id)
    at.account("bo", ready=False)
    code = credentials.invite(at.door, admin(), people.named(at.desk, admin(), "bo").id)
    step = at.password("bo", code)
    at.apps["bo"] = step.enrol.secret
    bo = at.own(at.second(step, at.code("bo"), new_password=WORDS))
    _, only = passkey(at, bo)
    held = people.named(at.desk, admin(), "bo")
    assert (held.has_passkey, held.totp is not None) == (True, True)
    credentials.remove_passkey(at.door, bo, only.id)
    assert not people.named(at.desk, admin(), "bo").has_passkey


def test_a_passkey_without_an_app_cannot_be_removed(at, anna):
    _, kept = passkey(at, anna)

    def without_app(unit):
        held = ACCOUNTS.get(at.desk, unit, anna.who)
        ACCOUNTS.change(at.desk, unit, held, held.thing.model_copy(update={"totp": None}))

    at.desk.store.run(without_app)
    with pytest.raises(NotProvedError, match="only second factor"):
        credentials.remove_passkey(at.door, anna, kept.id)


def test_no_administrator_gives_credentials_to_an_account_that_somebody_signed_in_to(at, anna):
    for attempt in (
        lambda: credentials.invite(at.door, admin(), anna.who),
        lambda: credentials.first_password(at.door, admin(), anna.who, NEW),
        lambda: credentials.first_totp(at.door, admin(), anna.who),
    ):
        assert why(attempt) == "same_person"
    assert at.signed_in()


def test_a_first_password_is_one_that_nobody_would_guess(at):
    account = at.account(ready=False)
    with pytest.raises(PasswordRefusedError):
        credentials.first_password(at.door, admin(), account.id, "password1234")


def test_two_administrators_recover_an_account_and_what_it_had_is_good_no_more(at, anna):
    device, _ = passkey(at, anna)
    begun = at.signed_in()
    waiting = recovering.ask_recovery(at.desk, admin(FIRST_ADMIN), anna.who)
    assert recovering.recoveries(at.desk, admin(SECOND_ADMIN)) == ([waiting], None)
    assert sessions.session_of(at.desk, begun.token)
    code = recovering.confirm_recovery(at.door, admin(SECOND_ADMIN), waiting.id)
    assert why(lambda: sessions.session_of(at.desk, begun.token)) == "not_signed_in"
    assert why(lambda: alone(at, device)) == "wrong_credentials"
    assert why(at.password) == "wrong_credentials"
    step = at.password(words=code)
    assert (step.must_change, step.passkey, step.enrol is not None) == (True, None, True)
    at.apps["anna"] = step.enrol.secret
    assert at.second(step, at.code(), new_password=NEW).account.id == anna.who
    assert [verb for verb, _ in at.said()].count("user:recover") == 2
    with pytest.raises(NoSuchRecordError):
        recovering.confirm_recovery(at.door, admin(SECOND_ADMIN), waiting.id)


def test_nobody_recovers_alone_for_themselves_or_too_late(at, anna):
    at.account("chief", ["administrator"])
    chief = asked("administrator", anna.organisation, people.named(at.desk, admin(), "chief").id)
    assert why(lambda: recovering.ask_recovery(at.desk, chief, chief.who)) == "same_person"
    own = recovering.ask_recovery(at.desk, admin(), chief.who)
    assert why(lambda: recovering.confirm_recovery(at.door, chief, own.id)) == "same_person"
    assert why(lambda: recovering.confirm_recovery(at.door, admin(), own.id)) == "same_person"
    for role in ("caseworker", "supervisor", "overseer"):
        assert why(lambda role=role: recovering.ask_recovery(at.desk, asked(role), anna.who)) == "not_permitted"
        assert why(lambda role=role: recovering.confirm_recovery(at.door, asked(role), own.id)) == "not_permitted"
    waiting = recovering.ask_recovery(at.desk, admin(FIRST_ADMIN), anna.who)
    at.later(hours=1)
    with pytest.raises(NoSuchRecordError):
        recovering.confirm_recovery(at.door, admin(SECOND_ADMIN), waiting.id)
    assert recovering.recoveries(at.desk, admin()) == ([], None)
    assert at.signed_in()


def test_a_new_request_takes_back_the_old_one_and_a_suspended_account_is_not_recovered(at, anna):
    old = recovering.ask_recovery(at.desk, admin(FIRST_ADMIN), anna.who)
    new = recovering.ask_recovery(at.desk, admin(SECOND_ADMIN), anna.who)
    with pytest.raises(NoSuchRecordError):
        recovering.confirm_recovery(at.door, admin(SECOND_ADMIN), old.id)
    people.suspend(at.desk, admin(), anna.who)
    with pytest.raises(NoSuchRecordError):
        recovering.confirm_recovery(at.door, admin(FIRST_ADMIN), new.id)
    with pytest.raises(AccountRefusedError):
        recovering.ask_recovery(at.desk, admin(), anna.who)
