"""Decisions over HTTP: made, read as they were made, explained, made again, supposed, and handed over as a letter."""

import pytest
from api_caseworker import CHILD_RECORD, begun, decided, done_once
from offices import CANARIES, OURS

from api.rest.decisions import prefers_pdf


@pytest.fixture
def worker(service):
    return service.as_("caseworker")


def path_of(made):
    return made.headers["location"]


def codes(plan, kind):
    return {line["code"] for line in plan[kind]}


def test_a_decision_is_made_once_with_its_plan_in_the_callers_language(service):
    worker = service.as_("caseworker", **{"Accept-Language": "fr"})
    where = begun(worker)
    made = done_once(worker, f"{where}/decisions", {"on": "2026-03-01"})
    assert made.status_code == 201
    assert (made.json()["plan"]["language"], made.json()["plan"]["on"]) == ("fr", "2026-03-01")
    listed = worker.get(f"{where}/decisions").json()["items"]
    assert [one["decision"] for one in listed] == [made.json()["decision"]]
    assert listed[0]["rulebook"] == made.json()["plan"]["rulebook"]


def test_without_a_body_it_is_decided_for_today(worker):
    answer = worker.post(f"{begun(worker)}/decisions")
    assert (answer.status_code, answer.json()["plan"]["on"]) == (201, "2026-03-01")


def test_a_first_responder_begins_a_case_and_sees_its_plan(service):
    nurse = service.as_("first_responder")
    made = decided(nurse, begun(nurse))
    assert nurse.get(path_of(made)).json()["plan"] == made.json()["plan"]
    assert nurse.post(f"{path_of(made)}/replay").json()["code"] == "not_permitted"


def test_a_plan_is_read_as_it_was_made_also_when_the_case_changed(service, worker):
    where = begun(worker)
    made = decided(worker, where)
    worker.patch(where, json={"health": {"urgent_medical_need": "no"}}, headers={"If-Match": '"1"'})
    read = worker.get(path_of(made))
    assert read.json()["plan"] == made.json()["plan"]
    assert read.json()["made"]["version"] == 1
    entry = service.office.entries()[-1]
    assert (entry.action, entry.groups, entry.purpose) == ("api:decision:read", ("facts",), "case_management")


def test_a_decision_is_made_again_byte_for_byte(worker):
    made = decided(worker, begun(worker))
    again = done_once(worker, f"{path_of(made)}/replay", None)
    assert again.json() == {"replayed": True, "rulebook": made.json()["plan"]["rulebook"]}


def test_a_decision_of_another_case_is_none(worker):
    made, other = decided(worker, begun(worker)), begun(worker)
    answer = worker.get(f"{other}/decisions/{made.json()['decision']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_what_is_in_the_plan_is_explained_by_its_rules_and_what_is_not_by_what_would_bring_it(worker):
    made = decided(worker, begun(worker))
    there = worker.get(f"{path_of(made)}/explanations/medical_care").json()
    assert there["in_plan"]
    assert there["reasons"][0]["because"]
    absent = worker.get(f"{path_of(made)}/explanations/child_accommodation").json()
    assert not absent["in_plan"]
    assert absent["ways"][0]["changes"]


@pytest.mark.parametrize("code", ["canaryword", "CanaryAna"])
def test_what_is_no_outcome_is_refused_without_being_quoted(worker, code):
    made = decided(worker, begun(worker))
    answer = worker.get(f"{path_of(made)}/explanations/{code}")
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert code not in answer.text


def test_what_if_tells_what_would_be_otherwise(worker):
    where = begun(worker)
    plan = decided(worker, where).json()["plan"]
    supposed = worker.post(f"{where}/what-if", json={"facts": {"age_status": "child"}}).json()
    comes = {one["code"] for one in supposed["differences"] if one["how"] == "comes" and one["kind"] == "offer"}
    assert comes == codes(supposed["plan"], "offers") - codes(plan, "offers")
    assert "child_accommodation" in comes
    assert all(one["label"] for one in supposed["differences"])


@pytest.mark.parametrize(
    "facts", [{"age_status": "CanaryAna"}, {"canaryfact": "yes"}, {"days_detained": 10**9}, {"acts": ["canaryact"]}, {}]
)
def test_what_cannot_be_supposed_is_refused_without_being_quoted(worker, facts):
    where = begun(worker)
    answer = worker.post(f"{where}/what-if", json={"facts": facts})
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert not any(word in answer.text for word in CANARIES)


def test_the_letter_comes_as_text_or_as_a_file_to_be_saved(service):
    worker = service.as_("caseworker", **{"Accept-Language": "es"})
    made = decided(worker, begun(worker, CHILD_RECORD))
    text = worker.get(f"{path_of(made)}/letter")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert not any(word in text.text for word in CANARIES)
    discreet = worker.get(f"{path_of(made)}/letter", params={"discreet": True})
    assert len(discreet.text) < len(text.text)
    pdf = worker.get(f"{path_of(made)}/letter", headers={"Accept": "application/pdf"})
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-disposition"] == 'attachment; filename="plan.pdf"'
    assert pdf.headers["cache-control"] == "no-store"


def test_a_letter_for_one_offer_tells_of_no_other(worker):
    made = decided(worker, begun(worker))
    one = worker.get(f"{path_of(made)}/letter", params={"offer": "medical_care"}).text
    labels = {line["code"]: line["label"] for line in made.json()["plan"]["offers"]}
    assert labels["medical_care"] in one
    assert labels["legal_aid"] not in one
    absent = worker.get(f"{path_of(made)}/letter", params={"offer": "canaryoffer"})
    assert (absent.status_code, "canaryoffer" in absent.text) == (422, False)


@pytest.mark.parametrize(
    ("accept", "pdf"),
    [
        ("application/pdf", True),
        ("APPLICATION/PDF;q=1, text/plain", True),
        ("text/plain, application/pdf", False),
        ("image/png", False),
        ("", False),
    ],
)
def test_a_letter_is_a_pdf_only_for_whoever_asks_for_one_first(accept, pdf):
    assert prefers_pdf(accept) == pdf


@pytest.mark.parametrize("when", [{"on": "0"}, {"on": "2026-3-1"}, {"country": "Canary"}, {"more": "Canary"}])
def test_a_day_that_is_none_is_refused(worker, when):
    answer = worker.post(f"{begun(worker)}/decisions", json=when)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert not any(word in answer.text for word in CANARIES)


def test_a_kept_answer_goes_with_the_case_that_it_tells_of(service, worker):
    where = begun(worker)
    done_once(worker, f"{where}/decisions", {})
    service.as_("supervisor", OURS).delete(where)
    assert service.office.store.state.registry == {}
