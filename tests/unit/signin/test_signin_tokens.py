"""Tokens, accounts and sessions: what they are, and that nothing of them is shown by chance."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from nrm.signin.account import Account, sign_in_name
from nrm.signin.roles import ROLES
from nrm.signin.session import NOTED, Session
from nrm.signin.tokens import PREFIX, digest, is_token, new_token

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIELDS = {"id": uuid4(), "name": "anna", "display_name": "Anna", "organisation": UUID(int=1), "roles": ("caseworker",)}


def session(**more):
    fields = {
        "id": uuid4(),
        "account": uuid4(),
        "epoch": 0,
        "kind": "browser",
        "digest": "d",
        "begun": NOW,
        "used": NOW,
    }
    return Session(**{**fields, "ends": NOW + timedelta(hours=12), "idle": 1800, **more})


def test_tokens_are_all_different_long_and_known_by_their_beginning():
    made = {new_token() for _ in range(200)}
    assert len(made) == 200
    assert all(is_token(one) and one.startswith(PREFIX) and len(one) == 47 for one in made)
    assert all(one not in digest(one) for one in made)


@given(st.text())
def test_whatever_is_sent_as_a_token_has_a_digest_and_is_seldom_one(text):
    assert len(digest(text)) == 64
    assert not is_token(text) or text.startswith(PREFIX)


@pytest.mark.parametrize("shape", ["", "nrm_", "{}\n", "{}x", " {}"])
def test_what_only_looks_like_a_token_is_none(shape):
    text = shape.format(new_token())
    assert not is_token(text)


@given(st.text(min_size=1, max_size=60))
def test_a_name_has_one_form(text):
    assert sign_in_name(sign_in_name(text)) == sign_in_name(text)
    assert sign_in_name(f"  {text} ") == sign_in_name(text)


@pytest.mark.parametrize("typed", ["ANNA", " anna ", "\uff21nna"])
def test_capitals_and_wide_letters_make_no_other_name(typed):
    assert Account(**{**FIELDS, "name": typed}).name == "anna"


@pytest.mark.parametrize(
    "wrong",
    [
        *({"name": ""}, {"name": "a\u200bnna"}, {"name": "  "}, {"roles": ()}, {"roles": ("person",)}),
        *({"roles": ("worker",)}, {"language": "xx"}, {"kind": "client", "password": "x"}, {"secret": "x"}),
        {"kind": "client", "roles": ("administrator",)},
    ],
)
def test_an_account_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        Account(**{**FIELDS, **wrong})


def test_no_account_is_the_person_or_the_program():
    assert not {"person", "worker"} & set(ROLES)


def test_an_account_and_a_session_show_nothing_of_themselves():
    account = Account(**{**FIELDS, "password": "CanaryHash", "display_name": "Canary"})
    assert f"{account} {account!r} {session(digest='canary')!r}".lower().count("canary") == 0


@given(st.integers(0, 100_000))
def test_a_session_is_over_when_idle_for_too_long_or_too_old_and_at_no_other_time(seconds):
    now = NOW + timedelta(seconds=seconds)
    idle, old = session(ends=NOW + timedelta(days=9)), session(idle=None)
    assert idle.is_over(now) == (seconds >= 1800 + NOTED.total_seconds())
    assert old.is_over(now) == (seconds >= 12 * 3600)


@given(st.integers(0, 500))
def test_its_use_is_noted_once_a_minute(seconds):
    now = NOW + timedelta(seconds=seconds)
    noted = session().used_at(now)
    assert (noted is not None) == (seconds >= 60)
    assert noted is None or noted.used == now
