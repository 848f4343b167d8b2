"""Cases of one family over HTTP: that one is in danger raises the other, and nothing else is told."""

from uuid import uuid4

import pytest
from api_caseworker import IN_DANGER, begun, decided, done_once
from offices import CANARIES, THEIRS


@pytest.fixture
def worker(service):
    return service.as_("caseworker")


def name(where):
    return where.rpartition("/")[2]


def test_a_link_is_made_once_and_seen_from_both_sides(worker):
    mother, child = begun(worker), begun(worker)
    made = done_once(worker, f"{mother}/family", {"other": name(child), "relation": "child"})
    assert made.status_code == 204
    here, there = (worker.get(f"{case}/family").json()["items"] for case in (mother, child))
    assert [(one["other"], one["relation"], one["in_danger"]) for one in here] == [(name(child), "child", False)]
    assert [(one["other"], one["relation"]) for one in there] == [(name(mother), "parent")]


def test_danger_passes_and_nothing_else(worker):
    sister, brother = begun(worker, IN_DANGER), begun(worker)
    worker.post(f"{brother}/family", json={"other": name(sister), "relation": "sibling"})
    decided(worker, sister)
    told = worker.get(f"{brother}/family")
    assert [one["in_danger"] for one in told.json()["items"]] == [True]
    assert not any(word in told.text for word in CANARIES)
    duties = worker.get(f"{brother}/duties").json()["items"]
    assert "relative_at_risk" in {one["code"]["code"] for one in duties}


def test_a_link_is_ended_and_then_is_none(worker):
    one, other = begun(worker), begun(worker)
    worker.post(f"{one}/family", json={"other": name(other), "relation": "partner"})
    headers = {"Idempotency-Key": "key-number-1"}
    path = f"{one}/family/{name(other)}"
    assert [worker.delete(path, headers=headers).status_code for _ in range(2)] == [204, 204]
    assert worker.get(f"{other}/family").json() == {"items": []}
    again = worker.delete(path)
    assert (again.status_code, again.json()["code"]) == (404, "not_found")


def test_the_case_of_another_organisation_cannot_be_linked(service, worker):
    ours, theirs = begun(worker), begun(service.as_("caseworker", THEIRS))
    answers = [
        worker.post(f"{ours}/family", json={"other": other, "relation": "sibling"})
        for other in (name(theirs), str(uuid4()))
    ]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(404, "not_found")}
    assert worker.get(f"{ours}/family").json() == {"items": []}


@pytest.mark.parametrize("change", [{"relation": "CanaryCousin"}, {"other": "Canary"}, {"CanaryField": 1}])
def test_what_is_no_link_is_refused_without_being_quoted(worker, change):
    answer = worker.post(f"{begun(worker)}/family", json={"other": str(uuid4()), "relation": "sibling", **change})
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert "Canary" not in answer.text
