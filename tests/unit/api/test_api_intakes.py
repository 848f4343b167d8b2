"""A record goes in and its plan comes out, in one request that is done as a whole or not at all."""

from api_caseworker import ADULT_RECORD, begun, decided, done_once
from offices import CANARIES


def test_a_case_is_taken_in_with_its_plan_once(service):
    worker = service.as_("caseworker", **{"Accept-Language": "ar"})
    answer = done_once(worker, "/v1/intakes?on=2026-03-01", ADULT_RECORD)
    taken = answer.json()
    assert (answer.status_code, answer.headers["etag"], taken["version"]) == (201, '"1"', 1)
    assert answer.headers["location"] == f"/v1/cases/{taken['case']}"
    assert (taken["plan"]["language"], taken["plan"]["on"]) == ("ar", "2026-03-01")
    assert [one["case"] for one in worker.get("/v1/cases").json()["items"]] == [taken["case"]]


def test_it_is_the_same_plan_as_in_two_steps(service):
    worker = service.as_("caseworker")
    where = begun(worker)
    slow = decided(worker, where).json()["plan"]
    taken = worker.post("/v1/intakes", json=ADULT_RECORD).json()
    assert taken["plan"] == slow
    again = worker.get(f"/v1/cases/{taken['case']}/decisions/{taken['decision']}").json()
    assert again["plan"] == slow

    def held(path):
        return sorted(
            (one["kind"], one["code"]["code"], one["by"]["code"], str(one["offer"]))
            for one in worker.get(f"{path}/duties").json()["items"]
        )

    assert held(f"/v1/cases/{taken['case']}") == held(where)


def test_a_first_responder_may_and_a_coordinator_may_not(service):
    assert service.as_("first_responder").post("/v1/intakes", json=ADULT_RECORD).status_code == 201
    answer = service.as_("coordinator").post("/v1/intakes", json=ADULT_RECORD)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_what_is_refused_leaves_no_case_and_is_not_quoted(service):
    worker = service.as_("caseworker")
    for body, query in (
        ({"identity": {"birth_date": "CanaryDate"}}, ""),
        (ADULT_RECORD, "?on=CanaryDay"),
        (ADULT_RECORD, "?country=zz"),
    ):
        answer = worker.post(f"/v1/intakes{query}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "input_refused"), answer.text
        assert not any(word in answer.text for word in CANARIES)
    assert service.office.store.state.cases == {}


def test_a_purpose_that_does_not_need_the_record_leaves_no_case(service):
    worker = service.as_("caseworker", **{"Purpose-Of-Use": "health_care"})
    answer = worker.post("/v1/intakes", json=ADULT_RECORD)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_disclosable")
    assert service.office.store.state.cases == {}
