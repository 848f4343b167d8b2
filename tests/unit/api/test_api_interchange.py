"""Records of other systems over HTTP: read without a trace, opened all or none, and written for a purpose only."""

import gzip
import json
from uuid import uuid4

import pytest
from api_caseworker import begun, told
from offices import CANARIES, OURS, THEIRS
from small_files import zipped

from nrm.casework.cases.importing import MOST_OPENED

IMPORT = "/v1/records/import"
ANA = {"prs_FirstName": "CanaryAna", "prs_Gender": "Feminine", "prs_Deceased": "CanaryNo"}
BO = {"prs_FirstName": "CanaryBo", "prs_Salutation": "CanaryMr"}


def sent(client, records, kind="application/json", headers=None, **query):
    content = records if isinstance(records, bytes) else json.dumps(records).encode()
    asked = {"source": "htcds", **query}
    return client.post(IMPORT, content=content, params=asked, headers={"Content-Type": kind, **(headers or {})})


def cases(client):
    return client.get("/v1/cases").json()["items"]


@pytest.mark.parametrize("kind", ["application/json", "text/csv"])
def test_records_are_read_as_ours_and_what_does_not_fit_is_listed_and_nothing_is_kept(service, kind):
    worker = service.as_("caseworker")
    content = b"prs_FirstName,prs_Deceased\nCanaryAna,CanaryNo\nCanaryBo,CanaryNo\n"
    answer = sent(worker, [ANA, BO] if kind.endswith("json") else content, kind)
    assert answer.status_code == 200, answer.text
    assert [one["identity"]["first_name"] for one in answer.json()["records"]] == ["CanaryAna", "CanaryBo"]
    told_of = {one["field"]: one["records"] for one in answer.json()["unmapped"]}
    assert told_of["prs_Deceased"] in ([1], [1, 2])
    assert "CanaryNo" not in answer.text
    assert cases(worker) == []
    assert ("api:record:import", "done") in service.office.said()


def test_what_was_read_opens_a_case_as_it_is(service):
    worker = service.as_("caseworker")
    (record,) = sent(worker, ANA).json()["records"]
    assert worker.post("/v1/cases", json=record).status_code == 201


def test_a_form_of_the_united_kingdom_keeps_the_version_of_its_questions(service):
    worker = service.as_("caseworker")
    days = {"Question-Set": "2026-04-21", "Answered-On": "2026-05-01"}
    answer = sent(worker, {"Customer": {"Surname": "CanaryDoe"}}, source="uk-nrm", headers=days)
    (record,) = answer.json()["records"]
    assert record["case"]["question_set"] == "2026-04-21"
    assert record["case"]["answers"] == [
        {"question": "Customer.Surname", "question_set": "2026-04-21", "on": "2026-05-01"}
    ]
    assert sent(worker, {}, source="uk-nrm", headers={"Question-Set": "CanaryDay"}).status_code == 422
    assert sent(worker, b"a,b\n1,2\n", "text/csv", source="uk-nrm").status_code == 415


def test_a_case_is_opened_for_each_record_with_its_entry(service):
    worker = service.as_("caseworker")
    answer = sent(worker, [ANA, BO], open=True)
    assert answer.status_code == 201
    assert answer.json()["records"] == []
    made = {one["case"] for one in answer.json()["cases"]}
    assert {one["case"] for one in cases(worker)} == made
    assert len(made) == 2
    said = [verb for verb, _ in service.office.said()]
    assert (said.count("api:case:open"), said.count("api:record:import")) == (2, 1)


def test_one_record_that_is_refused_refuses_all_and_is_named_by_its_number(service):
    worker = service.as_("caseworker")
    future = {"prs_FirstName": "CanaryBo", "prs_Birthdate": "2199-01-01"}
    answer = sent(worker, [ANA, future], open=True)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert answer.json()["errors"][0]["at"].startswith("record 2")
    assert not any(word in answer.text for word in (*CANARIES, "2199"))
    assert cases(worker) == []
    too_many = sent(worker, [{"prs_FirstName": "CanaryAna"}] * (MOST_OPENED + 1), open=True)
    assert (too_many.status_code, cases(worker)) == (422, [])


def test_what_comes_twice_is_opened_once(service):
    worker = service.as_("caseworker")
    first, again = (sent(worker, [ANA, BO], open=True, headers={"Idempotency-Key": "key-number-1"}) for _ in range(2))
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert len(cases(worker)) == 2
    other = sent(worker, [ANA], open=True, headers={"Idempotency-Key": "key-number-1"})
    assert other.json()["code"] == "key_reused"


