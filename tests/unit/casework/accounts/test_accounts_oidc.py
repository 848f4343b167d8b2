"""Whom a provider of identity names is let in, once there is an account, in the roles of their groups."""

from dataclasses import replace
from pathlib import Path

import pytest
from offices import OURS
from signins import WORDS, admin

from nrm.casework.accounts import credentials, entering_oidc, people, sessions
from nrm.casework.accounts.errors import SignInDeniedError
from nrm.casework.errors import TakenError
from nrm.errors import NrmError, Problem, UnknownNameError
from nrm.signin.errors import NotProvedError, ProviderError
from nrm.signin.oidc import Identity, new_pending
from nrm.signin.settings import OidcSettings

ISSUER = "https://id.example.org"
GROUPS = {"case team": "caseworker", "leads": "supervisor"}


class FakeProvider:
    """A provider that names whom a test wants it to name."""

    def __init__(self, **more):
        fields = {"name": "ministry", "issuer": ISSUER, "client_id": "nrm", "client_secret_file": Path("x")}
        self.settings = OidcSettings.model_validate({**fields, "redirect": "https://nrm.example.org/back", **more})
        self.names = Identity(ISSUER, "s-1", ("case team",), "Canary Anna")

    def begin(self):
        pending = new_pending("ministry")
        return f"{ISSUER}/authorize?state={pending.state}", pending

    def finish(self, pending, answer, _now):
        if isinstance(self.names, Exception):
            raise self.names
        if answer.get("state") != pending.state:
            raise NotProvedError(Problem("sign-in", 0, "no"))
        return self.names


def provided(at, **more):
    provider = FakeProvider(**more)
    at.door = replace(at.door, providers={"ministry": provider})
    return provider


def enter(at):
    token, url = entering_oidc.begin_oidc(at.door, "ministry")
    return entering_oidc.finish_oidc(at.door, token, {"state": url.split("=")[1], "code": "c"})


def refused(attempt):
    with pytest.raises(SignInDeniedError) as caught:
        attempt()
    return caught.value.why


def test_who_is_linked_to_an_account_is_let_in_and_nobody_else(at):
    provider = provided(at)
    account = at.account()
    assert refused(lambda: enter(at)) == "not_permitted"
    people.link(at.desk, admin(), account.id, ISSUER, "s-1")
    assert sessions.session_of(at.desk, enter(at).token).account.id == account.id
    provider.names = replace(provider.names, subject="s-2")
    assert refused(lambda: enter(at)) == "not_permitted"
    with pytest.raises(TakenError):
        people.link(at.desk, admin(), at.account("bo").id, ISSUER, "s-1")


def test_no_administrator_alone_gives_an_account_to_another_by_linking_it(at):
    provided(at)
    used, linked = at.account("anna"), at.account("bo")
    at.signed_in("anna")
    people.link(at.desk, admin(), linked.id, ISSUER, "s-1")
    for account in (used, linked):
        for attempt in (
            lambda account=account: people.link(at.desk, admin(), account.id, ISSUER, "s-2"),
            lambda account=account: credentials.invite(at.door, admin(), account.id),
        ):
            assert refused(attempt) == "same_person"
    assert enter(at).account.entered


def test_the_same_subject_of_another_issuer_is_somebody_else(at):
    provider = provided(at)
    people.link(at.desk, admin(), at.account().id, ISSUER, "s-1")
    provider.names = replace(provider.names, issuer="https://evil.example")
    assert refused(lambda: enter(at)) == "not_permitted"


def test_an_account_is_made_only_where_the_settings_say_so_and_for_a_known_group(at):
    provider = provided(at, roles=GROUPS)
    assert refused(lambda: enter(at)) == "not_permitted"
    provider = provided(at, roles=GROUPS, create=True, organisation=OURS)
    provider.names = replace(provider.names, groups=("football",))
    assert refused(lambda: enter(at)) == "not_permitted"
    provider.names = replace(provider.names, groups=("case team",))
    made = enter(at).account
    assert (made.roles, made.organisation, made.local) == (("caseworker",), OURS, False)
    assert enter(at).account.id == made.id
    assert len(people.accounts(at.desk, admin())[0]) == 1
    with pytest.raises(NrmError):
        at.password(made.name, WORDS)


def test_the_groups_of_the_day_decide_the_roles_and_end_the_sessions_of_yesterday(at):
    provider = provided(at, roles=GROUPS, create=True, organisation=OURS)
    old = enter(at)
    provider.names = replace(provider.names, groups=("leads",))
    new = enter(at)
    assert new.account.roles == ("supervisor",)
    with pytest.raises(SignInDeniedError):
        sessions.session_of(at.desk, old.token)
    assert sessions.session_of(at.desk, new.token)
    provider.names = replace(provider.names, groups=())
    assert refused(lambda: enter(at)) == "not_permitted"


def test_a_suspended_account_is_not_let_in_by_its_provider(at):
    provided(at)
    account = at.account()
    people.link(at.desk, admin(), account.id, ISSUER, "s-1")
    people.suspend(at.desk, admin(), account.id)
    assert refused(lambda: enter(at)) == "wrong_credentials"


def test_an_answer_without_its_state_to_another_step_or_come_again_is_an_error_and_no_more(at):
    provided(at)
    people.link(at.desk, admin(), at.account().id, ISSUER, "s-1")
    token, url = entering_oidc.begin_oidc(at.door, "ministry")
    good = {"state": url.split("=")[1], "code": "c"}
    for given, answer in ((token, {}), (token, {"state": "x"}), ("", good), (at.password().token, good)):
        assert refused(lambda given=given, answer=answer: entering_oidc.finish_oidc(at.door, given, answer)) == (
            "wrong_credentials"
        )
        assert at.said()[-1] == ("session:begin", "wrong_credentials")
    entering_oidc.finish_oidc(at.door, token, good)
    assert refused(lambda: entering_oidc.finish_oidc(at.door, token, good)) == "wrong_credentials"


def test_a_provider_that_fails_is_on_the_log_and_lets_nobody_in(at):
    provider = provided(at)
    provider.names = ProviderError(Problem("sign-in", 0, "it cannot be reached"))
    with pytest.raises(ProviderError):
        enter(at)
    assert at.said()[-1] == ("session:begin", "input_refused")
    with pytest.raises(UnknownNameError):
        entering_oidc.begin_oidc(at.door, "other")
