"""Programs get tokens by what they have, and each assertion once."""

from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from signins import admin

from nrm.casework.accounts import machines, people, sessions
from nrm.casework.accounts.errors import SignInDeniedError
from nrm.casework.accounts.people import AccountRefusedError

HERE = "https://nrm.example.org/v1/token"
KEY = ECKey.generate_key("P-256")


@pytest.fixture
def client(at):
    return at.account("registry", ["caseworker"], ready=False, kind="client")


def assertion(at, client, key=KEY, **more):
    now = int(at.time.timestamp())
    said = {"iss": str(client.id), "sub": str(client.id), "aud": HERE, "exp": now + 60, "jti": str(uuid4()), **more}
    return jwt.encode({"alg": "ES256"}, said, key, algorithms=["ES256"])


def by_key(at, text):
    return machines.token_by_assertion(at.door, text, [HERE])


def wrong(attempt):
    with pytest.raises(SignInDeniedError) as caught:
        attempt()
    return caught.value.why == "wrong_credentials"


def test_a_client_that_knows_its_secret_gets_a_token_for_an_hour(at, client):
    secret = machines.give_secret(at.desk, admin(), client.id)
    begun = machines.token_by_secret(at.door, str(client.id), secret)
    assert sessions.session_of(at.desk, begun.token).session.kind == "client"
    at.later(minutes=60)
    with pytest.raises(SignInDeniedError):
        sessions.session_of(at.desk, begun.token)


def test_whatever_is_wrong_with_a_client_is_told_alike(at, client):
    secret = machines.give_secret(at.desk, admin(), client.id)
    person = at.account("anna")
    for name, given in (
        (str(client.id), "x"),
        (str(uuid4()), secret),
        ("x", secret),
        (str(person.id), secret),
        ("", ""),
    ):
        assert wrong(lambda name=name, given=given: machines.token_by_secret(at.door, name, given))
        assert at.said()[-1] == ("session:begin", "wrong_credentials")


def test_a_new_secret_ends_the_old_one_and_its_tokens(at, client):
    old = machines.give_secret(at.desk, admin(), client.id)
    begun = machines.token_by_secret(at.door, str(client.id), old)
    new = machines.give_secret(at.desk, admin(), client.id)
    assert wrong(lambda: machines.token_by_secret(at.door, str(client.id), old))
    with pytest.raises(SignInDeniedError):
        sessions.session_of(at.desk, begun.token)
    assert machines.token_by_secret(at.door, str(client.id), new)


def test_an_assertion_that_the_client_signed_gives_a_token_once(at, client):
    machines.give_keys(at.desk, admin(), client.id, {"keys": [KEY.as_dict(private=False)]})
    one = assertion(at, client)
    assert by_key(at, one).account.id == client.id
    assert wrong(lambda: by_key(at, one))
    assert by_key(at, assertion(at, client))


def test_an_assertion_of_another_for_another_or_of_nobody_gives_none(at, client):
    assert wrong(lambda: by_key(at, assertion(at, client)))
    machines.give_keys(at.desk, admin(), client.id, {"keys": [KEY.as_dict(private=False)]})
    for more in ({"aud": "https://elsewhere.example"}, {"sub": str(uuid4())}, {"key": ECKey.generate_key("P-256")}):
        assert wrong(lambda more=more: by_key(at, assertion(at, client, **more)))
    for text in ("", "a.b.c", "x" * 100_000):
        assert wrong(lambda text=text: by_key(at, text))


def test_a_suspended_client_gets_no_token(at, client):
    secret = machines.give_secret(at.desk, admin(), client.id)
    people.suspend(at.desk, admin(), client.id)
    assert wrong(lambda: machines.token_by_secret(at.door, str(client.id), secret))


def test_a_person_has_no_secret_and_a_client_no_password(at, client):
    person = at.account("anna")
    assert client.password is None
    with pytest.raises(AccountRefusedError):
        machines.give_secret(at.desk, admin(), person.id)
    assert wrong(lambda: at.password("registry", ""))