@pytest.mark.parametrize(
    ("content", "kind", "headers", "status"),
    [
        (zipped("Canary.csv"), "application/zip", {}, 415),
        (zipped("Canary.csv"), "text/csv", {}, 422),
        (gzip.compress(b"prs_FirstName\nCanary\n", mtime=0), "text/csv", {}, 422),
        (gzip.compress(b"[]", mtime=0), "application/json", {"Content-Encoding": "gzip"}, 415),
        (b"[" * 100_000, "application/json", {}, 422),
        (b'{"prs_FirstName": "Canary"', "application/json", {}, 422),
        (b"prs_FirstName\n" + b"x" * 2_000_000, "text/csv", {}, 413),
        (b"\xff\xfeCanary", "text/csv", {}, 422),
        (b"prs_FirstName=Canary", "application/x-www-form-urlencoded", {}, 415),
    ],
)
def test_what_is_packed_broken_or_too_large_is_refused_and_not_repeated(service, content, kind, headers, status):
    answer = sent(service.as_("caseworker"), content, kind, headers)
    assert (answer.status_code, "Canary" in answer.text) == (status, False), answer.text


def exported(client, where, **more):
    return client.post(f"{where}/export", json=more)


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_a_case_goes_out_as_a_record_that_comes_back(service, kind):
    worker = service.as_("caseworker")
    where = begun(worker)
    made = exported(worker, where, format=kind)
    assert made.status_code == 200, made.text
    media = {"json": "application/json", "csv": "text/csv"}[kind]
    (record,) = sent(worker, made.json()["content"].encode(), media).json()["records"]
    assert record["identity"]["first_name"].startswith("Canary")
    assert made.json()["unmapped"], "the standard holds less than our record"
    assert ("api:record:export", "done") in service.office.said()


def test_only_the_groups_that_the_purpose_needs_go_and_the_log_names_them(service):
    worker = service.as_("caseworker")
    where = begun(worker)
    words = service.office.books.words()
    carried = {name: {group for one in words.disclosures.values() if one.purpose == name for group in one.groups}
               for name in words.purposes}  # fmt: skip
    purpose = next(name for name, groups in carried.items() if groups and "identity" not in groups)
    made = exported(worker, where)
    assert "prs_FirstName" in made.json()["content"]
    answer = worker.post(f"{where}/export", json={}, headers={"Purpose-Of-Use": purpose})
    assert answer.status_code == 200, answer.text
    assert "prs_FirstName" not in answer.json()["content"]
    entry = service.office.entries()[-1]
    assert (entry.action, entry.purpose) == ("api:record:export", purpose)
    assert set(entry.groups) <= carried[purpose]
    named = worker.post(f"{where}/export", json={"groups": ["identity"]}, headers={"Purpose-Of-Use": purpose})
    assert (named.status_code, named.json()["code"]) == (403, "not_disclosable")
    needless = [name for name, groups in carried.items() if not groups]
    for name in needless:
        nothing = worker.post(f"{where}/export", json={}, headers={"Purpose-Of-Use": name})
        assert (nothing.status_code, nothing.json()["code"]) == (403, "not_disclosable")


def test_only_named_groups_go(service):
    worker = service.as_("caseworker")
    content = exported(worker, begun(worker), groups=["facts"]).json()["content"]
    assert "Canary" not in content


def test_without_a_purpose_nothing_goes(service):
    worker = service.as_("caseworker")
    where = begun(worker)
    del worker.headers["Purpose-Of-Use"]
    assert exported(worker, where).json()["code"] == "purpose_not_said"


@pytest.mark.parametrize("role", ["first_responder", "coordinator", "provider", "overseer", "administrator"])
def test_no_other_role_takes_records_over_or_lets_one_out(service, role):
    where = begun(service.as_("caseworker"))
    client = service.as_(role, OURS)
    for query in ({}, {"open": True}):
        answer = sent(client, ANA, **query)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    there, none = (exported(client, at) for at in (where, f"/v1/cases/{uuid4()}"))
    assert (told(there), there.status_code) == (told(none), 403)
    assert service.office.said()[-1] == ("api:record:export", "not_permitted")


def test_the_case_of_others_is_told_like_none_also_to_whoever_broke_the_glass(service):
    where = begun(service.as_("caseworker"))
    stranger = service.as_("caseworker", THEIRS, uuid4())
    assert told(exported(stranger, where)) == told(exported(stranger, f"/v1/cases/{uuid4()}"))
    why = {"reason": "medical_emergency", "note": "CanaryNote", "told": str(uuid4())}
    assert stranger.post(f"{where}/break-glass", json=why).status_code == 201
    assert exported(stranger, where).status_code == 404
