"""What an attacker with an account does to what is not theirs, by a way that looks like work: nothing comes of it."""

from uuid import UUID

import pytest
from api_caseworker import ADULT_RECORD, agreed, begun, decided, referred
from offices import OURS, THEIRS

STRANGER, SECOND = UUID(int=71), UUID(int=72)
JUST_OF_AGE = {**ADULT_RECORD, "identity": {**ADULT_RECORD["identity"], "birth_date": "2008-02-10"}}
OTHER_DAYS = ("2026-02-01", "2026-03-02", "2034-01-01")
"""On the first of these she is a child still, whose own consent is not enough; on the last one her consent is over."""


def broken_into(service, where):
    """Somebody of another organisation, for whom the glass of a case is broken."""
    stranger = service.as_("caseworker", THEIRS, STRANGER)
    sent = {"reason": "person_is_here", "note": "She stands before me.", "told": str(SECOND), "hours": 4}
    answer = stranger.post(f"{where}/break-glass", json=sent)
    assert answer.status_code == 201, answer.text
    return stranger


def test_broken_glass_tells_of_no_other_case(service):
    worker = service.as_("caseworker")
    mother, child = begun(worker), begun(worker)
    other = child.rpartition("/")[2]
    assert worker.post(f"{mother}/family", json={"other": other, "relation": "child"}).status_code == 204
    stranger = broken_into(service, mother)
    assert stranger.get(mother).status_code == 200
    assert other not in stranger.get(mother).text
    answer = stranger.get(f"{mother}/family")
    assert other not in answer.text
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("on", OTHER_DAYS)
def test_a_plan_for_another_day_takes_no_help_back(service, on):
    worker = service.as_("caseworker")
    where = begun(worker, JUST_OF_AGE)
    decided(worker, where)
    agreed(worker, where, until="2027-01-01")
    path, _ = referred(worker, where)
    assert worker.get(path).json()["state"]["code"] == "sent"
    responder = service.as_("first_responder", OURS, UUID(int=73))
    decided(responder, where, on=on)
    assert worker.get(path).json()["state"]["code"] == "sent"


@pytest.mark.parametrize("ending", ["links ended", "case shredded"])
def test_an_answer_to_who_came_by_a_link_is_told_no_more_when_the_link_is_ended(service, ending):
    worker = service.as_("caseworker")
    where = begun(worker)
    decided(worker, where)
    made = worker.post(f"{where}/person-links", json={"language": "en", "speaks": "person"}).json()
    sent = {"link": made["token"], "pin": made["pin"], "browser": False}
    token = service.client().post("/v1/person/sessions", json=sent).json()["token"]
    holder = service.client(Authorization=f"Bearer {token}", **{"Idempotency-Key": "key-of-an-adversary"})

    def says():
        return holder.post("/v1/person/choices", json={"offer": "medical_care", "wanted": False})

    assert [says().status_code for _ in range(2)] == [201, 201]
    if ending == "links ended":
        worker.delete(f"{where}/person-links")
    else:
        service.as_("supervisor").delete(where)
    answer = says()
    assert (answer.status_code, answer.json()["code"]) == (401, "session_over")
