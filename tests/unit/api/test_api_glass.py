"""Breaking the glass over HTTP: what it opens, who hears of it, who looks at it afterwards, and who may not."""

from uuid import UUID, uuid4

import pytest
from api_caseworker import ADULT_RECORD, begun, done_once, told
from offices import ANNA, THEIRS

SECOND, HEAD, NURSE = UUID(int=31), UUID(int=32), UUID(int=30)
WHY = {"reason": "medical_emergency", "note": "CanaryNote: she does not wake up", "told": str(SECOND), "hours": 1}
HEALTH = {"Purpose-Of-Use": "health_care"}


@pytest.fixture
def nurse(service):
    return service.as_("caseworker", THEIRS, NURSE, **HEALTH)


@pytest.fixture
def where(service):
    return begun(service.as_("caseworker"), ADULT_RECORD)


def broken(client, where, **more):
    answer = client.post(f"{where}/break-glass", json={**WHY, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def read(client, where, group="health"):
    return client.get(f"{where}/groups", params={"group": group})


def test_it_opens_what_the_purpose_needs_until_it_is_given_back(service, nurse, where):
    assert read(nurse, where).status_code == 404
    grant = broken(nurse, where)
    assert (grant["who"], grant["reason"]["label"], grant["in_force"]) == (str(NURSE), "a medical emergency", True)
    assert read(nurse, where).status_code == 200
    assert read(nurse, where, "account").json()["code"] == "not_disclosable"
    assert nurse.get(f"{where}/break-glass").status_code == 404, "who else did is not theirs to know"
    assert nurse.patch(where, json={}, headers={"If-Match": '"1"'}).status_code == 404
    ended = nurse.post(f"{where}/break-glass/{grant['glass']}/end")
    assert (ended.status_code, ended.json()["in_force"]) == (200, False)
    assert read(nurse, where).json()["code"] == "glass_over"
    assert ("api:glass:break", "done") in service.office.said()


def test_the_second_person_hears_at_once_and_says_so_and_nobody_else_can(service, nurse, where):
    grant = broken(nurse, where)
    second, other = service.as_("supervisor", THEIRS, SECOND), service.as_("supervisor", THEIRS, uuid4())
    (notice,) = second.get("/v1/notices").json()["items"]
    assert (notice["kind"]["code"], notice["about"], notice["seen"]) == ("glass_broken", grant["glass"], None)
    assert other.get("/v1/notices").json() == {"items": []}
    path = f"/v1/notices/{notice['notice']}/seen"
    assert told(other.post(path)) == told(other.post(f"/v1/notices/{uuid4()}/seen"))
    first = second.post(path).json()
    assert first["seen"] is not None
    assert second.post(path).json() == first, "the first time counts"


@pytest.mark.parametrize("role", ["overseer", "administrator", "provider", "coordinator"])
def test_everybody_reads_their_own_notices(service, role):
    assert service.as_(role, who=uuid4()).get("/v1/notices").json() == {"items": []}


def test_a_supervisor_who_had_no_part_in_it_says_whether_it_was_right(service, nurse, where):
    grant = broken(nurse, where)
    path = f"{where}/break-glass/{grant['glass']}/review"
    head, worker = service.as_("supervisor", who=HEAD), service.as_("caseworker")
    verdict = {"verdict": "justified"}
    assert nurse.post(path, json=verdict).json()["code"] == "not_permitted"
    assert worker.post(path, json=verdict).json()["code"] == "not_permitted"
    assert service.as_("supervisor", who=SECOND).post(path, json=verdict).json()["code"] == "same_person"
    assert head.post(path, json={"verdict": "CanaryVerdict"}).status_code == 422
    done = head.post(path, json=verdict)
    assert (done.json()["reviewed"]["verdict"]["code"], done.json()["in_force"]) == ("justified", False)
    assert head.post(path, json={"verdict": "not_justified"}).json()["code"] == "not_now"
    assert read(nurse, where).json()["code"] == "glass_over"
    (listed,) = worker.get(f"{where}/break-glass").json()["items"]
    assert listed["note"] == WHY["note"]


@pytest.mark.parametrize(
    "wrong",
    [{"reason": "curious"}, {"note": ""}, {"note": " "}, {"hours": 0}, {"hours": 5}, {"hours": True}, {"told": "x"}],
)
def test_what_is_not_said_as_it_must_be_is_refused_and_not_repeated(nurse, where, wrong):
    answer = nurse.post(f"{where}/break-glass", json={**WHY, **wrong})
    assert (answer.status_code, "Canary" in answer.text, "curious" in answer.text) == (422, False, False)


def test_nobody_breaks_the_glass_alone_nor_at_home(service, nurse, where):
    assert nurse.post(f"{where}/break-glass", json={**WHY, "told": str(NURSE)}).json()["code"] == "same_person"
    at_home = service.as_("caseworker", who=ANNA).post(f"{where}/break-glass", json=WHY)
    assert (at_home.status_code, at_home.json()["code"]) == (403, "not_permitted")


@pytest.mark.parametrize("role", ["overseer", "administrator", "provider", "coordinator", "statistician"])
def test_no_other_role_breaks_it_and_hears_nothing_of_the_case(service, where, role):
    client = service.as_(role, THEIRS)
    there, none = (client.post(f"{at}/break-glass", json=WHY) for at in (where, f"/v1/cases/{uuid4()}"))
    assert told(there) == told(none)
    assert there.status_code == 403


def test_it_is_broken_once_and_the_answer_goes_with_the_case(service, nurse, where):
    done_once(nurse, f"{where}/break-glass", WHY)
    head = service.as_("supervisor", who=HEAD)
    assert len(head.get(f"{where}/break-glass").json()["items"]) == 1
    head.delete(where)
    assert [kind for kind, _ in service.office.store.state.registry] == ["notice"]
