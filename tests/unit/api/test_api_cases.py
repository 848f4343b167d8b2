"""Cases over HTTP: what goes in comes out, once, to those whose case it is, and nobody else learns of it."""

from uuid import uuid4

import pytest
from offices import CANARIES, THEIRS

RECORD = {
    "identity": {"first_name": "CanaryAna", "birth_date": "2011-07-23"},
    "account": {"journey": "CanaryJourney"},
    "facts": {"acts": ["transportation"]},
}


def opened(client, **headers):
    answer = client.post("/v1/cases", json=RECORD, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer


def test_a_case_is_taken_in_and_its_groups_are_read_for_a_purpose(service):
    worker = service.as_("caseworker")
    answer = opened(worker)
    where = answer.headers["location"]
    assert answer.headers["etag"] == '"1"'
    assert answer.json()["version"] == 1
    read = worker.get(f"{where}/groups", params={"group": ["identity", "facts"]})
    assert read.json()["groups"] == {name: RECORD[name] for name in ("identity", "facts")}


def test_without_a_purpose_no_group_is_opened(service):
    worker = service.as_("caseworker")
    where = opened(worker).headers["location"]
    del worker.headers["Purpose-Of-Use"]
    answer = worker.get(f"{where}/groups", params={"group": "identity"})
    assert (answer.status_code, answer.json()["code"]) == (400, "purpose_not_said")


def test_the_same_key_does_it_once_and_tells_the_same(service):
    worker = service.as_("caseworker")
    first, again = (opened(worker, **{"Idempotency-Key": "key-number-1"}) for _ in range(2))
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert len(worker.get("/v1/cases").json()["items"]) == 1
    other = worker.post("/v1/cases", json={}, headers={"Idempotency-Key": "key-number-1"})
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    somebody = service.as_("caseworker", who=uuid4())
    assert opened(somebody, **{"Idempotency-Key": "key-number-1"}).json() != first.json()


def test_a_change_names_the_version_that_was_seen(service):
    worker = service.as_("caseworker")
    where = opened(worker).headers["location"]
    change = {"facts": {"acts": ["harbouring"]}}
    assert worker.patch(where, json=change).json()["code"] == "precondition_required"
    assert worker.patch(where, json=change, headers={"If-Match": '"7"'}).status_code == 412
    assert worker.patch(where, json=change, headers={"If-Match": '"1"'}).headers["etag"] == '"2"'
    assert worker.patch(where, json=change, headers={"If-Match": '"1"'}).json()["code"] == "stale"


@pytest.mark.parametrize("path", ["", "/groups?group=identity"])
def test_the_case_of_others_is_told_like_none(service, path):
    where = opened(service.as_("caseworker")).headers["location"]
    stranger = service.as_("caseworker", THEIRS)
    theirs, none = stranger.get(where + path), stranger.get(f"/v1/cases/{uuid4()}{path}")
    assert theirs.status_code == none.status_code == 404
    assert {**theirs.json(), "instance": ""} == {**none.json(), "instance": ""}


def test_what_is_refused_is_not_repeated_and_tells_all_faults_in_the_callers_language(service):
    worker = service.as_("caseworker", **{"Accept-Language": "fr-CH, en;q=0.5"})
    record = {"identity": {"birth_date": "CanaryDate"}, "facts": {"CanaryFact": "x"}, "CanaryGroup": {}}
    answer = worker.post("/v1/cases", json=record)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["title"] == "L’envoi n’est pas acceptable"
    assert answer.headers["content-language"] == "fr"
    assert len(answer.json()["errors"]) == 2
    assert not any(word in answer.text for word in CANARIES)


def test_pages_go_on_where_they_ended_and_hide_where_that_is(service):
    worker = service.as_("caseworker")
    made = {opened(worker).json()["case"] for _ in range(5)}
    seen, cursor = [], None
    while True:
        page = worker.get("/v1/cases", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [one["case"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
        assert not any(case in cursor or case.replace("-", "") in cursor for case in made)
    assert set(seen) == made
    assert len(seen) == 5
    other = service.as_("caseworker", who=uuid4())
    page = worker.get("/v1/cases", params={"limit": 2}).json()
    assert other.get("/v1/cases", params={"cursor": page["next"]}).status_code == 422


def test_a_shredded_case_is_gone_with_the_answers_that_told_of_it(service):
    worker, supervisor = service.as_("caseworker"), service.as_("supervisor")
    where = opened(worker, **{"Idempotency-Key": "key-number-2"}).headers["location"]
    assert supervisor.delete(where).status_code == 204
    assert worker.get(where).json()["code"] == "case_shredded"
    assert service.office.store.state.registry == {}


def test_every_answer_carries_the_headers_that_protect(service):
    for answer in (
        service.client().get("/v1/cases"),
        service.client().get("/nothing"),
        service.client().put("/v1/cases"),
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json()["instance"].endswith(answer.headers["request-id"])
