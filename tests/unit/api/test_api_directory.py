"""The directory over HTTP: services as everybody who refers may see them, and no address of any."""

import pytest
from offices import CANARIES
from small_directory import ADDRESS, CLINIC, KEYS, LAWYER, NORTH, SECOND_LAWYER, SOUTH


@pytest.fixture
def worker(service):
    return service.as_("caseworker")


def search(client, **sought):
    answer = client.post("/v1/directory/search", json=sought)
    assert answer.status_code == 200, answer.text
    return answer.json()


def named(page):
    return [(one["source"], one["id"]) for one in page["items"]]


@pytest.mark.parametrize("role", ["caseworker", "supervisor", "coordinator", "administrator"])
def test_those_who_refer_and_those_who_keep_it_see_every_service_and_no_place(service, role):
    answer = service.as_(role).get("/v1/directory/services")
    assert named(answer.json()) == sorted(KEYS)
    assert not any(word in answer.text for word in (ADDRESS, *CANARIES, "54.9", "50.8", "Main Street"))
    hidden = {(one["source"], one["id"]) for one in answer.json()["items"] if one["confidential"]}
    assert (NORTH in hidden, SOUTH in hidden) == (True, False)
    assert service.office.entries()[-1].action == "api:directory:read"


def test_what_a_service_offers_is_told_in_the_callers_language(service):
    page = service.as_("caseworker", **{"Accept-Language": "fr"}).get("/v1/directory/services").json()
    clinic = next(one for one in page["items"] if one["id"] == CLINIC[1])
    assert {one["code"] for one in clinic["offers"]} == {"maternal_care", "medical_care"}
    assert all(one["label"] and one["label"] != one["code"] for one in clinic["offers"])


@pytest.mark.parametrize(
    ("sought", "keys"),
    [
        ({"text": "LAWYER"}, [LAWYER, SECOND_LAWYER]),
        ({"text": "friends of clinic"}, [CLINIC]),
        ({"offer": "safe_accommodation"}, [NORTH, SOUTH]),
        ({"region": "south", "offer": "legal_aid"}, [SECOND_LAWYER]),
        ({"language": "fr"}, []),
        ({"text": "CanaryNothing"}, []),
    ],
)
def test_services_are_found_by_what_everybody_may_know(worker, sought, keys):
    assert named(search(worker, **sought)) == sorted(keys)


def test_pages_go_on_where_they_ended_also_in_a_search(worker):
    seen, cursor = [], None
    while True:
        page = search(worker, region="north", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += named(page)
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == named(search(worker, region="north"))
    first = worker.get("/v1/directory/services", params={"limit": 4}).json()
    rest = worker.get("/v1/directory/services", params={"cursor": first["next"]}).json()
    assert named(first) + named(rest) == sorted(KEYS)


@pytest.mark.parametrize(
    "sought", [{"cursor": "Canary"}, {"limit": 0}, {"offer": "Canary"}, {"language": "CanaryTongue"}, {"x": "Canary"}]
)
def test_what_cannot_be_sought_is_refused_without_being_quoted(worker, sought):
    answer = worker.post("/v1/directory/search", json=sought)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert "Canary" not in answer.text


def test_a_service_does_not_look_into_the_whole_directory(service):
    answer = service.as_("provider").get("/v1/directory/services")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
