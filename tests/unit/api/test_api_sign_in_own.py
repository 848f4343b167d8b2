"""What is one's own: sessions, tokens, password; nobody sees or ends those of another."""

import pytest
from signing_in import browser, holder, password, program, signed_in
from signins import WORDS

NEW = "another sentence of five words"


@pytest.fixture
def anna(real, at):
    at.account()
    return holder(real, signed_in(at, program(real)))


@pytest.fixture
def bo(real, at):
    at.account("bo", ["caseworker", "supervisor"])
    return holder(real, signed_in(at, program(real), "bo"))


def listed(client, path="/v1/sessions"):
    return client.get(path).json()["items"]


def test_a_token_of_ones_own_acts_is_listed_and_is_over_when_it_was_taken_back(real, anna):
    made = anna.post("/v1/me/tokens", json={"label": "export", "days": 30})
    assert made.status_code == 201
    asker = holder(real, made)
    assert asker.get("/v1/cases").status_code == 200
    (one,) = listed(anna, "/v1/me/tokens")
    assert (one["label"], one["current"]) == ("export", False)
    assert "nrm_" not in anna.get("/v1/me/tokens").text
    assert anna.delete(f"/v1/me/tokens/{one['session']}").status_code == 204
    for _ in range(2):
        answer = asker.get("/v1/cases")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert listed(anna, "/v1/me/tokens") == []


def test_a_token_makes_no_token(real, at, anna):
    asker = holder(real, anna.post("/v1/me/tokens", json={"label": "export", "days": 1}))
    answer = asker.post("/v1/me/tokens", json={"label": "more", "days": 90})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert at.said()[-1] == ("api:credential:add", "not_permitted")
    assert len(listed(anna, "/v1/me/tokens")) == 1


@pytest.mark.parametrize("body", [{"label": "x", "days": 91}, {"label": "x", "days": 0}, {"label": " ", "days": 1}])
def test_a_token_that_cannot_be_made_is_the_fault_of_what_was_sent(anna, body):
    answer = anna.post("/v1/me/tokens", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")


def test_one_sees_ones_own_sessions_and_ends_one_or_all(real, at, anna):
    other = holder(real, signed_in(at, program(real)))
    both = listed(anna)
    assert sorted(one["current"] for one in both) == [False, True]
    theirs = next(one["session"] for one in both if not one["current"])
    assert anna.delete(f"/v1/sessions/{theirs}").status_code == 204
    assert other.get("/v1/me").status_code == 401
    third = holder(real, signed_in(at, program(real)))
    ended = anna.delete("/v1/sessions")
    assert (ended.status_code, ended.headers["clear-site-data"]) == (204, '"cache", "cookies", "storage"')
    assert anna.get("/v1/me").status_code == third.get("/v1/me").status_code == 401


def test_nobody_ends_the_session_of_another(anna, bo):
    (one,) = listed(bo)
    for path in ("/v1/sessions", "/v1/me/tokens"):
        assert anna.delete(f"{path}/{one['session']}").status_code == 404
    assert bo.get("/v1/me").status_code == 200


def test_who_has_several_roles_names_one_where_it_matters_and_none_for_what_is_their_own(bo):
    assert bo.get("/v1/cases").json()["code"] == "role_not_said"
    assert [one["code"] for one in bo.get("/v1/me").json()["roles"]] == ["caseworker", "supervisor"]
    assert bo.get("/v1/sessions").status_code == 200
    denied = bo.get("/v1/me", headers={"NRM-Role": "administrator"})
    assert (denied.status_code, denied.json()["code"]) == (403, "not_permitted")
    assert bo.delete("/v1/sessions/current").status_code == 204
    assert bo.get("/v1/me").status_code == 401


def test_who_opens_no_groups_has_no_purposes(real, at):
    at.account("chief", ["administrator"])
    chief = holder(real, signed_in(at, program(real), "chief"))
    assert chief.get("/v1/me").json()["purposes"] == []


def test_a_new_password_ends_all_sessions_and_clears_the_browser(real, at, anna):
    client = browser(real)
    signed_in(at, client)
    for body, problem in (
        ({"old": "wrong", "new": NEW}, (401, "wrong_credentials")),
        ({"old": WORDS, "new": "short"}, (422, "password_refused")),
        ({"old": WORDS, "new": WORDS}, (422, "password_refused")),
    ):
        answer = client.post("/v1/me/password", json=body)
        assert (answer.status_code, answer.json()["code"]) == problem
    done = client.post("/v1/me/password", json={"old": WORDS, "new": NEW})
    assert (done.status_code, "clear-site-data" in done.headers) == (204, True)
    assert anna.get("/v1/me").status_code == client.get("/v1/me").status_code == 401
    assert password(program(real)).status_code == 401
    assert password(program(real), words=NEW).status_code == 200
