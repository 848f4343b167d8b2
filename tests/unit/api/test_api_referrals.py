"""Referrals over HTTP, for those who keep the case: from the first question to the end of the help."""

from uuid import uuid4

import pytest
from api_caseworker import agreed, begun, decided, done_once, referred
from offices import ANNA, CANARIES
from small_directory import ADDRESS, CLINIC, LAWYER, NORTH

NORTH_KEY = {"source": NORTH[0], "id": NORTH[1]}


@pytest.fixture
def worker(service):
    return service.as_("caseworker")


@pytest.fixture
def where(worker):
    found = begun(worker)
    decided(worker, found)
    agreed(worker, found)
    return found


def seen(answer):
    return {"If-Match": answer.headers["etag"]}


def step(worker, path, verb, reason=None):
    body = {} if reason is None else {"json": {"reason": reason}}
    return worker.post(f"{path}/{verb}", headers=seen(worker.get(path)), **body)


def accepted(worker, where):
    """A referral to the shelter at a hidden place, which said yes."""
    agreed(worker, where, "share_with_accommodation")
    path, _ = referred(worker, where, "safe_accommodation", service=NORTH_KEY)
    assert step(worker, path, "accept").status_code == 200
    return path


def test_a_service_is_asked_once_and_everything_is_told_in_the_callers_language(service, worker, where):
    made = done_once(worker, f"{where}/referrals", {"offer": "medical_care"})
    one = made.json()["referral"]
    assert (made.status_code, one["state"]["code"], one["service"]["id"]) == (201, "sent", CLINIC[1])
    assert made.headers["location"] == f"{where}/referrals/{one['referral']}"
    assert made.headers["etag"] == f'"{one["version"]}"'
    told = service.as_("caseworker", **{"Accept-Language": "fr"}).get(made.headers["location"])
    assert told.json()["state"]["label"] != one["state"]["label"]
    assert told.json()["possible"] == ["receive", "accept", "decline", "revoke"]
    assert [each["referral"] for each in worker.get(f"{where}/referrals").json()["items"]] == [one["referral"]]
    assert not any(word in told.text for word in CANARIES)


def test_when_nobody_can_be_asked_it_is_told_whose_task_it_is_now(worker):
    where = begun(worker)
    decided(worker, where)
    answer = worker.post(f"{where}/referrals", json={"offer": "medical_care"})
    assert (answer.status_code, answer.json()["referral"]) == (200, None)
    assert answer.json()["task"]["code"] == "consent_missing"
    assert answer.json()["by"]["code"] == "caseworker"
    assert answer.json()["not_asked"][0]["reason"]["code"] == "no_consent"


def test_a_draft_is_sent_by_whoever_saw_how_it_stands(worker, where):
    path, one = referred(worker, where, draft=True)
    assert one["state"]["code"] == "draft"
    assert worker.post(f"{path}/send").json()["code"] == "precondition_required"
    assert worker.post(f"{path}/send", headers={"If-Match": '"9"'}).json()["code"] == "stale"
    sent = done_once(worker, f"{path}/send", None, **seen(worker.get(path)))
    assert (sent.status_code, sent.json()["referral"]["state"]["code"]) == (200, "sent")


def test_what_a_service_says_by_telephone_is_noted_step_by_step(worker, where):
    path, _ = referred(worker, where)
    for verb, state in (
        ("receive", "received"),
        ("accept", "accepted"),
        ("start", "in_progress"),
        ("complete", "completed"),
    ):
        answer = step(worker, path, verb)
        assert answer.json()["state"]["code"] == state
        assert answer.headers["etag"] == worker.get(path).headers["etag"]
    steps = worker.get(path).json()["passed"]
    assert {one["by"]["code"] for one in steps} == {"caseworker"}


def test_a_no_needs_a_reason_from_the_list_and_a_step_its_place(worker, where):
    path, _ = referred(worker, where)
    assert step(worker, path, "decline").json()["code"] == "input_refused"
    wrong = step(worker, path, "decline", "canaryreason")
    assert (wrong.status_code, "canaryreason" in wrong.text) == (422, False)
    assert step(worker, path, "start").json()["code"] == "not_now"
    assert step(worker, path, "decline", "no_capacity").json()["state"]["code"] == "declined"


