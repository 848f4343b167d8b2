"""Rulebooks over HTTP, the whole way: stated, proposed, checked, approved by another unit, in force, and back again."""

import base64
import time
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from api_office import Service
from published import LATER, OFFICERS, SIGNERS, archive, paper
from rulebook_desk import APPROVER, AUTHOR, OVERSEER, remembered_checks, rulebook_office

from nrm.casework.rulebooks import enforcing
from nrm.publishing.statement import NAMESPACE

MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)
BOOKS = "/v1/rulebooks"


@pytest.fixture(autouse=True)
def _checked_once(monkeypatch):
    remembered_checks(monkeypatch)


@pytest.fixture
def desk(tmp_path):
    """A service whose rulebooks are signed, and the officers who ask it."""
    service = Service(rulebook_office(tmp_path, MARCH))
    service.app.state.nrm = replace(service.app.state.nrm, officers=lambda: OFFICERS)
    service.author, service.approver, service.overseer = (
        service.as_(who.role, who=who.who, unit=who.unit or "") for who in (AUTHOR, APPROVER, OVERSEER)
    )
    return service


def packed(bundle):
    return base64.encodebytes(bundle).decode()


def signed(text, name="ada"):
    return SIGNERS[name].sign(text.encode(), NAMESPACE)


def stated(desk, changes=(), begins="2026-03-01"):
    answer = desk.author.post(f"{BOOKS}/statement", json={"bundle": packed(archive(changes)), "decides_from": begins})
    assert answer.status_code == 200, answer.text
    return answer.json()["statement"]


def sent(one=None, name="ada", **more):
    one = one or paper()
    text = one.text.decode()
    return {"bundle": packed(one.archive), "statement": text, "signature": signed(text, name), **more}


def proposed(desk, body=None):
    answer = desk.author.post(BOOKS, json=body or sent())
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def checked(desk, where):
    """Have a proposal checked, and wait for it as a program would."""
    answer = desk.approver.post(f"{where}/check")
    assert (answer.status_code, answer.headers["location"]) == (202, where)
    for _ in range(300):
        told = desk.approver.get(where)
        if told.json()["checking"] is None:
            return told
        time.sleep(0.05)
    raise AssertionError(told.text)


def approved(desk, where, name="ben"):
    told = desk.approver.get(where)
    body = {"signature": signed(told.json()["statement"], name)}
    return desk.approver.post(f"{where}/approve", json=body, headers={"If-Match": told.headers["etag"]})


def in_force(desk):
    return desk.as_("provider", who=uuid4()).get(f"{BOOKS}/in-force").json()


def test_a_rulebook_goes_the_whole_way_and_an_older_one_comes_back(desk):
    assert in_force(desk) == {"rules": "signed", "rulebook": None}
    text = stated(desk)
    first = proposed(desk, {"bundle": packed(archive()), "statement": text, "signature": signed(text)})
    told = checked(desk, first).json()
    assert (told["state"], told["faults"], told["may"]) == (
        "checked",
        [],
        ["check", "comment", "approve", "reject", "withdraw"],
    )
    assert approved(desk, first).json()["state"] == "approved"
    assert in_force(desk)["rulebook"]["author"] == {"officer": "ada", "unit": "law_unit", "on": "2026-03-01"}

    text = stated(desk, LATER, "2026-06-01")
    second = proposed(desk, {"bundle": packed(archive(LATER)), "statement": text, "signature": signed(text)})
    checked(desk, second)
    approved(desk, second)
    assert first.endswith(in_force(desk)["rulebook"]["rulebook"])
    desk.office.day = JUNE
    enforcing.enforce(desk.office.desk)
    assert second.endswith(in_force(desk)["rulebook"]["rulebook"])

    sought = {"rulebook": first.rpartition("/")[2]}
    text = desk.author.post(f"{BOOKS}/roll-backs/statement", json=sought).json()["statement"]
    back = desk.author.post(f"{BOOKS}/roll-backs", json={"statement": text, "signature": signed(text)})
    assert (back.status_code, back.json()["state"]) == (201, "checked")
    assert approved(desk, back.headers["location"]).status_code == 200
    now = in_force(desk)["rulebook"]
    assert (now["rolls_back"], now["bundle"]) == (True, paper().statement.bundle)
    states = [one["state"] for one in desk.overseer.get(BOOKS).json()["items"]]
    enforcing.enforce(desk.office.desk)
    assert (states[1], desk.overseer.get(second).json()["state"]) == ("in_force", "rolled_back")


