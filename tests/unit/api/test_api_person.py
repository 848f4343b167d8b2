"""The person over HTTP: a link and a PIN open their own case, in their language, and nothing names another one."""

from uuid import uuid4

import pytest
from api_caseworker import CHILD_RECORD, begun, decided, done_once, referred
from api_office import Service
from offices import CANARIES, new_office
from person_desk import another_pin
from referral_desk import later
from small_directory import ADDRESS

from api.rest.person import CLEAR
from api.visit import COOKIE

HEALTH = "share_with_health"
READS = ("plan", "offers", "consents", "consents/questions", "referrals")


@pytest.fixture
def where(service):
    worker = service.as_("caseworker")
    where = begun(worker)
    decided(worker, where)
    return where


def linked(service, where, **more):
    answer = service.as_("caseworker").post(f"{where}/person-links", json={"language": "en", **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def opened(service, made, **more):
    sent = {"link": made["token"], "pin": made["pin"], **more}
    return service.client().post("/v1/person/sessions", json=sent)


def visiting(service, where, language="en", speaks="person", **headers):
    made = opened(service, linked(service, where, language=language, speaks=speaks))
    assert made.status_code == 201, made.text
    return service.client(Authorization=f"Bearer {made.json()['token']}", **headers)


def question(client, disclosure=HEALTH):
    items = client.get("/v1/person/consents/questions").json()["items"]
    return next(one for one in items if one["disclosure"]["code"] == disclosure)


def says(client, state, **more):
    asked = question(client)
    sent = {"state": state, "disclosure": HEALTH, "wording": asked["wording"], "language": asked["language"], **more}
    answer = client.post("/v1/person/consents", json=sent)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_link_and_its_pin_open_the_case_once_and_neither_stands_in_an_address(service, where):
    made = linked(service, where)
    assert made["token"] not in where
    keyed = service.client(**{"Idempotency-Key": "key-number-1"})
    assert keyed.post("/v1/person/sessions", json={"link": made["token"], "pin": made["pin"]}).status_code == 422
    first = opened(service, made)
    assert (first.json()["speaks"], first.json()["language"]) == ("person", "en")
    again = opened(service, made)
    assert (again.status_code, again.json()["code"]) == (401, "wrong_credentials")
    assert ("api:link:make", "done") in service.office.said()


def test_a_wrong_pin_a_used_link_and_none_are_told_alike_and_five_wrong_ones_end_it(service, where):
    made, used = linked(service, where), linked(service, where)
    opened(service, used)
    wrong = {**made, "pin": another_pin(made["pin"])}
    told = [
        opened(service, one) for one in (wrong, used, {**made, "token": "x" * 43}, wrong, wrong, wrong, wrong, made)
    ]
    assert {one.status_code for one in told} == {401}
    assert len({one.text.replace(one.headers["request-id"], "") for one in told}) == 1


def test_whoever_tries_too_often_is_told_when_to_come_back(tmp_path):
    service = Service(new_office(tmp_path), tries="3")
    tries = [opened(service, {"token": "x" * 43, "pin": "000000"}) for _ in range(4)]
    assert [one.status_code for one in tries] == [401, 401, 401, 429]
    assert int(tries[-1].headers["retry-after"]) >= 1


def test_a_browser_gets_a_cookie_that_no_script_reads_and_no_token(service, where):
    made = linked(service, where)
    sent = {"link": made["token"], "pin": made["pin"], "browser": True}
    browser = service.client()
    assert browser.post("/v1/person/sessions", json=sent).json()["code"] == "cross_site", "no other page signs us in"
    answer = browser.post("/v1/person/sessions", json=sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.json()["token"] is None
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {
        "httponly",
        "secure",
        "samesite=strict",
        "path=/",
    }
    assert browser.get("/v1/person/plan").status_code == 200
    offer = {"offer": "medical_care", "wanted": False}
    assert browser.post("/v1/person/choices", json=offer).json()["code"] == "cross_site"
    same = {"Sec-Fetch-Site": "same-origin"}
    assert browser.post("/v1/person/choices", json=offer, headers=same).status_code == 201
    gone = browser.delete("/v1/person/session", headers=same)
    assert (gone.status_code, gone.headers["clear-site-data"]) == (204, CLEAR["Clear-Site-Data"])
    assert browser.get("/v1/person/plan").status_code == 401


@pytest.mark.parametrize(
    ("link", "wanted", "spoken"),
    [("ar", None, "ar"), ("ar", "fr-CH, en;q=0.5", "fr"), ("es", "de", "es"), ("fr", "*", "fr")],
)
def test_it_is_in_the_language_of_the_link_unless_another_one_is_asked_for(service, where, link, wanted, spoken):
    headers = {} if wanted is None else {"Accept-Language": wanted}
    client = visiting(service, where, link, **headers)
    answer = client.get("/v1/person/plan")
    plan = answer.json()["plan"]
    assert (plan["language"], plan["right_to_left"], answer.headers["content-language"]) == (
        spoken,
        spoken == "ar",
        spoken,
    )
    label = service.office.desk.counter.speaker(spoken).label("medical_care")
    assert label in {one["offer"]["label"] for one in client.get("/v1/person/offers").json()["items"]}
    assert question(client)["language"] == spoken


def test_the_plan_is_a_letter_in_parts_or_as_text_and_discreet_where_others_see_it(service, where):
    client = visiting(service, where)
    parts = client.get("/v1/person/plan").json()["plan"]
    text = client.get("/v1/person/plan", headers={"Accept": "text/plain"})
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert parts["title"] in text.text
    assert parts["sections"]
    discreet = client.get("/v1/person/plan", params={"discreet": True}, headers={"Accept": "text/plain"})
    assert len(discreet.text) < len(text.text)


def test_before_anything_was_decided_there_is_no_plan_yet(service):
    client = visiting(service, begun(service.as_("caseworker")))
    assert client.get("/v1/person/plan").json() == {"plan": None}
    assert client.get("/v1/person/plan", headers={"Accept": "text/plain"}).status_code == 204
    assert client.get("/v1/person/offers").json() == {"items": []}


def test_their_yes_lets_help_be_asked_for_and_taking_it_back_ends_that(service, where):
    worker, client = service.as_("caseworker"), visiting(service, where)
    assert says(client, "given")["state"] == "given"
    _, one = referred(worker, where)
    (seen,) = client.get("/v1/person/referrals").json()["items"]
    assert (seen["referral"], seen["state"]["code"]) == (one["referral"], "sent")
    assert ADDRESS not in client.get("/v1/person/referrals").text
    (line,) = client.get("/v1/person/consents").json()["items"]
    back = client.post("/v1/person/consents/withdraw", json={"disclosure": line["disclosure"]})
    assert (back.status_code, back.json()["state"]) == (201, "withdrawn")
    assert client.get("/v1/person/referrals").json()["items"][0]["state"]["code"] == "revoked"
    remark = {"referral": one["referral"], "safe": "no", "remark": "CanaryRemark"}
    assert client.post("/v1/person/feedback", json=remark).status_code == 204
    assert [line["remark"] for line in worker.get(f"{where}/feedback").json()["items"]] == ["CanaryRemark"]


def test_a_yes_names_the_text_that_was_shown(service, where):
    client = visiting(service, where)
    assert client.post("/v1/person/consents", json={"state": "given", "disclosure": HEALTH}).status_code == 422
    unknown = {"state": "given", "disclosure": HEALTH, "wording": "CanaryWording", "language": "en"}
    refused = client.post("/v1/person/consents", json=unknown)
    assert (refused.status_code, "Canary" in refused.text) == (422, False)


def test_a_guardian_sees_no_reasons_and_none_of_what_the_child_said_and_gives_no_feedback(service):
    worker = service.as_("caseworker")
    where = begun(worker, CHILD_RECORD)
    decided(worker, where)
    child, guardian = visiting(service, where), visiting(service, where, speaks="guardian")
    says(child, "refused")
    assert guardian.get("/v1/person/consents").json() == {"items": []}
    letters = [one.get("/v1/person/plan", headers={"Accept": "text/plain"}).text for one in (child, guardian)]
    assert len(letters[1]) < len(letters[0])
    sent = {"referral": str(uuid4()), "met": "yes"}
    assert guardian.post("/v1/person/feedback", json=sent).json()["code"] == "not_permitted"


def test_what_comes_twice_is_said_once_and_another_session_is_not_told_it(service, where):
    client, other = visiting(service, where), visiting(service, where)
    offer = {"offer": "medical_care", "wanted": False}
    first = done_once(client, "/v1/person/choices", offer)
    theirs = other.post("/v1/person/choices", json=offer, headers={"Idempotency-Key": "key-number-1"})
    assert theirs.json()["choice"] != first.json()["choice"]
    assert len(service.as_("caseworker").get(f"{where}/choices").json()["items"]) == 2
    client.delete("/v1/person/session")
    after = client.post("/v1/person/choices", json=offer, headers={"Idempotency-Key": "key-number-1"})
    assert (after.status_code, after.json()["code"]) == (401, "session_over"), "no answer outlives the session"
    service.as_("supervisor").delete(where)
    assert not [kind for kind, _ in service.office.store.state.registry if kind == "once"]


@pytest.mark.parametrize("ended", ["leave", "unlink", "shred", "late"])
def test_after_its_end_a_session_opens_nothing_and_leaving_always_works(service, where, ended):
    client = visiting(service, where)
    assert client.get("/v1/person/plan").status_code == 200
    if ended == "leave":
        assert client.delete("/v1/person/session").status_code == 204
    elif ended == "unlink":
        assert service.as_("caseworker").delete(f"{where}/person-links").status_code == 204
    elif ended == "shred":
        assert service.as_("supervisor").delete(where).status_code == 204
    else:
        later(service.office, minutes=31)
    for path in READS:
        answer = client.get(f"/v1/person/{path}")
        assert (answer.status_code, answer.json()["code"]) == (401, "session_over")
    gone = client.delete("/v1/person/session")
    assert (gone.status_code, "clear-site-data" in gone.headers) == (204, True)


def test_no_officials_token_opens_it_and_no_persons_token_opens_anything_else(service, where):
    client, worker = visiting(service, where), service.as_("caseworker")
    for path in READS:
        assert worker.get(f"/v1/person/{path}").status_code == 401
        assert service.client().get(f"/v1/person/{path}").json()["code"] == "not_signed_in"
    for path in (where, f"{where}/consents", "/v1/cases", "/v1/notices"):
        assert client.get(path).status_code == 401


def test_nothing_of_the_record_and_of_no_official_is_shown(service, where):
    client = visiting(service, where)
    says(client, "given")
    texts = [client.get(f"/v1/person/{path}").text for path in READS]
    texts.append(client.get("/v1/person/plan", headers={"Accept": "text/plain"}).text)
    for text in texts:
        assert not any(word in text for word in (*CANARIES, where.rpartition("/")[2]))


def test_only_those_who_keep_the_case_make_links(service, where):
    sent = {"language": "en"}
    for role, status in (("first_responder", 403), ("coordinator", 403), ("overseer", 403), ("administrator", 403)):
        assert service.as_(role).post(f"{where}/person-links", json=sent).status_code == status
    stranger = service.as_("caseworker", uuid4())
    assert stranger.post(f"{where}/person-links", json=sent).status_code == 404
    assert stranger.delete(f"{where}/person-links").status_code == 404
    refused = service.as_("caseworker").post(f"{where}/person-links", json={"language": "en", "speaks": "guardian"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_now"), "this person is no child"
    for wrong in ({"language": "de"}, {"language": "en", "days": 31}, {}):
        assert service.as_("caseworker").post(f"{where}/person-links", json=wrong).status_code == 422


def test_a_link_runs_out_after_its_days(service, where):
    made = linked(service, where, days=1)
    later(service.office, days=1, seconds=1)
    assert opened(service, made).status_code == 401
