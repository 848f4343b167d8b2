"""Two administrators are two people: one that somebody made, woke up or recovered today does not count yet."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from offices import OURS, asked
from signins import FIRST_ADMIN, SECOND_ADMIN, WORDS, admin, long_held, why_refused
from soft_authenticator import SoftAuthenticator

from nrm.casework.accounts import credentials, entering_oidc, entering_passkey, people, recovering
from nrm.casework.accounts.recovering import SEASONED, WITHIN
from nrm.casework.accounts.registers import ACCOUNTS
from nrm.signin.account import Account
from nrm.signin.oidc import Identity, new_pending
from nrm.signin.settings import OidcSettings

NEW = "another sentence of five words"


@pytest.fixture
def anna(at):
    at.account()
    return at.signed_in().account.id


@pytest.fixture
def chief(at):
    return keeper(at, "chief")


def entered(at, name, roles=("administrator",)):
    """Somebody who was just made and signed in, as who asks over the API."""
    made = at.account(name, roles)
    at.signed_in(name)
    return over_api(made.id)


def over_api(account):
    return asked("administrator", OURS, account, source="api")


def keeper(at, name):
    """An administrator of old, as who asks over the API."""
    found = entered(at, name)
    long_held(at.desk, found.who)
    return found


def held(at, account):
    return at.desk.store.run(lambda unit: ACCOUNTS.get(at.desk, unit, account)).thing


def both_ways(at, new, old, account):
    """Why a recovery fails that one asks for and another confirms, whichever of the two is the new one."""
    found = [why_refused(lambda: recovering.ask_recovery(at.desk, new, account))]
    waiting = recovering.ask_recovery(at.desk, old, account)
    return [*found, why_refused(lambda: recovering.confirm_recovery(at.door, new, waiting.id))]


def good(at, one, other, account):
    waiting = recovering.ask_recovery(at.desk, one, account)
    return recovering.confirm_recovery(at.door, other, waiting.id)


def test_a_second_administrator_who_was_just_made_neither_asks_nor_confirms(at, anna, chief):
    before = held(at, anna)
    assert both_ways(at, entered(at, "sock"), chief, anna) == ["too_new", "too_new"]
    assert at.said()[-1] == ("api:user:recover", "too_new")
    assert held(at, anna) == before


def test_after_three_days_the_two_are_two(at, anna, chief):
    new = entered(at, "deputy")
    at.later(days=3)
    assert good(at, new, chief, anna)
    assert good(at, chief, new, anna)


def test_it_counts_until_it_was_asked_for_and_not_until_it_is_confirmed(at, anna, chief):
    new = entered(at, "deputy")
    at.later(seconds=(SEASONED - WITHIN / 2).total_seconds())
    waiting = recovering.ask_recovery(at.desk, chief, anna)
    at.later(minutes=45)
    assert why_refused(lambda: recovering.confirm_recovery(at.door, new, waiting.id)) == "too_new"
    assert good(at, chief, new, anna)


def test_an_old_account_that_nobody_had_signed_in_to_is_as_new_as_its_first_sign_in(at, anna, chief):
    at.account("sleeper", ["administrator"])
    at.later(days=400)
    at.signed_in("sleeper")
    sleeper = over_api(people.named(at.desk, admin(), "sleeper").id)
    assert both_ways(at, sleeper, chief, anna) == ["too_new", "too_new"]


def test_who_was_given_the_role_lately_counts_from_then(at, anna, chief):
    worker = entered(at, "worker", ["caseworker"])
    long_held(at.desk, worker.who)
    people.change(at.desk, chief, worker.who, roles=("caseworker", "administrator"))
    assert both_ways(at, worker, chief, anna) == ["too_new", "too_new"]


def test_a_role_that_was_taken_away_and_given_back_counts_from_then(at, anna, chief):
    old = keeper(at, "old")
    for roles in (("caseworker",), ("administrator",)):
        people.change(at.desk, chief, old.who, roles=roles)
    assert both_ways(at, old, chief, anna) == ["too_new", "too_new"]


def test_who_was_suspended_and_restored_counts_from_then(at, anna, chief):
    old = keeper(at, "old")
    people.suspend(at.desk, chief, old.who)
    people.restore(at.desk, chief, old.who)
    assert both_ways(at, old, chief, anna) == ["too_new", "too_new"]


def test_who_was_recovered_counts_from_their_new_sign_in(at, anna, chief):
    old, third = keeper(at, "old"), keeper(at, "third")
    code = good(at, chief, third, old.who)
    assert both_ways(at, old, chief, anna) == ["too_new", "too_new"]
    at.later(days=2, hours=23)
    step = at.password("old", code)
    at.apps["old"] = step.enrol.secret
    at.second(step, at.code("old"), new_password=NEW)
    at.later(days=2)
    assert both_ways(at, old, chief, anna) == ["too_new", "too_new"]
    at.later(days=1)
    assert good(at, old, chief, anna)


def test_what_does_not_come_from_others_does_not_make_anybody_new(at, anna, chief):
    old = keeper(at, "old")
    at.signed_in("old")
    people.change(at.desk, chief, old.who, name="older", display_name="Older", language="fr")
    people.end_sessions(at.desk, chief, old.who)
    credentials.change_password(at.door, old, WORDS, NEW)
    at.apps["older"] = at.apps["old"]
    at.signed_in("older", NEW)
    assert good(at, old, chief, anna)


def test_who_asked_and_was_suspended_or_demoted_since_asked_for_nothing(at, anna, chief):
    for number, undo in enumerate(
        (
            lambda who: people.suspend(at.desk, admin(), who),
            lambda who: people.change(at.desk, admin(), who, roles=("caseworker",)),
        )
    ):
        old = keeper(at, f"old{number}")
        waiting = recovering.ask_recovery(at.desk, old, anna)
        undo(old.who)
        assert why_refused(lambda waiting=waiting: recovering.confirm_recovery(at.door, chief, waiting.id)) == "too_new"


def test_the_error_says_who_can(at, anna):
    with pytest.raises(Exception, match="three days") as caught:
        recovering.ask_recovery(at.desk, entered(at, "sock"), anna)
    assert timedelta(days=3) == SEASONED
    assert "on the machine itself" in caught.value.problems[0].todo


def test_on_the_machine_itself_who_has_no_account_is_believed_and_elsewhere_not(at, anna, chief):
    assert good(at, admin(FIRST_ADMIN), admin(SECOND_ADMIN), anna)
    stranger = replace(admin(), source="api")
    assert both_ways(at, stranger, chief, anna) == ["too_new", "too_new"]


def test_who_says_on_the_machine_that_they_are_a_new_account_is_as_new_as_it(at, anna, chief):
    new = replace(entered(at, "sock"), source="cli")
    assert both_ways(at, new, chief, anna) == ["too_new", "too_new"]


def as_before(at, account):
    """Let the record be one of a version that did not note since when."""

    def work(unit):
        found = ACCOUNTS.get(at.desk, unit, account)
        text = found.thing.model_dump_json(exclude={"held_since"})
        ACCOUNTS.change(at.desk, unit, found, Account.model_validate_json(text))

    at.desk.store.run(work)
    assert held(at, account).held_since is None


def test_an_old_record_is_read_and_counts_from_its_next_sign_in(at, anna, chief):
    old = keeper(at, "old")
    as_before(at, old.who)
    assert both_ways(at, old, chief, anna) == ["too_new", "too_new"]
    at.signed_in("old")
    assert held(at, old.who).held_since is not None
    at.later(days=3)
    at.signed_in("old")
    assert good(at, old, chief, anna)


def test_an_old_record_counts_from_a_sign_in_with_a_passkey_alone_too(at):
    old, device = keeper(at, "old"), SoftAuthenticator()
    origin = at.door.settings.origin
    token, options = credentials.begin_new_passkey(at.door, old, WORDS)
    credentials.finish_new_passkey(at.door, old, token, device.create(options, origin), "phone")
    as_before(at, old.who)
    for _ in range(2):
        token, options = entering_passkey.begin_passkey(at.door)
        since = held(at, old.who).held_since
        entering_passkey.finish_passkey(at.door, token, device.get(options, origin), None)
    assert held(at, old.who).held_since == since is not None


class Ministry:
    """A provider of identity that says that somebody is an administrator, or not."""

    def __init__(self):
        fields = {"name": "ministry", "issuer": "https://id.example.org", "client_id": "nrm"}
        roles = {"keepers": "administrator", "case team": "caseworker"}
        where = {"client_secret_file": Path("x"), "redirect": "https://nrm.example.org/back"}
        more = {**where, "roles": roles, "create": True, "organisation": OURS}
        self.settings = OidcSettings.model_validate({**fields, **more})
        self.groups = ("keepers",)

    def begin(self):
        return self.settings.issuer, new_pending("ministry")

    def finish(self, _pending, _answer, _now):
        return Identity(self.settings.issuer, "s-1", self.groups, "Canary Anna")


def test_who_comes_by_a_provider_counts_from_their_first_sign_in_and_from_each_change_of_roles(at, anna, chief):
    provider = Ministry()
    door = replace(at.door, providers={"ministry": provider})

    def enter(*groups):
        provider.groups = groups
        return entering_oidc.finish_oidc(door, entering_oidc.begin_oidc(door, "ministry")[0], {}).account

    theirs = over_api(enter("keepers").id)
    assert both_ways(at, theirs, chief, anna) == ["too_new", "too_new"]
    at.later(days=3)
    enter("keepers")
    assert good(at, theirs, chief, anna)
    for groups in (["case team"], ["keepers"]):
        enter(*groups)
    assert both_ways(at, theirs, chief, anna) == ["too_new", "too_new"]