def test_the_bundle_comes_out_as_it_went_in(desk):
    where = proposed(desk)
    assert desk.overseer.get(f"{where}/archive").content == paper().archive


def test_whoever_reads_a_proposal_sees_rule_by_rule_what_it_changes(desk):
    first = proposed(desk)
    checked(desk, first)
    approved(desk, first)
    second = proposed(desk, sent(paper(LATER, from_=JUNE, previous=paper())))
    (rule,) = desk.approver.get(f"{second}/changes").json()["rules"]
    assert (rule["change"], {line["mark"] for line in rule["lines"]} >= {"-", "+"}) == ("changed", True)
    french = desk.approver.get(f"{second}/changes", headers={"Accept-Language": "fr"}).json()["rules"][0]
    assert french["lines"] != rule["lines"]
    early = desk.approver.get(f"{second}/changes", params={"on": "1999-01-01"})
    assert (early.status_code, early.json()["code"]) == (422, "input_refused")
    everything = desk.overseer.get(f"{first}/changes").json()
    assert {one["change"] for one in everything["rules"]} == {"added"}


def test_the_impact_is_told_in_protected_counts_and_makes_no_signature_stale(desk):
    first = proposed(desk)
    checked(desk, first)
    assert desk.approver.get(f"{first}/impact").json()["code"] == "input_refused"
    approved(desk, first)
    second = proposed(desk, sent(paper(LATER, from_=JUNE, previous=paper())))
    seen = desk.approver.get(second).headers["etag"]
    assert desk.approver.get(f"{second}/impact").json()["cases"] == "<10"
    assert desk.approver.get(second).headers["etag"] == seen
    assert desk.as_("statistician").get(f"{second}/impact").json()["code"] == "not_permitted"


def test_lists_go_on_behind_their_cursor(desk):
    proposed(desk)
    proposed(desk, sent(paper(LATER)))
    page = desk.author.get(BOOKS, params={"limit": 1}).json()
    rest = desk.author.get(BOOKS, params={"cursor": page["next"]}).json()
    assert [one["bundle"] for one in page["items"] + rest["items"]] == [
        paper().statement.bundle,
        paper(LATER).statement.bundle,
    ]
    assert rest["next"] is None


def test_a_proposal_that_is_sent_twice_with_one_key_is_one(desk):
    once = {"Idempotency-Key": "proposal-1"}
    first, again = (desk.author.post(BOOKS, json=sent(), headers=once) for _ in range(2))
    assert (again.status_code, again.content) == (201, first.content)
    without = desk.author.post(BOOKS, json=sent())
    assert (without.status_code, without.json()["code"]) == (409, "taken")


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"signature": "no signature"}, "signature"),
        ({"signature": paper(LATER).signed()}, "signature"),
        ({"signature": paper().signed("dan")}, "signature"),
        ({"signature": paper().signed("ben")}, "signature"),
        ({"signature": paper().signed("ada", "file")}, "signature"),
        ({"statement": paper().text.decode() + "\n"}, "statement"),
        ({"bundle": packed(archive(LATER))}, "bundle"),
        ({"bundle": "not base64!"}, "body/bundle"),
        ({"bundle": packed(b"no bundle")}, "bundle"),
    ],
)
def test_what_is_not_signed_or_does_not_belong_together_is_refused(desk, change, at):
    answer = desk.author.post(BOOKS, json=sent(**change))
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert answer.json()["errors"][0]["at"] == at
    assert desk.author.get(BOOKS).json()["items"] == []


def test_a_bundle_whose_files_do_not_fit_together_is_refused_with_every_fault(desk):
    broken = archive((("rules/child/family_search.yaml", ("search_family", "sing_a_song")),))
    answer = desk.author.post(f"{BOOKS}/statement", json={"bundle": packed(broken)})
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert all(fault["at"].startswith("rules/") for fault in answer.json()["errors"])


def test_who_hands_in_the_key_of_another_unit_is_refused(desk):
    elsewhere = desk.as_("rule_author", who=AUTHOR.who, unit="health_unit")
    assert elsewhere.post(BOOKS, json=sent()).json()["code"] == "same_person"


