"""Matches over HTTP: services ranked and explained; nobody is asked, and no place is told."""

import pytest
from api_caseworker import begun
from offices import CANARIES
from small_directory import ADDRESS, NORTH, SOUTH


@pytest.fixture
def worker(service):
    return service.as_("caseworker")


def match(client, case, offer="safe_accommodation", **more):
    answer = client.post(f"{case}/matches", json={"offer": offer, **more})
    assert answer.status_code == 200, answer.text
    return answer


def test_services_are_ranked_and_each_line_is_said_in_the_callers_language(service, worker):
    where = begun(worker)
    found = match(worker, where).json()
    assert [one["id"] for one in found["accepted"]] == [NORTH[1], SOUTH[1]]
    assert (found["accepted_in_all"], found["duty"]) == (2, None)
    french = match(service.as_("caseworker", **{"Accept-Language": "fr"}), where).json()
    said = [[line["said"] for line in one["accepted"][0]["lines"]] for one in (found, french)]
    assert said[0] != said[1]
    assert all(said[0])


def test_where_the_person_must_not_go_is_refused_and_named_in_no_answer(worker):
    circle = {"latitude": 50.8, "longitude": -1.5, "kilometres": 20}
    answer = match(worker, begun(worker), where={"never_in": [circle], "never_in_regions": ["CanaryTown"]})
    refused = {one["id"]: [line["criterion"] for line in one["lines"]] for one in answer.json()["refused"]}
    assert refused == {SOUTH[1]: ["zone"]}
    assert answer.json()["refused_for"] == {"zone": 1}
    assert not any(word in answer.text for word in (*CANARIES, ADDRESS, "50.8", "54.9"))


def test_when_nothing_fits_it_is_told_whose_duty_it_is(worker):
    found = match(worker, begun(worker), "vocational_training").json()
    assert found["accepted"] == []
    assert found["duty"] == {"code": "no_service_found", "by": "coordinator", "within_hours": 24}


def test_that_the_record_was_opened_for_it_is_on_the_log_and_nothing_else_is_kept(service, worker):
    where = begun(worker)
    before = vars(service.office.store.state.copied())
    match(worker, where)
    after = vars(service.office.store.state)
    assert {name for name in before if before[name] != after[name]} == {"details", "waiting"}
    entry = service.office.entries()[-1]
    assert (entry.action, entry.purpose) == ("api:match:make", "case_management")
    assert {"identity", "contact", "health"} <= set(entry.groups)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"offer": "canaryoffer"},
        {"offer": "medical_care", "most": 0},
        {"offer": "medical_care", "where": {"near": "Canary"}},
        {"offer": "medical_care", "where": {"earliest": "Canary"}},
        {"offer": "medical_care", "where": {"unit": "  "}},
        {"offer": "medical_care", "where": {"CanaryField": 1}},
    ],
)
def test_what_cannot_be_looked_for_is_refused_without_being_quoted(worker, body):
    answer = worker.post(f"{begun(worker)}/matches", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert not any(word in answer.text for word in CANARIES)
