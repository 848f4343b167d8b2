"""Nobody takes over an account alone: what a suspension, a recovery, new keys or another organisation leave behind."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import OURS, THEIRS
from signins import FIRST_ADMIN, SECOND_ADMIN, admin, why

from nrm.casework.accounts import credentials, entering_oidc, machines, people, recovering, sessions, tokens
from nrm.casework.accounts.errors import SignInDeniedError
from nrm.casework.errors import NoSuchRecordError, OtherRecordError
from nrm.signin.lockout import FREE
from nrm.signin.oidc import Identity, new_pending
from nrm.signin.roles import ROLES
from nrm.signin.settings import OidcSettings

ISSUER = "https://id.example.org"
GROUPS = {"case team": "caseworker"}
FIRST, SECOND = admin(FIRST_ADMIN), admin(SECOND_ADMIN)


class NamesAnna:
    """A provider of identity that names the same person each time."""

    def __init__(self, **more):
        fields = {"name": "ministry", "issuer": ISSUER, "client_id": "nrm", "client_secret_file": Path("x")}
        self.settings = OidcSettings.model_validate({**fields, "redirect": "https://nrm.example.org/back", **more})

    def begin(self):
        return ISSUER, new_pending("ministry")

    def finish(self, _pending, _answer, _now):
        return Identity(ISSUER, "s-1", ("case team",), "Canary Anna")


def enter(at, **more):
    at.door = at.door.__class__(at.desk, at.door.settings, at.door.hasher, {"ministry": NamesAnna(**more)})
    token, _ = entering_oidc.begin_oidc(at.door, "ministry")
    return entering_oidc.finish_oidc(at.door, token, {})


@pytest.fixture
def anna(at):
    account = at.account()
    at.signed_in()
    return account.id


def test_without_create_a_provider_makes_no_account_though_roles_and_organisation_are_known(at):
    assert why(lambda: enter(at, roles=GROUPS, organisation=OURS)) == "not_permitted"
    assert people.accounts(at.desk, admin()) == ([], None)
    assert enter(at, roles=GROUPS, organisation=OURS, create=True).account.roles == ("caseworker",)


def test_no_administrator_alone_gives_an_app_to_somebody_who_signed_in_and_has_none(at):
    made = enter(at, roles=GROUPS, organisation=OURS, create=True).account
    assert made.totp is None
    assert why(lambda: credentials.first_totp(at.door, FIRST, made.id)) == "same_person"
    assert why(lambda: credentials.first_password(at.door, FIRST, made.id, "four words by chance")) == "same_person"


def test_a_recovered_person_waits_for_nobody_who_guessed_in_their_name(at, anna):
    for _ in range(FREE["name"] + 1):
        with pytest.raises(SignInDeniedError):
            at.password(words="wrong", address=None)
    assert why(at.password) == "too_many_tries"
    waiting = recovering.ask_recovery(at.desk, FIRST, anna)
    code = recovering.confirm_recovery(at.door, SECOND, waiting.id)
    assert at.password(words=code).must_change


def test_the_code_of_a_recovery_is_over_after_three_days(at, anna):
    codes = []
    for _ in range(2):
        waiting = recovering.ask_recovery(at.desk, FIRST, anna)
        codes.append(recovering.confirm_recovery(at.door, SECOND, waiting.id))
    assert why(lambda: at.password(words=codes[0])) == "wrong_credentials"
    at.later(days=2, hours=23)
    assert at.password(words=codes[1]).must_change
    at.later(hours=1)
    assert why(lambda: at.password(words=codes[1])) == "wrong_credentials"


def test_what_was_asked_for_before_a_suspension_is_not_confirmed_after_it(at, anna):
    waiting = recovering.ask_recovery(at.desk, FIRST, anna)
    kept = {key: row for key, row in at.office.store.state.registry.items() if key[0] == "recovery"}
    people.suspend(at.desk, FIRST, anna)
    at.office.store.state.registry.update(kept)  # as if its record had survived
    with pytest.raises(NoSuchRecordError):
        recovering.confirm_recovery(at.door, SECOND, waiting.id)
    for key in kept:
        del at.office.store.state.registry[key]
    people.restore(at.desk, FIRST, anna)
    with pytest.raises(NoSuchRecordError):
        recovering.confirm_recovery(at.door, SECOND, waiting.id)


def test_a_suspension_takes_back_what_was_asked_for(at, anna):
    waiting = recovering.ask_recovery(at.desk, FIRST, anna)
    people.suspend(at.desk, FIRST, anna)
    people.restore(at.desk, FIRST, anna)
    assert recovering.recoveries(at.desk, SECOND) == ([], None)
    with pytest.raises(NoSuchRecordError):
        recovering.confirm_recovery(at.door, SECOND, waiting.id)


def test_nobody_hands_an_account_over_to_where_they_may_not_look(at, anna):
    service = at.account("service", ["provider"], organisation=THEIRS, ready=False)
    with pytest.raises(OtherRecordError):
        people.change(at.desk, FIRST, anna, organisation=THEIRS)
    with pytest.raises(OtherRecordError):
        people.change(at.desk, FIRST, service.id, roles=("provider", "caseworker"))
    assert people.get(at.desk, FIRST, anna)[0].organisation == OURS
    assert people.get(at.desk, FIRST, service.id)[0].roles == ("provider",)


@settings(max_examples=25, deadline=None)
@given(roles=st.sets(st.sampled_from(ROLES), min_size=1))
def test_of_another_organisation_nothing_but_a_service_is_ever_made(at_once, roles):
    at, made = at_once, None
    try:
        made = people.create(at.desk, FIRST, f"n{at.now().timestamp()}", "x", roles, THEIRS)
    except OtherRecordError:
        assert roles != {"provider"}
    else:
        assert made.roles == ("provider",)


@pytest.fixture(scope="module")
def at_once(tmp_path_factory):
    from offices import new_office  # noqa: PLC0415 - one office for all examples
    from signins import TestDoor  # noqa: PLC0415

    return TestDoor(new_office(tmp_path_factory.mktemp("office")))


def test_who_is_given_keys_signs_in_by_no_secret_any_more(at):
    from joserfc.jwk import ECKey  # noqa: PLC0415

    client = at.account("registry", ready=False, kind="client")
    secret = machines.give_secret(at.desk, FIRST, client.id)
    assert machines.token_by_secret(at.door, str(client.id), secret)
    key = ECKey.generate_key("P-256").as_dict(private=False)
    machines.give_keys(at.desk, FIRST, client.id, {"keys": [key]})
    assert why(lambda: machines.token_by_secret(at.door, str(client.id), secret)) == "wrong_credentials"


def test_who_ends_all_of_their_sessions_ends_one_whose_record_survives(at):
    at.account()
    begun = at.signed_in()
    kept = {key: row for key, row in at.office.store.state.registry.items() if key[0] == "session"}
    assert sessions.revoke_own(at.desk, at.own(begun)) == 1
    at.office.store.state.registry.update(kept)
    assert why(lambda: sessions.session_of(at.desk, begun.token)) == "session_over"


def test_a_suspended_account_makes_no_token(at, anna):
    own = at.own(at.signed_in())
    assert tokens.make_token(at.door, own, "export", 1)
    people.suspend(at.desk, FIRST, anna)
    assert why(lambda: tokens.make_token(at.door, own, "export", 1)) == "session_over"
