"""The token endpoint: client credentials both ways, and errors as OAuth clients read them."""

import base64
from uuid import uuid4

import pytest
from api_office import Service
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey
from signing_in import program
from signins import admin

from nrm.casework.accounts import machines, people
from nrm.signin.clients import TYPE

KEY = ECKey.generate_key("P-256")
HERE = "https://nrm.example.org/v1/token"
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def client(at):
    return at.account("registry", ["caseworker"], ready=False, kind="client")


@pytest.fixture
def patient(at):
    """A service that nobody tries too often."""
    return Service(at.office, real=at, tries="1000000")


@pytest.fixture
def secret(at, client):
    return machines.give_secret(at.desk, admin(), client.id)


def basic(name, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def asked(real, form, **headers):
    return program(real, **headers).post("/v1/token", data={**GRANT, **form})


def signed(at, client, key=KEY, **more):
    now = int(at.time.timestamp())
    said = {"iss": str(client.id), "sub": str(client.id), "aud": HERE, "exp": now + 60, "jti": str(uuid4()), **more}
    text = jwt.encode({"alg": "ES256"}, said, key, algorithms=["ES256"])
    return {"client_assertion_type": TYPE, "client_assertion": text}


def test_a_client_gets_a_token_by_its_secret_in_the_header_or_in_the_form(real, client, secret):
    for answer in (
        asked(real, {}, **basic(client.id, secret)),
        asked(real, {"client_id": str(client.id), "client_secret": secret}),
    ):
        assert answer.status_code == 200, answer.text
        assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 3600)
        assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
        asker = real.client(Authorization=f"Bearer {answer.json()['access_token']}")
        assert asker.get("/v1/me").json()["account"] == str(client.id)


def test_a_client_gets_a_token_by_an_assertion_that_it_signed_once(real, at, client):
    machines.give_keys(at.desk, admin(), client.id, {"keys": [KEY.as_dict(private=False)]})
    form = signed(at, client)
    assert asked(real, form).status_code == 200
    again = asked(real, form)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
    assert asked(real, {**signed(at, client), "client_id": str(client.id)}).status_code == 200
    for more in ({"aud": "https://evil.example"}, {"key": ECKey.generate_key("P-256")}, {"exp": 1}):
        assert asked(real, signed(at, client, **more)).json()["error"] == "invalid_client"


def test_a_wrong_client_is_told_as_oauth_says_and_as_a_problem(real, at, client, secret):
    for answer in (
        asked(real, {}, **basic(client.id, "wrong")),
        asked(real, {}, **basic(uuid4(), secret)),
        asked(real, {}),
        asked(real, {}, Authorization="Basic !"),
        asked(real, {}, Authorization=f"Bearer {secret}"),
    ):
        body = answer.json()
        assert (answer.status_code, body["error"], body["code"]) == (401, "invalid_client", "wrong_credentials")
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["content-language"] == "en"
        assert at.said()[-1] == ("api:session:begin", "wrong_credentials")


def test_a_form_that_cannot_be_answered_is_told_with_the_word_of_oauth(real, at, client, secret):
    own = {"client_id": str(client.id), "client_secret": secret}
    assertion = signed(at, client)
    for form, error in (
        ({"grant_type": "password", **own}, "unsupported_grant_type"),
        ({"grant_type": "", **own}, "invalid_request"),
        ({"scope": "all", **own}, "invalid_scope"),
        ({**own, **assertion}, "invalid_request"),
        ({**assertion, "client_assertion_type": "other"}, "invalid_request"),
        ({**assertion, "client_id": str(uuid4())}, "invalid_request"),
    ):
        answer = asked(real, form)
        assert (answer.status_code, answer.json()["error"]) == (400, error)
    poster = program(real)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for content, headers in (
        ("{}", {"Content-Type": "application/json"}),
        ("grant_type=client_credentials&grant_type=x", form),
        ("grant_type=%ff", form),
        ("grant_type=\xff".encode("latin-1"), form),
        ("&".join(f"a{n}=1" for n in range(50)), form),
        ("a=" + "x" * 40_000, form),
    ):
        answer = poster.post("/v1/token", content=content, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_token_is_over_when_the_secret_is_new_and_when_the_client_is_suspended(real, at, client, secret):
    def token(known):
        answer = asked(real, {}, **basic(client.id, known))
        return real.client(Authorization=f"Bearer {answer.json()['access_token']}")

    first = token(secret)
    new = machines.give_secret(at.desk, admin(), client.id)
    assert first.get("/v1/me").status_code == 401
    second = token(new)
    assert second.get("/v1/me").status_code == 200
    people.suspend(at.desk, admin(), client.id)
    assert second.get("/v1/me").status_code == 401
    assert asked(real, {}, **basic(client.id, new)).json()["error"] == "invalid_client"


TEXTS = st.text(max_size=40)
FIELDS = st.sampled_from(["grant_type", "client_id", "client_secret", "client_assertion", "scope", "x"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=st.dictionaries(FIELDS, TEXTS), header=st.none() | st.text("Basic =:aZ09", max_size=30))
def test_whatever_is_asked_for_is_refused_with_a_word_of_oauth(patient, form, header):
    sent = {} if header is None else {"Authorization": header}
    answer = program(patient, **sent).post("/v1/token", data={**GRANT, **form})
    assert answer.status_code in {400, 401}
    known = {"invalid_request", "invalid_client", "unsupported_grant_type", "invalid_scope"}
    assert answer.json()["error"] in known
