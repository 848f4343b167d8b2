"""Passkeys over HTTP: made by who is signed in, then enough alone, and as a second factor."""

import json

import pytest
from signing_in import browser, code, holder, password, program, signed_in
from signins import WORDS
from soft_authenticator import PRESENT, SoftAuthenticator

ORIGIN = "https://nrm.example.org"


@pytest.fixture
def device():
    return SoftAuthenticator()


@pytest.fixture
def anna(real, at):
    at.account()
    return holder(real, signed_in(at, program(real)))


def made(client, device, label="telephone"):
    asked = client.post("/v1/me/passkeys/begin", json={"password": WORDS}).json()
    answer = json.loads(device.create(json.dumps(asked["passkey"]), ORIGIN))
    return client.post("/v1/me/passkeys/finish", json={"step": asked["step"], "answer": answer, "label": label})


def question(client):
    return client.post("/v1/sessions/passkey/begin").json()


def answered(device, asked, origin=ORIGIN, **more):
    answer = json.loads(device.get(json.dumps(asked["passkey"]), origin, **more))
    return {"step": asked["step"], "answer": answer}


def test_a_passkey_alone_signs_in_a_browser(real, anna, device):
    assert made(anna, device).status_code == 201
    client = browser(real)
    begun = client.post("/v1/sessions/passkey/finish", json=answered(device, question(client)))
    assert begun.status_code == 201, begun.text
    assert begun.json()["token"] is None
    assert client.get("/v1/me").json()["name"] == "Canary anna"


def test_a_passkey_is_the_second_factor_after_a_password(real, anna, device):
    made(anna, device)
    client = program(real)
    asked = password(client).json()
    begun = client.post("/v1/sessions/steps/passkey", json=answered(device, asked))
    assert begun.status_code == 201
    assert begun.json()["token"]


@pytest.mark.parametrize("wrong", [{"origin": "https://evil.example"}, {"flags": PRESENT}, {"domain": "evil.example"}])
def test_an_answer_for_another_site_or_of_nobody_is_told_like_any_other(real, anna, device, wrong):
    made(anna, device)
    client = program(real)
    answer = client.post("/v1/sessions/passkey/finish", json=answered(device, question(client), **wrong))
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


def test_an_answer_is_good_once_and_for_its_own_question(real, anna, device):
    made(anna, device)
    client = program(real)
    first = answered(device, question(client))
    assert client.post("/v1/sessions/passkey/finish", json=first).status_code == 201
    for step in (first["step"], question(client)["step"], password(client).json()["step"]):
        again = client.post("/v1/sessions/passkey/finish", json={**first, "step": step})
        assert (again.status_code, again.json()["code"]) == (401, "wrong_credentials")


def test_whatever_is_sent_as_an_answer_is_no_fault_of_ours(real, anna, device):
    made(anna, device)
    client = program(real)
    deep = "x"
    for _ in range(400):
        deep = [deep]
    for answer in ({}, {"id": 1}, {"id": "x" * 70_000}, {"id": deep}, {"id": "", "response": {"a": None}}):
        step = question(client)["step"]
        told = client.post("/v1/sessions/passkey/finish", json={"step": step, "answer": answer})
        assert told.status_code in {401, 413, 422}, told.text
    raw = '{"step": "x", "answer": {"id": ' + "[" * 20_000 + "]" * 20_000 + "}}"
    told = client.post("/v1/sessions/passkey/finish", content=raw, headers={"Content-Type": "application/json"})
    assert told.status_code in {400, 422}


def test_passkeys_are_listed_and_taken_back_but_for_the_last_second_factor(anna, device):
    made(anna, device, "first")
    (only,) = anna.get("/v1/me/passkeys").json()["items"]
    assert only["label"] == "first"
    assert anna.delete(f"/v1/me/passkeys/{only['passkey']}").status_code == 204
    assert anna.get("/v1/me/passkeys").json()["items"] == []
    assert anna.delete(f"/v1/me/passkeys/{only['passkey']}").status_code == 404


def test_a_passkey_needs_the_password_and_not_only_a_session(anna):
    answer = anna.post("/v1/me/passkeys/begin", json={"password": "wrong"})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


def test_a_new_app_is_good_when_a_code_of_it_was_given(real, at, anna):
    new = anna.post("/v1/me/totp/begin", json={"password": WORDS}).json()
    old = at.apps["anna"]
    at.apps["anna"] = new["secret"]
    assert anna.post("/v1/me/totp/finish", json={"step": new["step"], "code": at.code()}).status_code == 204
    client = program(real)
    assert code(client, password(client).json()["step"], at.code()).status_code == 201
    at.apps["anna"] = old
    assert code(client, password(client).json()["step"], at.code()).status_code == 401
