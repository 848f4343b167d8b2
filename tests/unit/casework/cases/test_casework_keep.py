"""Cases are opened, amended, read, listed and shredded, by whom it is allowed, and each time there is an entry."""

import json
from uuid import UUID, uuid4

import pytest
from offices import ANA, BO, THEIRS, asked, new_office, record

from nrm.casework.cases import keep
from nrm.casework.errors import (
    CaseworkError,
    DeniedError,
    NoSuchCaseError,
    NoSuchVersionError,
    ShreddedError,
    StaleVersionError,
    StoreDoubtError,
    StoreError,
)
from nrm.errors import CaseRefusedError, Problem


def first_name(found):
    return json.loads(found["identity"])["first_name"]


def refused(kind, work, *arguments, **more):
    with pytest.raises(kind) as caught:
        work(*arguments, **more)
    return caught.value


def test_a_case_is_opened_and_its_groups_come_back_as_they_were_written(office):
    kept = office.open()
    assert (kept.version, kept.duplicate, kept.not_compared) == (1, False, 0)
    found = office.read(kept.case, "identity", "account", "health")
    assert {name: json.loads(data) for name, data in found.items()} == {
        name: record(ANA).data[name] for name in ("identity", "account")
    }
    assert office.said() == [("case:open", "done"), ("group:read", "done")]
    assert office.entries()[1].groups == ("account", "health", "identity")


def test_an_amendment_keeps_other_groups_and_older_versions(office):
    case = office.open().case
    kept = office.amend(case, 1, "identity: {first_name: Renamed}\nhealth: {}\n")
    assert (kept.case, kept.version) == (case, 2)
    assert first_name(office.read(case, "identity")) == "Renamed"
    assert first_name(office.read(case, "identity", version=1)) == "CanaryAna"
    assert json.loads(office.read(case, "account", version=2)["account"])["journey"].startswith("CanaryJourney")
    assert office.entries()[1].groups == ("identity",)


def test_packed_facts_follow_the_amendment(office):
    case = office.open().case
    office.amend(case, 1, "facts: {acts: [harbouring]}\n")

    def work(unit):
        ((_, version, _, sealed),) = unit.cases.packed(None, 2)
        return keep.OpenCase.of(unit.cases.get(case), office.keyring).open_json(keep.PACKED, version, sealed)

    known = office.store.run(work)
    assert (known["acts"], known["age_status"], "indicators" in known) == (["harbouring"], "child", False)


def test_a_version_that_there_is_not_is_not_shown_as_the_last(office):
    case = office.open().case
    once = refused(NoSuchVersionError, office.read, case, "identity", version=2)
    assert office.said()[-1] == ("group:read", "not_found")
    assert once.problems[0].what == "this case has no version `2`; it has only version `1`"
    office.amend(case, 1, BO)
    twice = refused(NoSuchVersionError, office.read, case, "identity", version=99)
    assert twice.problems[0].what == "this case has no version `99`; it has versions `1` to `2`"


def test_how_many_versions_a_case_has_hears_only_who_may_read_it(office):
    case = office.open().case
    stranger = asked(organisation=THEIRS)
    theirs = refused(CaseworkError, office.read, case, "identity", version=99, who=stranger)
    none = refused(CaseworkError, office.read, uuid4(), "identity", version=99, who=stranger)
    assert (type(theirs).__base__, theirs.problems) == (type(none), none.problems)
    denied = refused(DeniedError, office.read, case, "identity", version=99, who=asked("coordinator"))
    assert "version" not in str(denied)


def test_a_change_of_a_version_that_somebody_changed_is_refused_and_logged(office):
    case = office.open().case
    office.amend(case, 1, BO)
    error = refused(StaleVersionError, office.amend, case, 1, "identity: {first_name: Lost}\n")
    assert "you saw version `1`, it has version `2`" in str(error)
    assert office.said()[-1] == ("group:change", "conflict")
    assert first_name(office.read(case, "identity")) == "CanaryBo"


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("case: {reference: Only}\n", "case:change"),
        ("", "case:change"),
        ("facts: {acts: [harbouring]}\n", "group:change"),
    ],
)
def test_an_amendment_of_the_envelope_alone_changes_the_case_and_no_group(office, text, verb):
    case = office.open("").case
    assert office.amend(case, 1, text).version == 2
    assert office.said()[-1] == (verb, "done")


