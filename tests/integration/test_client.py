"""The client of `nrm.client` against the service itself, from the first word to the verified log."""

from __future__ import annotations

import hashlib
import re
from types import SimpleNamespace

import pytest
from demonstrations import demonstration, tokens
from documents import ROOT

from nrm.audit.errors import LogError
from nrm.audit.note import Signer
from nrm.client import Client, ProblemError

BOY = {
    "identity": {"first_name": "Minh", "age_as_stated": "under_18"},
    "facts": {"acts": ["transportation"], "indicators": ["found_where_exploitation_occurs"]},
    "legal": {"detention": "police_custody"},
}


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    """Clients by the name of who asks, in a demonstration of their own."""
    folder = tmp_path_factory.mktemp("client")
    with demonstration(folder) as url:
        named = tokens(folder)

        def client(who, **more):
            return Client(url, named[who] if who else None, **{"purpose": "case_management", **more})

        yield SimpleNamespace(client=client, url=url, folder=folder / "demonstration")


@pytest.fixture(scope="module")
def nrm(at):
    with at.client("CASEWORKER") as nrm:
        yield nrm


@pytest.fixture
def taken(nrm):
    return nrm.cases.take_in(BOY, on="2026-11-22", country="gb")


def agreed(nrm, case):
    said = {"state": "given", "disclosure": "share_with_accommodation", "by": "guardian"}
    return nrm.referrals.note_consent(case, said)


def test_a_case_is_taken_in_read_changed_and_decided_again(nrm, taken):
    case = taken["case"]
    changed = nrm.cases.amend(case, {"legal": {"detention": "none"}}, seen=taken)
    decided = nrm.cases.decide(case)
    groups = nrm.cases.groups(case, ["legal", "identity"])
    assert (taken.version, changed.version, groups.version) == (1, 2, 2)
    assert groups["groups"] == {"legal": {"detention": "none"}, "identity": BOY["identity"]}
    assert "seek_release" in {line["code"] for line in taken["plan"]["duties"]}
    assert "seek_release" not in {line["code"] for line in decided["plan"]["duties"]}
    assert nrm.cases.groups(case, ["legal"], version=1)["groups"] == {"legal": BOY["legal"]}
    assert len(nrm.cases.history(case)["decisions"]) == 2
    assert case in {one["case"] for one in nrm.cases.each()}
    with pytest.raises(ProblemError) as told:
        nrm.cases.amend(case, {}, seen=taken)
    assert (told.value.code, told.value.status) == ("stale", 412)


def test_a_plan_is_explained_supposed_and_written_to_the_person(at, nrm, taken):
    case, decision = taken["case"], taken["decision"]
    (way,) = nrm.cases.explain(case, decision, "maternal_care")["ways"]
    supposed = nrm.cases.what_if(case, {"urgent_medical_need": "yes"})
    assert way["changes"] == [{"fact": "pregnant", "values": ["yes"], "observed": False}]
    assert [one["code"] for one in supposed["differences"]] == ["arrange_urgent_care"]
    assert nrm.cases.decision(case, decision)["plan"] == taken["plan"]
    with at.client("CASEWORKER", language="fr") as french:
        assert french.cases.letter(case, decision, discreet=True).startswith("Vos rendez-vous")


