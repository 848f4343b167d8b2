"""Over HTTP: no administrator is two people, no session that was left open becomes a key, no list ends too soon."""

import json
from uuid import UUID

import pytest
from offices import OURS, THEIRS
from signing_in import holder, password, program, signed_in
from signins import FIRST_ADMIN, WORDS, admin, long_held
from soft_authenticator import SoftAuthenticator

from nrm.casework.accounts import people, recovering

ORIGIN = "https://nrm.example.org"
TOKEN = {"label": "export", "days": 30}
SOCK = {"name": "sock", "display_name": "Sock", "roles": ["administrator"]}
MANY = 5


@pytest.fixture
def chief(real, at):
    account = at.account("chief", ["administrator"])
    begun = holder(real, signed_in(at, program(real), "chief"))
    long_held(at.desk, account.id)
    return begun


@pytest.fixture
def anna(real, at):
    at.account()
    return holder(real, signed_in(at, program(real)))


def code_of(answer):
    return answer.status_code, answer.json()["code"]


def second_self(real, at, chief):
    """A second administrator, whom the first makes, invites, and is."""
    account = chief.post("/v1/accounts", json=SOCK).json()["account"]
    code = chief.post(f"/v1/accounts/{account}/invite").json()["code"]
    step = password(program(real), "sock", code).json()
    at.apps["sock"] = step["enrol"]["secret"]
    sent = {"step": step["step"], "code": at.code("sock"), "new_password": f"{WORDS} and one"}
    begun = program(real).post("/v1/sessions/steps/totp", json=sent)
    assert begun.status_code == 201, begun.text
    return holder(real, begun)


def test_one_administrator_is_not_two_by_making_a_second(real, at, chief, anna):
    lost = anna.get("/v1/me").json()["account"]
    sock = second_self(real, at, chief)
    for language, days, where in (("en", "three days", "on the machine"), ("fr", "trois jours", "sur la machine")):
        refused = sock.post(f"/v1/accounts/{lost}/recover", headers={"Accept-Language": language})
        assert code_of(refused) == (403, "too_new")
        (fault,) = refused.json()["errors"]
        assert days in fault["what"]
        assert where in fault["todo"]
    waiting = chief.post(f"/v1/accounts/{lost}/recover").json()["recovery"]
    assert code_of(sock.post(f"/v1/recoveries/{waiting}/confirm")) == (403, "too_new")
    assert at.said()[-1] == ("api:user:recover", "too_new")
    assert anna.get("/v1/me").status_code == 200


def test_who_signed_in_ten_minutes_ago_signs_in_again_for_a_token(real, at, anna):
    at.later(minutes=10)
    assert anna.get("/v1/me").status_code == 200
    assert code_of(anna.post("/v1/me/tokens", json=TOKEN)) == (403, "sign_in_again")
    assert at.said()[-1] == ("api:credential:add", "sign_in_again")
    assert anna.get("/v1/me/tokens").json()["items"] == []
    again = holder(real, signed_in(at, program(real)))
    assert again.post("/v1/me/tokens", json=TOKEN).status_code == 201
    assert code_of(anna.post("/v1/me/tokens", json=TOKEN)) == (403, "sign_in_again")


def test_who_signed_in_nine_minutes_ago_makes_a_token(at, anna):
    at.later(minutes=9)
    assert anna.post("/v1/me/tokens", json=TOKEN).status_code == 201


def test_a_passkey_is_taken_back_by_who_signed_in_lately_and_by_no_token(real, at, anna):
    asked = anna.post("/v1/me/passkeys/begin", json={"password": WORDS}).json()
    answer = json.loads(SoftAuthenticator().create(json.dumps(asked["passkey"]), ORIGIN))
    sent = {"step": asked["step"], "answer": answer, "label": "telephone"}
    where = f"/v1/me/passkeys/{anna.post('/v1/me/passkeys/finish', json=sent).json()['passkey']}"
    token = holder(real, anna.post("/v1/me/tokens", json=TOKEN))
    assert code_of(token.delete(where)) == (403, "not_permitted")
    at.later(minutes=10)
    assert code_of(anna.delete(where)) == (403, "sign_in_again")
    assert at.said()[-1] == ("api:credential:remove", "sign_in_again")
    assert len(anna.get("/v1/me/passkeys").json()["items"]) == 1
    assert holder(real, signed_in(at, program(real))).delete(where).status_code == 204


def test_in_an_old_session_everything_else_takes_the_password(at, anna):
    at.later(minutes=25)
    assert anna.get("/v1/me").status_code == 200
    at.later(minutes=25)
    for path, body in (
        ("totp/begin", {"password": "wrong"}),
        ("passkeys/begin", {"password": "wrong"}),
        ("password", {"old": "wrong", "new": f"{WORDS} and one"}),
    ):
        assert code_of(anna.post(f"/v1/me/{path}", json=body)) == (401, "wrong_credentials"), path
    assert anna.post("/v1/me/totp/begin", json={"password": WORDS}).status_code == 200


def waiting(at, many=MANY):
    """Requests for accounts of ours, with as many of others between them."""
    for number in range(2 * many):
        organisation = (OURS, THEIRS)[number % 2]
        asker = admin(FIRST_ADMIN, organisation)
        made = people.create(at.desk, asker, f"name{number}", "x", ["caseworker"], organisation)
        asked = recovering.ask_recovery(at.desk, asker, made.id)
        if organisation == OURS:
            yield str(asked.id)


def pages(client, **limit):
    """The pages of the list, each as the identifiers on it."""
    cursor = {}
    while True:
        page = client.get("/v1/recoveries", params={**limit, **cursor}).json()
        yield [one["recovery"] for one in page["items"]]
        if page["next"] is None:
            return
        cursor = {"cursor": page["next"]}


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_every_request_that_waits_is_on_one_of_the_pages(at, chief, limit):
    wanted = sorted(waiting(at))
    found = list(pages(chief, limit=limit))
    assert all(len(one) <= limit for one in found)
    assert [one for page in found for one in page] == wanted


def test_more_than_a_hundred_requests_are_all_listed(at, chief):
    wanted = sorted(waiting(at, 60))
    assert [one for page in pages(chief) for one in page] == wanted


def test_what_nobody_confirmed_in_its_hour_is_on_no_page(at, chief):
    assert len(list(waiting(at))) == MANY
    at.later(minutes=20)
    assert sum(map(len, pages(chief, limit=2))) == MANY
    at.later(minutes=25)
    assert chief.get("/v1/me").status_code == 200
    at.later(minutes=15)
    assert sum(map(len, pages(chief, limit=2))) == 0


def test_the_cursor_of_another_list_or_asker_is_none(real, at, chief):
    assert len(list(waiting(at))) == MANY
    cursor = chief.get("/v1/recoveries", params={"limit": 2}).json()["next"]
    other = at.account("deputy", ["administrator"])
    deputy = holder(real, signed_in(at, program(real), "deputy"))
    assert other.id != UUID(chief.get("/v1/me").json()["account"])
    for asker, path in ((deputy, "/v1/recoveries"), (chief, "/v1/accounts")):
        assert code_of(asker.get(path, params={"cursor": cursor})) == (422, "input_refused")
