"""An identifier is looked for in the body: one's own cases are found, of others it is told that there is one."""

import pytest
from api_caseworker import begun
from offices import ANA, CANARIES, THEIRS, record

ANA_RECORD = record(ANA).data


@pytest.mark.parametrize(
    ("kind", "value"),
    [("document_number", "ca-4711 001"), ("phone", "0037369471100"), ("email", "CANARY@example.org")],
)
def test_own_cases_are_found_by_each_kind_of_identifier(service, kind, value):
    worker = service.as_("caseworker")
    mine = begun(worker, ANA_RECORD).rpartition("/")[2]
    begun(worker)
    found = worker.post("/v1/cases/search", json={"kind": kind, "value": value}).json()
    assert ([one["case"] for one in found["items"]], found["known_elsewhere"]) == ([mine], False)
    assert "next" not in found


def test_of_another_organisation_it_is_told_that_there_is_one_and_no_more(service):
    where = begun(service.as_("caseworker"), ANA_RECORD)
    found = service.as_("caseworker", THEIRS).post("/v1/cases/search", json={"kind": "phone", "value": "+37369471100"})
    assert found.json() == {"items": [], "known_elsewhere": True}
    assert where.rpartition("/")[2] not in found.text


def test_a_shredded_case_is_found_no_more(service):
    worker = service.as_("caseworker")
    service.as_("supervisor").delete(begun(worker, ANA_RECORD))
    found = worker.post("/v1/cases/search", json={"kind": "email", "value": "canary@example.org"})
    assert found.json() == {"items": [], "known_elsewhere": False}


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "phone", "value": "Canary 07"},
        {"kind": "email", "value": "Canary"},
        {"kind": "document_number", "value": "Canary"},
        {"kind": "first_name", "value": "CanaryAna"},
        {"kind": "phone", "value": 4711001},
        {"kind": "phone"},
    ],
)
def test_what_cannot_be_compared_is_refused_without_being_quoted(service, body):
    answer = service.as_("caseworker").post("/v1/cases/search", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert not any(word in answer.text for word in CANARIES)


def test_what_was_looked_for_stands_in_no_entry(service):
    service.as_("caseworker").post("/v1/cases/search", json={"kind": "email", "value": "canary@example.org"})
    entry = service.office.entries()[-1]
    assert (entry.action, entry.result) == ("api:case:search", "done")
    assert not any(word.encode() in b"".join(service.office.leaves()) for word in CANARIES)
