"""Sign-in over HTTP: two steps, one answer to all that is wrong, a cookie for browsers and a token for programs."""

import pytest
from api_office import Service
from fastapi.testclient import TestClient
from signing_in import PAGE, browser, code, holder, password, program, signed_in, told
from signins import WORDS, admin

from nrm.casework.accounts import credentials, people
from nrm.signin.lockout import FREE

NEW = "another sentence of five words"
OTHERS = ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"})


def test_a_program_signs_in_with_a_password_and_a_code_and_gets_its_token_in_the_body(real, at):
    account = at.account()
    client = program(real)
    step = password(client).json()
    assert (step["totp"], step["passkey"], step["enrol"], step["must_change"]) == (True, None, None, False)
    begun = code(client, step["step"], at.code())
    assert begun.status_code == 201
    assert begun.json()["account"] == str(account.id)
    assert "set-cookie" not in begun.headers
    me = holder(real, begun).get("/v1/me").json()
    assert (me["account"], me["name"]) == (str(account.id), "Canary anna")
    assert [one["code"] for one in me["roles"]] == ["caseworker"]
    assert "case_management" in [one["code"] for one in me["purposes"]]


def test_a_browser_gets_a_cookie_that_scripts_and_other_hosts_cannot_have_and_no_token(real, at):
    at.account()
    client = browser(real)
    begun = signed_in(at, client)
    name, *attributes = begun.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-nrm=nrm_")
    assert {one.lower() for one in attributes} == {"httponly", "path=/", "samesite=strict", "secure"}
    assert begun.json()["token"] is None
    assert "nrm_" not in begun.text
    assert client.get("/v1/me").status_code == 200