def test_an_answer_is_noted_for_the_case_that_is_named_only(worker, where):
    path, _ = referred(worker, where)
    name, other = path.rpartition("/")[2], begun(worker)
    answer = worker.post(f"{other}/referrals/{name}/accept", headers=seen(worker.get(path)))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert worker.get(path).json()["state"]["code"] == "sent"


def test_a_referral_is_taken_back_once_with_a_reason(worker, where):
    path, _ = referred(worker, where)
    after = done_once(worker, f"{path}/revoke", {"reason": "better_service"}, **seen(worker.get(path)))
    assert after.json()["state"]["code"] == "revoked"
    assert after.headers["etag"] == worker.get(path).headers["etag"]
    again = worker.post(f"{path}/revoke", json={"reason": "better_service"}, headers=seen(after))
    assert (again.status_code, again.json()["code"]) == (409, "not_now")


def test_there_are_never_two_for_one_offer(worker, where):
    referred(worker, where)
    again = worker.post(f"{where}/referrals", json={"offer": "medical_care"})
    assert (again.status_code, again.json()["code"]) == (409, "not_now")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"offer": "medical_care", "disclosure": "share_with_health"},
        {"disclosure": "share_with_health"},
        {"offer": "canaryoffer"},
        {"offer": "Canary Offer"},
        {"offer": "medical_care", "service": {"source": "Canary", "id": "Canary"}},
        {"offer": "medical_care", "where": {"near": {"latitude": 4711001, "longitude": 0}}},
        {"offer": "medical_care", "where": {"never_in": [{"latitude": 1, "longitude": 1, "kilometres": 0}]}},
        {"offer": "medical_care", "CanaryField": "Canary"},
    ],
)
def test_what_cannot_be_asked_for_is_refused_without_being_quoted(worker, where, body):
    answer = worker.post(f"{where}/referrals", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused"), answer.text
    assert not any(word in answer.text.replace("medical", "") for word in CANARIES)
    assert worker.get(f"{where}/referrals").json() == {"items": []}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "needs one of `offer` and `disclosure`, and not both"),
        ({"disclosure": "share_with_health"}, "needs `service` too: the directory chooses only for an `offer`"),
    ],
)
def test_what_is_missing_in_what_is_asked_for_is_named(worker, where, body, said):
    assert [one["what"] for one in worker.post(f"{where}/referrals", json=body).json()["errors"]] == [said]


def test_a_service_that_is_known_not_to_fit_is_not_asked(worker, where):
    sent = {"offer": "medical_care", "service": {"source": LAWYER[0], "id": LAWYER[1]}}
    answer = worker.post(f"{where}/referrals", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_now")


def test_where_the_person_is_comes_back_in_no_answer(worker, where):
    place = {"region": "North", "near": {"latitude": 54.25, "longitude": -1.75}, "never_in_regions": ["CanaryTown"]}
    path, _ = referred(worker, where, where=place, service={"source": CLINIC[0], "id": CLINIC[1]})
    told = worker.get(path).text
    assert not any(word in told for word in ("54.25", "1.75", "CanaryTown"))


def test_the_way_to_a_hidden_place_is_told_to_one_official_after_a_yes(service, worker, where):
    path = accepted(worker, where)
    assert ADDRESS not in worker.get(path).text
    early = worker.get(f"{path}/transport")
    assert (early.status_code, early.json()["code"]) == (403, "not_assigned")
    driver = uuid4()
    named = done_once(worker, f"{path}/transport", {"official": str(driver)}, **seen(worker.get(path)))
    assert (named.status_code, named.headers["etag"]) == (204, worker.get(path).headers["etag"])
    assert service.as_("caseworker", who=driver).get(f"{path}/transport").json() == {"address": ADDRESS}
    assert worker.get(f"{path}/transport").json()["code"] == "not_assigned"
    stale = worker.post(f"{path}/transport", json={"official": str(ANNA)}, headers={"If-Match": '"1"'})
    assert stale.json()["code"] == "stale"