def test_the_envelope_is_read_as_part_of_the_case(office):
    case = office.open().case
    assert json.loads(office.read(case, "case")["case"]) == {"reference": "CanaryReference"}
    assert office.said()[-1] == ("case:read", "done")


@pytest.mark.parametrize("name", ["standing", "packed", "decision", "CanaryAna", ""])
def test_what_is_no_group_is_never_opened_and_the_attempt_is_logged_without_its_word(office, name):
    case = office.open().case
    error = refused(CaseRefusedError, office.read, case, "identity", name)
    assert not name or name not in error.problems[0].what
    assert office.said()[-1] == ("group:read", "input_refused")
    assert office.entries()[-1].groups == ("identity",)


def test_a_group_that_is_named_twice_is_one(office):
    case = office.open().case
    assert list(office.read(case, "identity", "identity")) == ["identity"]
    assert office.entries()[-1].groups == ("identity",)


def test_a_record_that_is_refused_opens_nothing_and_says_where(office):
    error = refused(CaseRefusedError, office.open, "identity: {first_name: Canary}\nfacts:\n  acts: [harbour]\n")
    assert (error.problems[0].file, error.problems[0].line) == ("case.yaml", 3)
    assert office.said() == [("case:open", "input_refused")]
    assert office.store.state.cases == {}


@pytest.mark.parametrize("text", ["CanaryName: x\n", "- a\n- b\n", "facts: {acts: CanaryWord}\n"])
def test_an_amendment_that_is_refused_is_an_entry_whatever_was_in_it(office, text):
    case = office.open().case
    refused(CaseRefusedError, office.amend, case, 1, text)
    assert office.said()[-1][1] == "input_refused"
    assert len(office.said()) == 2


def test_the_same_identifier_is_noticed_over_two_organisations_and_nothing_else_is_told(office):
    first = office.open()
    second = office.open(
        'contact: {channels: [{kind: own_phone, address: "00373 69-471-100"}]}\n', asked(organisation=THEIRS)
    )
    assert (first.duplicate, second.duplicate) == (False, True)
    assert set(vars(second)) == {"case", "version", "duplicate", "not_compared"}
    assert keep.ALREADY_KNOWN == "an organisation already has a case with this identifier; ask the coordinator"
    assert str(first.case) not in str(second)


def test_a_duplicate_is_noticed_when_it_is_amended_in_and_forgotten_when_it_is_shredded(office):
    first, second = office.open(), office.open(BO)
    assert not second.duplicate
    assert office.amend(second.case, 1, "contact: {channels: [{kind: email, address: CANARY@example.org}]}\n").duplicate
    office.shred(first.case)
    assert not office.amend(second.case, 2, BO).duplicate


def test_identifiers_that_cannot_be_compared_are_counted(office):
    text = 'contact: {channels: [{kind: own_phone, address: "069471100"}, {kind: own_phone, address: "call me"}]}\n'
    assert office.open(text).not_compared == 2
    assert not office.open(text).duplicate


def test_a_list_has_the_cases_of_ones_own_organisation_and_no_keys(office):
    ours = {office.open(BO).case, office.open(BO).case}
    office.open(BO, asked(organisation=THEIRS))
    office.shred(min(ours))
    found = keep.list_cases(office.desk, asked())
    assert {row.case for row in found} == ours
    assert {row.case: row.wrapped_key for row in found} == {min(ours): None, max(ours): b""}
    assert [row.case for row in keep.list_cases(office.desk, asked(), after=min(ours))] == [max(ours)]
    assert office.said()[-1] == ("case:list", "done")


def test_a_shredded_case_cannot_be_opened_changed_decided_or_told_of(office):
    case = office.open().case
    decision = office.decide(case).decision
    office.shred(case)
    assert office.store.scrubbed == 1
    attempts = {
        "group:read": lambda: office.read(case, "identity"),
        "group:change": lambda: office.amend(case, 1, BO),
        "decision:make": lambda: office.decide(case),
        "decision:replay": lambda: office.replay(case, decision),
        "case:read": lambda: office.history(case),
        "case:shred": lambda: office.shred(case),
    }
    for verb, attempt in attempts.items():
        refused(ShreddedError, attempt)
        assert office.said()[-1] == (verb, "case_shredded")
        assert office.entries()[-1].result == "denied"
    assert office.store.scrubbed == 2  # so that a scrubbing that was stopped can be done again


