"""What is honest HTTP and dishonest all the same: bodies that are traps, sites of others, tokens that are over.

As in `test_reliability_api_abuse.py`, the fixture `abused` looks at the end what the service lived through and told.
"""

from __future__ import annotations

import json
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pyotp
import pytest
from api_service import PURPOSE, token_of
from real_installations import asked, opened

from nrm.casework.accounts import credentials, people, sessions
from nrm.casework.accounts.door import Door
from nrm.casework.asked import Asked

COOKIE = "__Host-nrm"
PASSWORD = "four words of canaries"  # noqa: S105 - made up
RECORD = {"account": {"journey": "Canary"}}
SLOWEST = 10.0
"""Seconds that a refusal may take on a machine that is busy."""


@pytest.fixture
def client(abused):
    with httpx.Client(base_url=abused.url, headers=PURPOSE, trust_env=False, timeout=60) as made:
        yield made


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


DEEP = 100_000
BOMBS = {
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"account":' * DEEP + b"1" + b"}" * DEEP,
    "open lists": b"[" * DEEP,
    "the same field twice": b'{"account": {"journey": "Canary"}, "account": {"journey": "canary"}}',
    "NaN": b'{"account": {"journey": NaN}}',
    "Infinity": b'{"account": {"journey": -Infinity}}',
    "half a character": b'{"account": {"journey": "\\ud800Canary"}}',
    "the other half": b'{"account": {"journey": "\\udc00Canary"}}',
    "a long number": b'{"facts": {"age": ' + b"9" * 4_900_000 + b"}}",
    "a large exponent": b'{"facts": {"age": 1e999999999}}',
    "a long word": b'{"account": {"journey": "' + b"c" * 4_900_000 + b'"}}',
    "many fields": b"{" + b",".join(b'"canary%d":1' % number for number in range(200_000)) + b"}",
    "an alias of YAML": b"a: &a [canary, canary]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]",
    "a tag of YAML": b"account: !!python/object/apply:os.system [canary]",
    "a merge of YAML": b"account: {<<: {journey: canary}}",
    "not UTF-8": b'{"account": {"journey": "Canary\xff"}}',
    "UTF-16": '{"account": {"journey": "Canary"}}'.encode("utf-16"),
    "nothing": b"",
    "null": b"null",
    "a list": b'["Canary"]',
    "a word": b'"Canary"',
    "two documents": b'{"account": {}}{"account": {}}',
    "half a document": b'{"account": {"journey": "Cana',
}


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/cases/search", "/v1/sessions"])
@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS.keys())
def test_a_body_that_is_a_trap_is_refused_soon_and_not_told_back(client, token, path, body):
    began = time.monotonic()
    answer = client.post(path, content=body, headers={**bearer(token), "Content-Type": "application/json"})
    assert answer.status_code in {400, 413, 422, 429}, answer.text[:300]
    assert time.monotonic() - began < SLOWEST
    assert "canary" not in answer.text.lower()
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=canary", "text/json"]
)
def test_a_body_that_any_page_could_send_is_not_read(client, token, kind):
    answer = client.post("/v1/cases", content=json.dumps(RECORD), headers={**bearer(token), "Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_media_type")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "{own}"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://canary.example"}, 403),
        ({"Origin": "{own}.canary.example"}, 403),
        ({"Origin": "{own}@canary.example"}, 403),
        ({"Origin": ""}, 403),
        ({"Referer": "{own}/"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Origin": "{own}"}, 201),
    ],
)
def test_only_our_own_pages_may_send_with_a_cookie(abused, client, token, headers, status):
    told = {name: value.format(own=abused.url) for name, value in headers.items()}
    answer = client.post("/v1/cases", json=RECORD, headers={"Cookie": f"{COOKIE}={token}", **told})
    assert answer.status_code == status
    if status != 201:
        assert answer.json()["code"] == "cross_site"


def test_a_cookie_of_another_name_or_kind_signs_nobody_in(client, token):
    for cookie in (
        f"nrm={token}",
        f"__Secure-nrm={token}",
        f"{COOKIE}-person={token}",
        f"{COOKIE}=",
        f"{COOKIE}=;{token}",
    ):
        answer = client.get("/v1/cases", headers={"Cookie": cookie})
        assert answer.status_code == 401, cookie
    for scheme in ("Basic", "Token", "bearer,", ""):
        answer = client.get(
            "/v1/cases", headers={"Authorization": f"{scheme} {token}".strip(), "Cookie": f"{COOKIE}={token}"}
        )
        assert answer.status_code == 401, "a header that is wrong is not made good by a cookie"


def signed_in(client, token):
    answer = client.get("/v1/cases", headers=bearer(token))
    return answer.status_code, answer.json().get("code")


def test_a_token_that_was_taken_back_is_of_no_use_from_then_on(client, insider):
    token = token_of(insider, "caseworker")
    assert signed_in(client, token) == (200, None)
    found = sessions.session_of(insider.desk, token)
    sessions.revoke(insider.desk, asked_as(found), found.session.id)
    for _ in range(3):
        assert signed_in(client, token) == (401, "not_signed_in")


def test_a_token_of_a_suspended_account_is_of_no_use_and_does_not_come_back_with_it(client, insider):
    token, keeper = token_of(insider, "caseworker"), asked(insider.home, "administrator")
    account = sessions.session_of(insider.desk, token).account
    key = {"Idempotency-Key": f"key-{uuid4()}"}
    assert client.post("/v1/cases", json=RECORD, headers={**bearer(token), **key}).status_code == 201
    people.suspend(insider.desk, keeper, account.id)
    assert signed_in(client, token)[0] == 401
    again = client.post("/v1/cases", json=RECORD, headers={**bearer(token), **key})
    assert again.status_code == 401, "an answer that is kept is told to nobody who may not ask any more"
    people.restore(insider.desk, keeper, account.id)
    assert signed_in(client, token)[0] == 401


def test_a_token_that_is_nearly_right_is_wrong(client, token):
    for tried in (token[:-1], token + "A", token.swapcase(), token[::-1], f"{token}\t{token}", "A" * len(token), "é"):
        answer = client.get("/v1/cases", headers={"Authorization": f"Bearer {tried}".encode()})
        assert answer.status_code == 401, tried
        assert tried not in answer.text


def asked_as(found):
    return Asked(found.account.id, found.account.organisation, found.account.roles[0])


@pytest.fixture(scope="module")
def login(abused):
    """Return name and secret of codes of an account with a password."""
    with closing(opened(abused.home)) as office:
        door = Door(office.desk, office.home.sign_in, source="cli")
        keeper, name = asked(office.home, "administrator"), f"a{uuid4().hex}"
        account = people.create(office.desk, keeper, name, "made up", ["caseworker"], office.home.organisation)
        credentials.first_password(door, keeper, account.id, PASSWORD, must_change=False)
        return name, credentials.first_totp(door, keeper, account.id).secret


def test_a_session_that_was_there_before_the_sign_in_never_becomes_that_of_who_signs_in(abused, client, login, token):
    """Session fixation: a thief puts a cookie of theirs, or one that they made up, into another's browser."""
    name, secret = login
    mine = client.get("/v1/me", headers=bearer(token)).json()
    for put in (token, "A" * len(token)):
        headers = {"Cookie": f"{COOKIE}={put}", "Origin": abused.url}
        step = client.post("/v1/sessions", json={"name": name, "password": PASSWORD}, headers=headers)
        assert step.status_code == 200, step.text
        assert "set-cookie" not in step.headers, "nobody is signed in before the second step"
        code = pyotp.TOTP(secret).at(datetime.now(tz=UTC) + timedelta(seconds=0 if put == token else 30))
        begun = client.post(
            "/v1/sessions/steps/totp", json={"step": step.json()["step"], "code": code}, headers=headers
        )
        assert begun.status_code == 201, begun.text
        cookie = begun.headers["set-cookie"]
        assert put not in cookie
        assert all(word in cookie for word in (f"{COOKIE}=", "Secure", "HttpOnly", "SameSite=strict", "Path=/"))
        assert "Domain" not in cookie
        assert put not in begun.text, "scripts see no token"
        own = client.get("/v1/me", headers={"Cookie": cookie.partition(";")[0]})
        assert own.json() != mine
        client.cookies.clear()
    assert client.get("/v1/me", headers=bearer(token)).json() == mine
    assert client.get("/v1/me", headers=bearer("A" * len(token))).status_code == 401


def test_a_page_of_another_site_signs_nobody_in(client, login):
    headers = {"Origin": "https://canary.example"}
    answer = client.post("/v1/sessions", json={"name": login[0], "password": PASSWORD}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