def test_the_example_of_the_document_runs(at, nrm, tmp_path, monkeypatch):
    (example,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")
    known = {"token": tokens(at.folder.parent)["CASEWORKER"]}
    exec(example.replace("https://nrm.example.org", at.url), known)  # noqa: S102 - our own document
    assert known["taken"]["plan"]["language"] == "fr"
    assert [one["group"]["code"] for one in nrm.cases.attachments(known["case"])] == ["identity"]
    assert "asked" in known


def test_duties_are_listed_and_finished(nrm, taken):
    first = nrm.cases.duties(taken["case"])[0]
    assert nrm.cases.finish(taken["case"], first["duty"])["state"] == "done"
    assert taken["case"] in {one["case"] for one in nrm.cases.waiting()}


def test_a_file_comes_back_as_it_was(nrm, taken, tmp_path):
    file = tmp_path / "note.txt"
    file.write_text("The door was locked from outside.\n" * 20_000)
    kept = nrm.cases.attach(taken["case"], file)
    told = nrm.cases.fetch(taken["case"], kept["attachment"], tmp_path / "again")
    assert kept["sha256"] == hashlib.sha256((tmp_path / "again").read_bytes()).hexdigest()
    assert (told["media"], (tmp_path / "again").stat().st_mode & 0o777) == ("text/plain", 0o600)
    assert [one["name"] for one in nrm.cases.attachments(taken["case"])] == ["note.txt"]


def test_somebody_is_found_by_a_number_that_stands_in_no_address(nrm):
    assert nrm.cases.find("phone", "+44 20 7946 0000")["items"] == []


def test_a_referral_goes_to_its_service_and_its_answer_comes_back(at, nrm, taken):
    case = taken["case"]
    assert nrm.referrals.refer(case, "child_accommodation")["task"]["code"] == "consent_missing"
    assert nrm.referrals.wording("share_with_accommodation", "guardian")["read_to"] == "guardian"
    agreed(nrm, case)
    assert nrm.referrals.matches(case, "child_accommodation")["accepted_in_all"] == 1
    asked = nrm.referrals.refer(case, "child_accommodation")["referral"]
    referral = asked["referral"]
    with at.client("SHELTER") as shelter:
        assert referral in {one["referral"] for one in shelter.service.referrals()}
        assert shelter.service.package(referral).startswith(b"age-encryption.org/v1")
        accepted = shelter.service.accept(referral, shelter.service.referral(referral))
        begun = shelter.service.start(referral, accepted)
        shelter.service.complete(referral, begun)
        assert referral in {one["referral"] for one in shelter.service.referrals(["completed"])}
    assert nrm.referrals.one(case, referral)["state"]["code"] == "completed"


def test_a_service_says_no_and_a_referral_is_taken_back(at, nrm, taken):
    case = taken["case"]
    agreed(nrm, case)
    first = nrm.referrals.refer(case, "child_accommodation", draft=True)["referral"]["referral"]
    assert nrm.referrals.send(case, first, nrm.referrals.one(case, first))["referral"]["state"]["code"] == "sent"
    with at.client("SHELTER") as shelter:
        said = shelter.service.decline(first, "no_capacity", shelter.service.referral(first))
        assert said["state"]["code"] == "declined"
    told = nrm.referrals.disclose(case, "share_with_child_protection", {"source": "city", "id": "council"})["referral"]
    seen = nrm.referrals.one(case, told["referral"])
    assert nrm.referrals.revoke(case, told["referral"], "made_in_error", seen)["state"]["code"] == "revoked"
    assert {one["referral"] for one in nrm.referrals.of_case(case)} == {first, told["referral"]}


def test_a_service_keeps_its_own_entry(at):
    with at.client("SHELTER") as shelter:
        said = shelter.service.say({"trafficking": "yes"}, shelter.service.entry())
        free = [{"day": "2026-12-01", "free": 3, "unit": "bed"}]
        kept = shelter.service.say_capacity(free, said)
        assert shelter.service.capacity()["days"] == kept["days"] == free
        with pytest.raises(ProblemError):
            shelter.service.reply(b"no reply at all")


def test_the_person_reads_and_speaks_in_their_own_case(at, nrm, taken):
    case = taken["case"]
    agreed(nrm, case)
    referral = nrm.referrals.refer(case, "child_accommodation")["referral"]["referral"]
    made = nrm.person.make_link(case, "ar")
    with at.client(None) as own:
        assert "token" not in own.person.open(made["token"], made["pin"])
        assert own.person.plan(discreet=True)["plan"]["language"] == "ar"
        assert own.person.letter()
        offers = {one["offer"]["code"] for one in own.person.offers()}
        assert own.person.choose("legal_aid", wanted=False)["wanted"] is False
        (question,) = (one for one in own.person.questions() if one["disclosure"]["code"] == "share_with_health")
        own.person.say("given", question)
        own.person.withdraw("share_with_health")
        assert [one["state"]["code"] for one in own.person.consents()] == ["given", "given", "withdrawn"]
        own.person.feedback(referral, safe="yes")
        assert referral in {one["referral"] for one in own.person.referrals()}
        own.person.leave()
        own.person.leave()
        with pytest.raises(ProblemError) as told:
            own.person.plan()
        assert (told.value.status, "legal_aid" in offers) == (401, True)
    nrm.person.end_links(case)
    nrm.referrals.note_choice(case, "legal_aid", wanted=True)
    assert len(nrm.referrals.consents(case)) == 3


def test_an_overseer_verifies_the_whole_log_and_asks_about_it(at, taken):
    vkey = (at.folder / "log.vkey").read_text().strip()
    with at.client("OVERSEER") as overseer:
        verified = overseer.oversight.verify(vkey)
        events = list(overseer.oversight.events("inspection", action="case:open", result="done"))
        recipient = (at.folder / "services" / "home" / "age.key.pub").read_text().split()[-1]
        decided = list(overseer.oversight.events("complaint", action="decision:make"))[-1]["event"]
        assert overseer.oversight.vkey() == vkey
        assert verified.checkpoint.size > len(events) > 0
        assert overseer.oversight.proof(events[0]["event"]).startswith(b"c2sp.org/tlog-proof@v1")
        assert overseer.oversight.bundle(decided, "complaint", recipient).startswith(b"age-encryption.org/v1")
        assert "casework.cedar" in overseer.oversight.policies()["policies"]
        assert overseer.oversight.access_statistics("spot_check")["entries"] > 0
        with pytest.raises(LogError):
            overseer.oversight.verify(Signer("demonstration.example/log", bytes(32)).vkey)
        with pytest.raises(ProblemError, match="not_permitted"):
            overseer.cases.history(taken["case"])


def test_what_cannot_be_had_of_a_log_is_told_as_of_any_log(at):
    with at.client("SHELTER") as shelter, pytest.raises(LogError, match="cannot be had"):
        shelter.oversight.verify(Signer("demonstration.example/log", bytes(32)).vkey)
