"""What the person says, over HTTP: each line is kept, a no reaches everybody, and nothing else is touched."""

import pytest
from api_caseworker import agreed, begun, decided, done_once, referred
from offices import CANARIES
from small_directory import ADDRESS, CLINIC, NORTH


@pytest.fixture
def worker(service):
    return service.as_("caseworker")


@pytest.fixture
def where(worker):
    found = begun(worker)
    decided(worker, found)
    return found


def test_an_answer_is_noted_once_and_read_in_the_callers_language(service, worker, where):
    sent = {"state": "given", "disclosure": "share_with_health", "by": "self", "groups": ["health"], "language": "fr"}
    noted = done_once(worker, f"{where}/consents", sent)
    assert (noted.status_code, noted.json()["language"]) == (201, "fr")
    assert [group["code"] for group in noted.json()["groups"]] == ["health"]
    lines = service.as_("caseworker", **{"Accept-Language": "es"}).get(f"{where}/consents").json()["items"]
    assert [line["consent"] for line in lines] == [noted.json()["consent"]]
    assert lines[0]["recipient"]["label"] != noted.json()["recipient"]["label"]


def test_the_language_of_a_question_is_the_callers_if_it_is_not_said(service, where):
    spanish = service.as_("caseworker", **{"Accept-Language": "es"})
    assert agreed(spanish, where).json()["language"] == "es"


def test_a_withdrawal_revokes_what_rested_on_the_consent(worker, where):
    agreed(worker, where)
    one, _ = referred(worker, where)
    agreed(worker, where, state="withdrawn")
    after = worker.get(one).json()
    assert (after["state"]["code"], after["passed"][-1]["reason"]["code"]) == ("revoked", "consent_withdrawn")


def test_a_consent_for_one_service_names_it_and_not_its_place(worker, where):
    service = {"source": CLINIC[0], "id": CLINIC[1]}
    noted = agreed(worker, where, service=service)
    assert noted.json()["service"] == {**service, "name": "Clinic"}
    assert ADDRESS not in noted.text


@pytest.mark.parametrize(
    "change",
    [
        {"disclosure": "canaryword"},
        {"wording": "CanaryWording"},
        {"state": "CanaryState"},
        {"groups": ["CanaryGroup"]},
        {"groups": ["exploiters"]},
        {"service": {"source": "Canary", "id": "Canary"}},
        {"until": "CanaryDay"},
        {"until": "2026-02-28"},
        {"until": "9999-12-31"},
        {"state": "refused", "until": "2027-01-01"},
        {"CanaryField": "Canary"},
    ],
)
def test_an_answer_that_cannot_be_is_refused_without_being_quoted(worker, where, change):
    sent = {"state": "given", "disclosure": "share_with_health", "by": "self", **change}
    answer = worker.post(f"{where}/consents", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused"), answer.text
    assert not any(word in answer.text for word in CANARIES)
    assert worker.get(f"{where}/consents").json() == {"items": []}


def test_a_choice_is_noted_once_and_revokes_only_what_is_not_wanted(worker, where):
    agreed(worker, where)
    one, _ = referred(worker, where)
    noted = done_once(worker, f"{where}/choices", {"offer": "medical_care", "wanted": False})
    assert (noted.status_code, noted.json()["offer"]["code"]) == (201, "medical_care")
    assert worker.get(one).json()["state"]["code"] == "revoked"
    assert [line["wanted"] for line in worker.get(f"{where}/choices").json()["items"]] == [False]
    refused = worker.post(f"{where}/choices", json={"offer": "canaryoffer", "wanted": True})
    assert (refused.status_code, "canary" in refused.text) == (422, False)


def test_feedback_is_noted_once_and_that_it_was_not_safe_is_a_task(worker, where):
    agreed(worker, where)
    _, one = referred(worker, where)
    sent = {"referral": one["referral"], "met": "no", "safe": "no", "remark": "CanaryRemark"}
    noted = done_once(worker, f"{where}/feedback", sent)
    assert noted.json() == worker.get(f"{where}/feedback").json()["items"][0]
    duties = worker.get(f"{where}/duties").json()["items"]
    assert "service_felt_unsafe" in {one["code"]["code"] for one in duties}
    missing = worker.post(f"{where}/feedback", json={**sent, "referral": noted.json()["feedback"]})
    assert (missing.status_code, "Canary" in missing.text) == (404, False)


def test_what_is_read_out_names_the_service_and_the_groups_in_the_callers_language(service, worker):
    path = "/v1/consent-wordings/share_with_health"
    whole = worker.get(path).json()
    assert (whole["language"], whole["read_to"]) == ("en", "person")
    part = worker.get(path, params={"group": "health", "source": CLINIC[0], "service": CLINIC[1]}).json()
    assert "Clinic" in part["text"]
    assert len(part["text"]) < len(whole["text"])
    child = service.as_("caseworker", **{"Accept-Language": "fr"}).get(path, params={"read_to": "child"}).json()
    assert (child["language"], child["text"] == whole["text"]) == ("fr", False)
    assert agreed(worker, begun(worker), wording=whole["wording"]).status_code == 201


@pytest.mark.parametrize(
    ("disclosure", "params"),
    [
        ("canaryword", {}),
        ("share_with_health", {"group": "exploiters"}),
        ("share_with_health", {"source": "Canary", "service": "Canary"}),
        ("share_with_health", {"until": "Canary"}),
    ],
)
def test_what_is_never_asked_has_no_words(worker, disclosure, params):
    answer = worker.get(f"/v1/consent-wordings/{disclosure}", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused"), answer.text
    assert not any(word in answer.text for word in CANARIES)


def test_the_place_of_a_hidden_service_is_not_read_out(worker):
    params = {"source": NORTH[0], "service": NORTH[1]}
    assert ADDRESS not in worker.get("/v1/consent-wordings/share_with_health", params=params).text
