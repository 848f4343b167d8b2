"""Sign-in over HTTP at a real provider of identity, which runs in a process of its own."""

import pytest
from api_office import Service
from identity_provider import browse, claims, door_to, with_settings
from offices import OURS, new_office
from signins import admin

from nrm.casework.accounts import people

REDIRECT = "https://nrm.example/v1/sessions/oidc/ministry/callback"
GO = "/v1/sessions/oidc/ministry"
BACK = f"{GO}/callback"
FROM_OUTSIDE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}


@pytest.fixture
def at(tmp_path, issuer):
    made = door_to(issuer, new_office(tmp_path), tmp_path, REDIRECT)
    with_settings(made, "gone", issuer="http://127.0.0.1:9")
    return made


@pytest.fixture
def real(at):
    return Service(at.office, real=at, tries="1000")


def gone_to(client):
    answer = client.get(GO, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer


def back(client, said):
    return client.get(BACK, params=said, headers=FROM_OUTSIDE)


def wrong(answer):
    return (answer.status_code, answer.json()["code"], "set-cookie" in answer.headers)


REFUSED = (401, "wrong_credentials", False)


def test_somebody_signs_in_at_their_provider_and_their_browser_has_a_session(real, issuer):
    claims(issuer, "subject-1", groups=["case team"])
    client = real.client()
    went = gone_to(client)
    name, *attributes = went.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-nrm-oidc=")
    assert {"httponly", "secure", "samesite=lax", "path=/"} < {one.lower() for one in attributes}
    assert name.partition("=")[2] not in went.headers["location"]
    came = back(client, browse(went.headers["location"], "subject-1"))
    assert came.status_code == 200, came.text
    assert came.json()["token"] is None
    session, step = came.headers.get_list("set-cookie")
    assert session.startswith("__Host-nrm=nrm_")
    assert "SameSite=strict" in session
    assert "Max-Age=0" in step
    me = client.get("/v1/me").json()
    assert (me["organisation"], [one["code"] for one in me["roles"]]) == (str(OURS), ["caseworker"])


def test_an_answer_that_is_not_whole_or_not_ours_signs_nobody_in(real, at, issuer):
    claims(issuer, "subject-1", groups=["case team"])
    client = real.client()
    said = browse(gone_to(client).headers["location"], "subject-1")
    for changed in (
        {},
        {"code": said["code"]},
        {"state": said["state"]},
        {**said, "state": "x"},
        {**said, "state": ""},
        {**said, "code": ""},
        {**said, "iss": "https://evil.example"},
        {"state": said["state"], "error": "access_denied"},
    ):
        assert wrong(back(client, changed)) == REFUSED
        assert at.said()[-1] == ("api:session:begin", "wrong_credentials")
    assert back(client, {**said, "code": "x" * 5_000}).json()["code"] == "input_refused"
    assert back(client, said).status_code == 200


def test_an_answer_is_good_once_and_in_the_browser_that_asked(real, issuer):
    claims(issuer, "subject-1", groups=["case team"])
    thief, victim = real.client(), real.client()
    said = browse(gone_to(thief).headers["location"], "subject-1")
    assert wrong(back(victim, said)) == REFUSED  # without a step of its own
    gone_to(victim)
    assert wrong(back(victim, said)) == REFUSED  # with that of another sign-in
    step = thief.cookies["__Host-nrm-oidc"]
    assert back(thief, said).status_code == 200
    replayed = real.client(Cookie=f"__Host-nrm-oidc={step}")
    assert wrong(back(replayed, said)) == REFUSED


def test_an_answer_that_comes_back_at_the_address_of_another_provider_gives_its_code_to_nobody(real, issuer):
    claims(issuer, "subject-1", groups=["case team"])
    client = real.client()
    said = {
        name: text for name, text in browse(gone_to(client).headers["location"], "subject-1").items() if name != "iss"
    }
    elsewhere = client.get("/v1/sessions/oidc/gone/callback", params=said, headers=FROM_OUTSIDE)
    assert wrong(elsewhere) == REFUSED
    assert back(client, said).status_code == 200, "it was asked for by nobody"


def test_who_has_no_role_there_or_is_suspended_here_is_not_let_in(real, at, issuer):
    claims(issuer, "subject-2", groups=["football"])
    client = real.client()
    answer = back(client, browse(gone_to(client).headers["location"], "subject-2"))
    assert wrong(answer) == (403, "not_permitted", False)
    claims(issuer, "subject-3", groups=["case team"])
    came = back(client, browse(gone_to(client).headers["location"], "subject-3"))
    account = client.get("/v1/me").json()["account"]
    assert came.json()["account"] == account
    people.suspend(at.desk, admin(), type(OURS)(account))
    assert client.get("/v1/me").status_code == 401
    assert wrong(back(client, browse(gone_to(client).headers["location"], "subject-3"))) == REFUSED


def test_a_provider_that_nobody_knows_or_that_is_not_there_is_told(real):
    client = real.client()
    for path in ("/v1/sessions/oidc/other", "/v1/sessions/oidc/other/callback"):
        assert client.get(path).json()["code"] == "not_found"
    answer = client.get("/v1/sessions/oidc/gone")
    assert (answer.status_code, answer.json()["code"]) == (502, "provider_failed")


def test_a_code_that_the_provider_does_not_know_is_a_fault_of_nobody_here(real, issuer):
    claims(issuer, "subject-1", groups=["case team"])
    client = real.client()
    said = browse(gone_to(client).headers["location"], "subject-1")
    answer = back(client, {**said, "code": "made up"})
    assert wrong(answer) == (502, "provider_failed", False)