def test_the_entries_of_a_shredded_case_cannot_be_linked(office):
    case, other = office.open().case, office.open().case
    for _ in range(3):
        office.read(case, "identity")
        office.read(other, "identity")
    office.shred(case)
    pseudonyms = [entry.case for entry in office.entries()]
    assert None not in pseudonyms
    assert len(set(pseudonyms)) == len(pseudonyms)
    assert not [key for key in office.store.state.details if key[0] == case]


def test_nothing_is_returned_when_its_entry_cannot_be_written(office, monkeypatch):
    case = office.open().case
    full = StoreError(Problem("store", 0, "the disk is full"))

    def fails(*_):
        raise full

    monkeypatch.setattr("fakes_store.MemoryEvents.add", fails)
    before = office.store.state
    for attempt in (
        lambda: office.read(case, "identity"),
        lambda: office.amend(case, 1, BO),
        lambda: office.decide(case),
        lambda: office.history(case),
        office.open,
        lambda: office.shred(case),
        lambda: keep.list_cases(office.desk, asked()),
    ):
        assert refused(StoreError, attempt) is full
    assert office.store.state == before


def test_an_error_of_the_store_is_logged_once_it_can_be(office, monkeypatch):
    case = office.open().case

    def fails(*_):
        raise StoreError(Problem("store", 0, "the disk is full"))

    monkeypatch.setattr("fakes_store.MemoryCases.change", fails)
    refused(StoreError, office.amend, case, 1, BO)
    assert office.said()[-1] == ("group:change", "storage_failed")


def test_a_commit_that_nobody_knows_of_is_not_called_failed(office, monkeypatch):
    run = office.store.run

    def lost(work):
        run(work)
        raise StoreDoubtError(Problem("store", 0, "the connection was lost during a commit"))

    monkeypatch.setattr(office.store, "run", lost)
    refused(StoreDoubtError, office.open)
    monkeypatch.undo()
    assert office.said() == [("case:open", "done")]


def test_a_fault_of_the_program_is_an_entry_too(office, monkeypatch):
    monkeypatch.setattr("nrm.casework.cases.keep.marks_of", lambda *_: 1 / 0)
    refused(ZeroDivisionError, office.open)
    assert office.said() == [("case:open", "program_failed")]


def test_there_is_no_case_that_there_is_not(office):
    refused(NoSuchCaseError, office.read, uuid4(), "identity")
    assert office.said() == [("group:read", "not_found")]
    assert office.entries()[0].case is None


def test_two_offices_with_the_same_official_have_other_pseudonyms(office, tmp_path):
    office.open()
    (tmp_path / "other").mkdir()
    other = new_office(tmp_path / "other")
    other.open()
    assert office.entries()[0].actor != other.entries()[0].actor
    assert office.entries()[0].organisation != office.entries()[0].actor


def test_the_case_of_another_organisation_looks_like_none(office):
    case = office.open().case
    stranger = asked("supervisor", organisation=THEIRS)
    nowhere = UUID(int=4)
    for attempt in (
        lambda at: office.read(at, "identity", who=stranger),
        lambda at: office.amend(at, 1, BO, who=stranger),
        lambda at: office.decide(at, who=stranger),
        lambda at: office.replay(at, nowhere, who=stranger),
        lambda at: office.history(at, who=stranger),
        lambda at: office.shred(at, who=stranger),
    ):
        theirs, none = refused(CaseworkError, attempt, case), refused(CaseworkError, attempt, nowhere)
        assert isinstance(theirs, NoSuchCaseError)
        assert (theirs.problems, str(theirs)) == (none.problems, str(none))
        assert [why for _, why in office.said()[-2:]] == ["other_organisation", "not_found"]
        assert [entry.result for entry in office.entries()[-2:]] == ["denied", "failed"]
