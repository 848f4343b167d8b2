"""A step of a sign-in leads where it was made to lead, and nowhere else; what was counted stays counted."""

import pyotp
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import new_office
from signins import ADDRESS, WORDS, TestDoor, admin
from signins import why_refused as why
from soft_authenticator import SoftAuthenticator

from nrm.casework.accounts import credentials, entering, entering_oidc, entering_passkey, people, steps
from nrm.casework.accounts.registers import ACCOUNTS
from nrm.signin.lockout import FREE
from nrm.signin.oidc import new_pending
from nrm.signin.totp import new_totp

NEW = "another sentence of five words"
ORIGIN = "https://nrm.example.org"
STAGES = ("second", "passkey", "oidc", "add_totp", "add_passkey")


def uses(at, own, app):
    """What each stage is for: given a token of it, and all else in order."""
    return {
        "second": lambda token: entering.give_second(at.door, token, ADDRESS, code=code_of(at, app)),
        "add_totp": lambda token: credentials.finish_totp(at.door, own, token, code_of(at, app)),
        "add_passkey": lambda token: credentials.finish_new_passkey(at.door, own, token, "{}", "phone"),
        "passkey": lambda token: entering_passkey.finish_passkey(at.door, token, '{"id": "AAAA"}', ADDRESS),
        "oidc": lambda token: entering_oidc.finish_oidc(at.door, token, {}),
    }


def code_of(at, app):
    at.later(seconds=30)
    return pyotp.TOTP(app.secret).at(int(at.time.timestamp()))


@settings(max_examples=25, deadline=None)
@given(stage=st.sampled_from(STAGES), use=st.sampled_from(STAGES))
def test_a_step_is_good_for_its_own_stage_only_though_all_else_is_in_order(tmp_path_factory, stage, use):
    at = TestDoor(new_office(tmp_path_factory.mktemp("office")))
    account = at.account()
    own, app = at.own(at.signed_in()), new_totp()
    held = at.desk.store.run(lambda unit: ACCOUNTS.get(at.desk, unit, account.id)).thing
    kept = {"totp": app, "pending": new_pending("ministry"), "challenge": "AAAA"}
    token = at.desk.store.run(lambda unit: steps.put(at.desk, unit, stage, held, **kept))
    if stage == use and use in {"second", "add_totp"}:
        uses(at, own, app)[use](token)
    elif stage != use:
        assert why(lambda: uses(at, own, app)[use](token)) == "wrong_credentials"


def test_who_sets_up_a_new_app_is_not_signed_in_by_it(at):
    """With a password and a stolen session, nobody gets a session of their own past the second factor."""
    at.account()
    own = at.own(at.signed_in())
    token, new = credentials.begin_totp(at.door, own, WORDS)
    step = at.password()
    for opened in (token, step.token):
        assert why(lambda opened=opened: entering.give_second(at.door, opened, ADDRESS, code=code_of(at, new)))
    at.second(step, at.code())


def test_a_step_of_an_account_that_is_suspended_is_good_no_more_whatever_else_its_record_says(at):
    account = at.account()
    step = at.password()

    def suspended(unit):
        held = ACCOUNTS.get(at.desk, unit, account.id)
        ACCOUNTS.change(at.desk, unit, held, held.thing.model_copy(update={"state": "suspended"}))

    at.desk.store.run(suspended)
    assert why(lambda: at.second(step, at.code())) == "wrong_credentials"


def test_of_two_who_have_a_one_time_code_only_the_first_comes_in(at):
    account = at.account(ready=False)
    code = credentials.invite(at.door, admin(), account.id)
    first, second = at.password(words=code), at.password(words=code)
    at.apps["anna"] = first.enrol.secret
    assert at.second(first, at.code(), new_password=NEW).account.id == account.id
    at.apps["anna"] = second.enrol.secret
    late = "yet another sentence of six words"
    assert why(lambda: at.second(second, at.code(), new_password=late)) == "wrong_credentials"
    assert why(lambda: at.password(words=code)) == "wrong_credentials"


def test_a_new_password_that_nobody_asked_for_changes_none(at):
    at.account()
    at.second(at.password(), at.code(), new_password=NEW)
    assert why(lambda: at.password(words=NEW)) == "wrong_credentials"
    assert at.signed_in(words=WORDS)


def test_who_has_a_session_guesses_its_password_no_more_often_than_anybody(at):
    at.account()
    own = at.own(at.signed_in())
    guesses = (
        lambda: credentials.begin_totp(at.door, own, "wrong"),
        lambda: credentials.begin_new_passkey(at.door, own, "wrong"),
        lambda: credentials.change_password(at.door, own, "wrong", NEW),
    )
    said = [why(guesses[number % len(guesses)]) for number in range(FREE["name"] + 2)]
    assert said == ["wrong_credentials"] * FREE["name"] + ["too_many_tries"] * 2
    assert why(lambda: credentials.change_password(at.door, own, WORDS, NEW)) == "too_many_tries"


def test_answers_of_passkeys_are_counted_by_the_address_that_they_come_from(at):
    def guess(address):
        token, options = entering_passkey.begin_passkey(at.door)
        answer = SoftAuthenticator().get(options, ORIGIN)
        return why(lambda: entering_passkey.finish_passkey(at.door, token, answer, address))

    said = {guess(ADDRESS) for _ in range(FREE["address"])}
    assert said == {"wrong_credentials"}
    assert guess(ADDRESS) == "too_many_tries"
    assert guess("198.51.100.1") == "wrong_credentials"


def test_a_passkey_lets_nobody_in_where_only_a_provider_of_identity_does(at):
    account = at.account()
    own = at.own(at.signed_in())
    token, options = credentials.begin_new_passkey(at.door, own, WORDS)
    device = SoftAuthenticator()
    credentials.finish_new_passkey(at.door, own, token, device.create(options, ORIGIN), "phone")

    def alone():
        begun, asking = entering_passkey.begin_passkey(at.door)
        return entering_passkey.finish_passkey(at.door, begun, device.get(asking, ORIGIN), ADDRESS)

    assert alone().account.id == account.id
    people.change(at.desk, admin(), account.id, local=False)
    assert why(alone) == "wrong_credentials"
    assert why(at.password) == "wrong_credentials"