def test_the_step_of_a_sign_in_is_no_session(real, at):
    at.account()
    client = program(real)
    step = password(client).json()["step"]
    answer = real.client(Authorization=f"Bearer {step}").get("/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_step_is_good_once_and_for_ten_minutes(real, at):
    at.account()
    client = program(real)
    step = password(client).json()["step"]
    assert code(client, step, at.code()).status_code == 201
    again = code(client, step, at.code())
    late = password(client).json()["step"]
    digits = at.later(minutes=10).code()
    assert told(again) == told(code(client, late, digits))
    assert again.json()["code"] == "wrong_credentials"


def test_whoever_comes_with_a_cookie_gets_a_new_one_at_sign_in(real, at):
    at.account()
    client = browser(real)
    thiefs = signed_in(at, browser(real)).headers["set-cookie"].partition("=")[2].partition(";")[0]
    for known in ("nrm_" + "A" * 43, thiefs):
        client.cookies.set("__Host-nrm", known, domain="nrm.example", path="/")
        begun = signed_in(at, client)
        assert known not in begun.headers["set-cookie"]
    planted = real.client(Cookie="__Host-nrm=nrm_" + "A" * 43)
    assert planted.get("/v1/me").status_code == 401


@pytest.mark.parametrize("headers", OTHERS)
def test_a_page_of_another_site_neither_signs_in_nor_acts_with_our_cookie(real, at, headers):
    at.account()
    answer = password(program(real, **headers))
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    client = browser(real)
    cookie = signed_in(at, client).headers["set-cookie"].partition(";")[0]
    theirs = real.client(Cookie=cookie, **headers)
    for method, path in (("DELETE", "/v1/sessions/current"), ("POST", "/v1/me/tokens"), ("DELETE", "/v1/sessions")):
        assert theirs.request(method, path, json={}).json()["code"] == "cross_site"
    assert real.client(Cookie=cookie).delete("/v1/sessions").json()["code"] == "cross_site"
    assert client.get("/v1/me").status_code == 200


def test_a_name_that_nobody_has_and_one_that_somebody_has_are_told_alike_with_as_many_entries(real, at):
    at.account("anna")
    at.account("gone")
    people.suspend(at.desk, admin(), people.named(at.desk, admin(), "gone").id)
    client = program(real)
    answers, entries = [], []
    for name, words in (("anna", "wrong"), ("nobody", "wrong"), ("gone", WORDS), ("nobody", WORDS)):
        before = len(at.office.entries())
        answers.append(told(password(client, name, words)))
        entries.append([(one.action, one.result, one.why, one.role) for one in at.office.entries()[before:]])
    assert all(one == answers[0] for one in answers)
    assert entries == [[("api:session:ask", "denied", "wrong_credentials", "worker")]] * len(answers)
    assert answers[0][0] == 401


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_after_some_failures_it_is_told_how_long_to_wait_whether_there_is_such_a_name_or_not(real, at, name):
    at.account("anna")
    client = program(real)
    for _ in range(FREE["name"]):
        assert password(client, name, "wrong").json()["code"] == "wrong_credentials"
    answer = password(client, name)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")
    wait = int(answer.headers["retry-after"])
    assert 1 <= wait <= 30
    at.later(seconds=wait)
    assert password(client, "anna").status_code == 200


def test_one_address_tries_only_so_often_in_a_minute(at):
    client = program(Service(at.office, real=at, tries="3"))
    paths = (
        "/v1/sessions",
        "/v1/sessions/steps/totp",
        "/v1/sessions/passkey/begin",
        "/v1/token",
        "/v1/sessions/oidc/x",
    )
    for _ in range(3):
        assert password(client, "nobody", "wrong").status_code == 401
    before = len(at.office.entries())
    for path in paths:
        answer = client.get(path) if "oidc" in path else client.post(path, json={"name": "anna", "password": WORDS})
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        assert int(answer.headers["retry-after"]) >= 1
    assert len(at.office.entries()) == before


def test_a_first_sign_in_needs_a_password_of_ones_own_and_sets_up_an_app(real, at):
    account = at.account(ready=False)
    one_time = credentials.invite(at.door, admin(), account.id)
    client = program(real)
    step = password(client, "anna", one_time).json()
    assert step["must_change"]
    assert step["enrol"]["uri"].startswith("otpauth://")
    at.apps["anna"] = step["enrol"]["secret"]
    for given, problem in (({}, (409, "password_needed")), ({"new_password": "short"}, (422, "password_refused"))):
        answer = code(client, step["step"], at.code(), **given)
        assert (answer.status_code, answer.json()["code"]) == problem
    assert code(client, step["step"], at.code(), new_password=NEW).status_code == 201
    assert password(client, "anna", one_time).status_code == 401
    assert password(client, "anna", NEW).json()["enrol"] is None


def test_a_session_ends_when_it_is_idle_too_long_and_after_hours_in_any_case(real, at):
    at.account()
    idle = holder(real, signed_in(at, program(real)))
    assert idle.get("/v1/me").status_code == 200
    at.later(minutes=32)
    assert (idle.get("/v1/me").status_code, idle.get("/v1/me").json()["code"]) == (401, "session_over")
    used = holder(real, signed_in(at, program(real)))
    for _ in range(12 * 60 // 20 - 1):
        at.later(minutes=20)
        assert used.get("/v1/me").status_code == 200
    at.later(minutes=25)
    assert used.get("/v1/me").json()["code"] == "session_over"


def test_a_suspended_account_is_out_at_once(real, at):
    account = at.account()
    asker = holder(real, signed_in(at, program(real)))
    people.suspend(at.desk, admin(), account.id)
    assert asker.get("/v1/me").status_code == 401
    assert asker.get("/v1/cases").status_code == 401


def test_no_answer_with_a_secret_is_kept_under_a_key(real, at):
    at.account()
    client = program(real, **{"Idempotency-Key": "key-number-1"})
    answer = password(client)
    assert (answer.status_code, answer.json()["errors"][0]["at"]) == (422, "header/Idempotency-Key")
    asker = holder(real, signed_in(at, program(real)), **{"Idempotency-Key": "key-number-1"})
    assert asker.post("/v1/me/tokens", json={"label": "x", "days": 1}).status_code == 422
    assert not any(kind == "once" for kind, *_ in at.office.store.state.registry)


def test_nothing_of_what_was_typed_stands_in_the_log_or_in_an_answer(real, at):
    at.account()
    for body in (
        {"name": "CanaryName", "password": "CanaryWord"},
        {"name": ["CanaryName"], "password": 1, "CanaryField": 2},
        {"name": "CanaryName\r\nSet-Cookie: x=1", "password": "CanaryWord" * 1000},
    ):
        answer = program(real).post("/v1/sessions", json=body)
        assert answer.status_code in {401, 422}
        assert "Canary" not in answer.text
        assert "set-cookie" not in answer.headers
    assert b"Canary" not in b"".join(at.office.leaves())


def test_signing_out_ends_the_session_and_clears_the_browser(real, at):
    at.account()
    client = browser(real)
    cookie = signed_in(at, client).headers["set-cookie"].partition(";")[0]
    answer = client.delete("/v1/sessions/current")
    assert answer.status_code == 204
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    replayed = real.client(Cookie=cookie, **PAGE)
    assert replayed.get("/v1/me").json()["code"] in {"not_signed_in", "session_over"}
    assert ("api:session:end", "done") in at.said()


def test_behind_the_proxy_of_the_settings_each_caller_is_counted_apart(at):
    behind = Service(at.office, real=at, tries="1", proxy="127.0.0.1")
    client = TestClient(behind.app, base_url="https://nrm.example", client=("127.0.0.1", 1))

    def tried(forwarded):
        client.headers["X-Forwarded-For"] = forwarded
        return password(client, "nobody", "wrong").status_code

    assert [tried("192.0.2.1"), tried("192.0.2.2"), tried("192.0.2.3, 192.0.2.1")] == [401, 401, 429]
