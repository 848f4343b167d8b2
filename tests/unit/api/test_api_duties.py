"""Duties over HTTP: what is to be done for a case, and what waits for a role over all cases."""

from uuid import uuid4

import pytest
from api_caseworker import CHILD_RECORD, begun, decided, done_once
from offices import CANARIES, THEIRS
from referral_desk import later


@pytest.fixture
def worker(service):
    return service.as_("caseworker")


def waiting(client, **params):
    return client.get("/v1/duties", params=params).json()


def all_pages(client, limit):
    seen, cursor = [], None
    while True:
        page = waiting(client, limit=limit, **({"cursor": cursor} if cursor else {}))
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            return seen


def test_what_is_to_be_done_is_listed_in_the_callers_language_and_done_once(service, worker):
    where = begun(worker)
    decided(worker, where)
    listed = worker.get(f"{where}/duties").json()["items"]
    assert [one["due"] for one in listed] == sorted(one["due"] for one in listed)
    chased = next(one for one in listed if one["kind"] == "duty")
    french = service.as_("caseworker", **{"Accept-Language": "fr"}).get(f"{where}/duties").json()["items"]
    assert {one["code"]["label"] for one in french} != {one["code"]["label"] for one in listed}
    ended = done_once(worker, f"{where}/duties/{chased['duty']}/done", None)
    assert ended.json()["state"] == "done"
    assert chased["duty"] not in {one["duty"] for one in worker.get(f"{where}/duties").json()["items"]}
    again = worker.post(f"{where}/duties/{chased['duty']}/done")
    assert (again.status_code, again.json()["code"]) == (404, "not_found")


def test_where_child_and_guardian_differ_the_task_names_the_offer_in_words(service, worker):
    where = begun(worker, CHILD_RECORD)
    decided(worker, where)
    for by, wanted in (("self", True), ("guardian", False)):
        said = {"offer": "medical_care", "wanted": wanted, "by": by}
        assert worker.post(f"{where}/choices", json=said).status_code == 201
    french = service.as_("caseworker", **{"Accept-Language": "fr"}).get(f"{where}/duties").json()["items"]
    (task,) = [one for one in french if one["code"]["code"] == "look_at_disagreement"]
    label = service.office.desk.counter.speaker("fr").label("medical_care")
    assert (task["why"], task["offer"]) == ([{"code": "medical_care", "label": label}], None)


def test_what_is_late_is_said_to_be(service, worker):
    where = begun(worker)
    decided(worker, where)
    later(service.office, days=400)
    kinds = {one["kind"]: one["late"] for one in worker.get(f"{where}/duties").json()["items"]}
    assert kinds["duty"]
    assert not kinds["review"]


def test_a_coordinator_sees_what_waits_for_them_in_every_organisation_and_opens_no_case(service, worker):
    ours, theirs = begun(worker), begun(service.as_("caseworker", THEIRS))
    decided(worker, ours)
    decided(service.as_("caseworker", THEIRS), theirs)
    coordinator = service.as_("coordinator", uuid4(), who=uuid4())
    found = waiting(coordinator)["items"]
    assert {one["case"] for one in found} == {ours.rpartition("/")[2], theirs.rpartition("/")[2]}
    assert {one["kind"] for one in found} <= {"duty", "task"}
    assert {one["by"]["code"] for one in found} == {"coordinator"}
    assert not any(word in str(found) for word in CANARIES)
    assert coordinator.get(ours).status_code == 403
    entries = [entry for entry in service.office.entries() if entry.action == "api:duty:read"]
    assert len(entries) == 2
    assert all(entry.case for entry in entries)


def test_a_caseworker_sees_what_waits_for_caseworkers_in_their_own_organisation(service, worker):
    where = begun(worker)
    decided(worker, where)
    assert {one["case"] for one in waiting(worker)["items"]} == {where.rpartition("/")[2]}
    assert waiting(service.as_("caseworker", THEIRS)) == {"items": [], "next": None}


def test_pages_of_what_waits_go_on_where_they_ended(worker):
    for _ in range(3):
        decided(worker, begun(worker))
    whole = waiting(worker, limit=1000)["items"]
    assert len(whole) > 3
    assert [one["duty"] for one in all_pages(worker, 2)] == [one["duty"] for one in whole]


def test_what_was_shredded_waits_for_nobody(service, worker):
    where = begun(worker)
    decided(worker, where)
    service.as_("supervisor").delete(where)
    assert waiting(worker) == {"items": [], "next": None}


@pytest.mark.parametrize("params", [{"cursor": "Canary"}, {"limit": 0}, {"limit": "Canary"}])
def test_a_page_that_is_none_is_refused(worker, params):
    answer = worker.get("/v1/duties", params=params)
    assert (answer.status_code, "Canary" in answer.text) == (422, False)