def test_nobody_of_the_authors_unit_approves_and_no_author_does(desk):
    where = proposed(desk)
    etag = {"If-Match": checked(desk, where).headers["etag"]}
    text = paper().text.decode()
    colleague = desk.as_("rule_approver", who=uuid4(), unit="law_unit")
    both = desk.as_("rule_author+rule_approver", who=AUTHOR.who, unit="health_unit", **{"NRM-Role": "rule_approver"})
    refusals = [
        (desk.author, "ada", "not_permitted"),
        (colleague, "cleo", "same_person"),
        (both, "ben", "same_person"),
        (desk.approver, "cleo", "same_person"),
        (desk.approver, "ada", "input_refused"),
    ]
    for who, name, code in refusals:
        answer = who.post(f"{where}/approve", json={"signature": signed(text, name)}, headers=etag)
        assert (answer.json()["code"], who.get(where).json()["state"]) == (code, "checked")
    assert "approve" not in colleague.get(where).json()["may"]


def test_a_step_names_the_version_that_was_seen(desk):
    where = proposed(desk)
    checked(desk, where)
    for step, body in (("approve", {"signature": paper().signed("ben")}), ("reject", {"comment": "no"})):
        assert desk.approver.post(f"{where}/{step}", json=body).json()["code"] == "precondition_required"
        stale = desk.approver.post(f"{where}/{step}", json=body, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale")


def test_what_was_not_checked_is_not_approved(desk):
    answer = approved(desk, proposed(desk))
    assert (answer.status_code, answer.json()["code"]) == (409, "not_now")


def test_officers_say_no_and_why_and_nothing_follows_on_that(desk):
    where = proposed(desk)
    seen = {"If-Match": desk.approver.get(where).headers["etag"]}
    assert desk.author.post(f"{where}/comments", json={"comment": "Please read §3."}, headers=seen).status_code == 200
    assert desk.author.post(f"{where}/comments", json={"comment": " "}, headers=seen).json()["code"] == "input_refused"
    answer = desk.approver.post(f"{where}/reject", json={"comment": "Too late."}, headers=seen)
    assert answer.json()["state"] == "rejected"
    told = desk.overseer.get(where).json()
    assert [(one["step"], one["comment"]) for one in told["steps"]] == [
        ("propose", ""),
        ("comment", "Please read §3."),
        ("reject", "Too late."),
    ]
    assert str(AUTHOR.who) not in desk.overseer.get(where).text
    assert desk.approver.post(f"{where}/check").json()["code"] == "not_now"


def test_an_author_takes_back_their_own_proposal_and_no_others(desk):
    where = proposed(desk)
    seen = {"If-Match": '"1"'}
    other = desk.as_("rule_author", who=UUID(int=7), unit="law_unit")
    assert other.post(f"{where}/withdraw", json={"comment": "no"}, headers=seen).status_code == 404
    answer = desk.author.post(f"{where}/withdraw", json={"comment": "A mistake."}, headers=seen)
    assert answer.json()["state"] == "withdrawn"


@pytest.mark.parametrize("role", ["caseworker", "provider", "administrator"])
def test_nobody_else_sees_or_touches_what_is_proposed(desk, role):
    where, stranger = proposed(desk), desk.as_(role, who=uuid4())
    seen, no = {"If-Match": '"1"'}, {"comment": "no"}
    answers = [
        *(stranger.get(path) for path in (BOOKS, where, f"{where}/archive", f"{where}/changes", f"{where}/impact")),
        *(stranger.post(f"{where}/{step}", json=no, headers=seen) for step in ("reject", "withdraw", "comments")),
        stranger.post(f"{where}/approve", json={"signature": "x"}, headers=seen),
        stranger.post(f"{where}/check"),
        stranger.post(f"{BOOKS}/statement", json={"bundle": packed(archive())}),
        stranger.post(BOOKS, json=sent()),
        stranger.post(f"{BOOKS}/roll-backs/statement", json={"rulebook": where.rpartition("/")[2]}),
        stranger.post(f"{BOOKS}/roll-backs", json={"statement": "{}", "signature": "x"}),
    ]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(403, "not_permitted")}
    assert desk.overseer.post(f"{where}/check").json()["code"] == "not_permitted"


def test_before_the_first_rulebook_it_is_said_that_none_decides(desk):
    worker = desk.as_("caseworker")
    answer = worker.post("/v1/cases", json={"facts": {"signs": ["debt"]}})
    assert (answer.status_code, answer.json()["code"]) == (503, "no_rulebook")
    assert desk.client().get("/ready").json()["rules"] == "signed"


def test_where_nobody_signs_nothing_is_proposed_and_the_service_says_so(service):
    author = service.as_("rule_author", who=AUTHOR.who, unit=AUTHOR.unit)
    assert author.post(BOOKS, json=sent()).json()["code"] == "not_now"
    assert author.get(f"{BOOKS}/in-force").json() == {"rules": "unsigned", "rulebook": None}
    assert service.client().get("/ready").json()["rules"] == "unsigned"
