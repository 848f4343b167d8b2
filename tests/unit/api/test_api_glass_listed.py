"""Broken glass over all cases, over HTTP: pages, states, and what each of those who look is told."""

from uuid import UUID, uuid4

import pytest
from api_caseworker import begun
from offices import THEIRS
from referral_desk import later

SECOND, HEAD, NURSE = UUID(int=31), UUID(int=32), UUID(int=30)
WHY = {"reason": "medical_emergency", "note": "CanaryNote: she does not wake up", "told": str(SECOND), "hours": 1}


@pytest.fixture
def head(service):
    return service.as_("supervisor", who=HEAD)


@pytest.fixture
def nurse(service):
    return service.as_("caseworker", THEIRS, NURSE)


def case_of(where):
    return where.rpartition("/")[2]


def broken(nurse, where):
    answer = nurse.post(f"{where}/break-glass", json=WHY)
    assert answer.status_code == 201, answer.text
    return answer.json()["glass"]


def listed(client, **params):
    answer = client.get("/v1/glass", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_supervisor_finds_over_all_cases_what_is_in_force_to_be_reviewed_and_reviewed(service, head, nurse):
    one, two = begun(service.as_("caseworker")), begun(service.as_("caseworker"))
    old = broken(nurse, one)
    verdict = {"verdict": "justified"}
    assert head.post(f"{one}/break-glass/{old}/review", json=verdict).status_code == 200
    over = broken(nurse, two)
    later(service.office, hours=2)
    running = broken(nurse, one)
    assert [found["glass"] for found in listed(head)["items"]] == [running, over, old]
    for state, (grant, where) in {
        "in_force": (running, one),
        "to_review": (over, two),
        "reviewed": (old, one),
    }.items():
        (found,) = listed(head, state=state)["items"]
        assert (found["glass"], found["case"], found["state"]["code"]) == (grant, case_of(where), state)
        assert (found["in_force"], found["note"]) == (state == "in_force", WHY["note"])
    spanish = service.as_("supervisor", who=HEAD, **{"Accept-Language": "es"})
    assert [found["state"]["label"] for found in listed(spanish)["items"]] == [
        "vigente",
        "terminado, por revisar",
        "revisado",
    ]


def test_a_coordinator_a_second_person_and_their_own_supervisor_are_told_no_more_than_is_theirs(service, nurse):
    where = begun(service.as_("caseworker"))
    grant = broken(nurse, where)
    looks = {
        "kept": (service.as_("coordinator", who=uuid4()), case_of(where)),
        "named": (service.as_("first_responder", THEIRS, SECOND), case_of(where)),
        "ours": (service.as_("supervisor", THEIRS, uuid4()), None),
    }
    for whose, (client, case) in looks.items():
        answer = client.get("/v1/glass", params={"whose": whose})
        (found,) = answer.json()["items"]
        assert (found["glass"], found["case"], found["note"]) == (grant, case, None)
        assert "Canary" not in answer.text
        assert client.get(f"{where}/break-glass").status_code in {403, 404}


@pytest.mark.parametrize("role", ["overseer", "administrator", "statistician", "provider"])
@pytest.mark.parametrize("whose", ["kept", "named", "ours"])
def test_who_watches_or_runs_the_machine_learns_of_no_case_by_it(service, nurse, role, whose):
    where = begun(service.as_("caseworker"))
    broken(nurse, where)
    answer = service.as_(role, who=SECOND).get("/v1/glass", params={"whose": whose})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert case_of(where) not in answer.text
    assert service.office.said()[-1] == ("api:glass:list", "not_permitted")


def test_pages_go_on_where_they_ended_and_a_cursor_is_of_one_list_and_one_asker(service, head, nurse):
    where = begun(service.as_("caseworker"))
    made = [broken(nurse, where) for _ in range(5)]
    found, cursor = [], None
    while True:
        page = listed(head, limit=2, **({"cursor": cursor} if cursor else {}))
        found += [one["glass"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
        assert case_of(where) not in cursor
    assert found == made[::-1]
    others = (
        (head, {"whose": "ours"}),
        (head, {"state": "in_force"}),
        (service.as_("supervisor", who=uuid4()), {}),
    )
    for client, params in others:
        assert client.get("/v1/glass", params={"cursor": cursor, **params}).status_code == 422


@pytest.mark.parametrize("params", [{"whose": "Canary"}, {"state": "Canary"}, {"cursor": "Canary"}, {"limit": 0}])
def test_what_is_no_list_state_or_page_is_refused_and_not_repeated(head, params):
    answer = head.get("/v1/glass", params=params)
    assert (answer.status_code, "Canary" in answer.text) == (422, False)


def test_what_was_shredded_is_in_no_list(service, head, nurse):
    where = begun(service.as_("caseworker"))
    broken(nurse, where)
    head.delete(where)
    assert listed(head) == {"items": [], "next": None}
    assert listed(service.as_("supervisor", THEIRS, uuid4()), whose="ours") == {"items": [], "next": None}
