"""Decisions are kept with what they rest on, replayed byte for byte, and the past of a case is told."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from altered_decisions import altered
from c_engines import SecondOpinionFails
from fakes import write_rulebook
from offices import BO, ON, asked, new_office

from nrm.audit.entry import decode, details_digest
from nrm.bootstrap import Application
from nrm.bootstrap_store import FileBooks
from nrm.casework.cases import deciding
from nrm.casework.cases.kept_decision import DECISION, open_decision
from nrm.casework.errors import NoSuchCaseError, NotReplayedError, StaleVersionError
from nrm.casework.safe import OpenCase
from nrm.engine.canonical import canonical_plan, plan_digest
from nrm.errors import UnknownNameError
from nrm.vault.errors import MisplacedError, VaultError

SMALL = "facts: {signs: [debt], age_status: child, days_detained: 3}\n"


@pytest.fixture
def settings(tmp_path):
    return write_rulebook(tmp_path / "book")


@pytest.fixture
def office(tmp_path, settings):
    return new_office(tmp_path, books=FileBooks(Application(settings)))


def opened(office, case):
    return OpenCase.of(office.store.state.cases[case], office.keyring)


def test_a_decision_is_kept_with_its_facts_its_plan_and_both_digests(office):
    case = office.open(SMALL).case
    made = office.decide(case)
    row = office.store.state.decisions[case, made.decision]
    kept = open_decision(opened(office, case), row)
    canonical = canonical_plan(made.plan)
    assert json.loads(canonical) == kept["plan"]
    assert (kept["decision"], kept["facts"]["signs"]) == (str(made.decision), ["debt"])
    assert (row.version, row.on, row.country, row.rulebook) == (1, ON, None, made.plan.digest)
    salted = details_digest(bytes.fromhex(kept["salt"]), {"plan": plan_digest(canonical)})
    assert (row.digest, row.disputed) == (salted, False)
    entry = office.entries()[-1]
    assert (entry.action, entry.groups, entry.rulebook) == ("cli:decision:make", ("facts",), made.plan.digest)
    assert entry.decision not in (None, row.digest)  # salted: equal plans do not show


def test_two_equal_plans_have_nothing_in_common_that_the_store_shows(office):
    made = [office.decide(office.open(SMALL).case) for _ in range(2)]
    assert canonical_plan(made[0].plan) == canonical_plan(made[1].plan)
    rows = list(office.store.state.decisions.values())
    assert rows[0].digest != rows[1].digest


def test_a_decision_is_replayed_byte_for_byte_and_that_is_an_entry(office):
    case = office.open(SMALL).case
    made = office.decide(case, country="gb")
    again = office.replay(case, made.decision)
    assert canonical_plan(again.plan) == canonical_plan(made.plan)
    assert (again.decision, again.version) == (made.decision, 1)
    assert office.said()[-1] == ("decision:replay", "done")


def test_a_decision_of_the_past_is_replayed_after_the_case_and_the_rules_changed(office, settings):
    case = office.open(SMALL).case
    made = office.decide(case)
    office.amend(case, 1, "facts: {signs: [threats]}\n")
    shelter = settings.rules / "care" / "shelter.yaml"
    shelter.write_text(
        shelter.read_text().replace("- {offer: shelter}", "- {offer: shelter}\n      - {offer: guardian}")
    )
    office.desk = office.desk_with(FileBooks(Application(settings)))
    now = office.decide(case)
    assert ("guardian" in now.plan.codes(), "guardian" in made.plan.codes()) == (True, False)
    assert now.plan.digest != made.plan.digest
    assert canonical_plan(office.replay(case, made.decision).plan) == canonical_plan(made.plan)
    assert canonical_plan(office.replay(case, now.decision).plan) == canonical_plan(now.plan)


def test_the_archive_is_the_same_for_the_same_files_and_another_for_others(settings, office):
    archive = FileBooks(Application(settings)).archive()
    assert archive == office.desk.books.archive() == FileBooks(Application(settings)).archive()
    (settings.rules / "roles.yaml").write_text("x: y\n")
    assert FileBooks(Application(settings)).archive() != archive


def unpacked_decision(office, case, row):
    sealed = opened(office, case).seal_json(DECISION, 1, open_decision(opened(office, case), row))
    return replace(row, sealed=sealed)


ALTERED = {
    "plan": lambda office, case, row: altered(opened(office, case), row, lambda kept: kept["plan"]["lines"].pop(0)),
    "facts": lambda office, case, row: altered(opened(office, case), row, lambda kept: kept["facts"].update(signs=[])),
    "facts that there are not": lambda office, case, row: altered(
        opened(office, case), row, lambda kept: kept["facts"].update(sings="debt")
    ),
    "digest": lambda _office, _case, row: replace(row, digest="0" * 64),
    "rulebook": lambda _office, _case, row: replace(row, rulebook="0" * 64),
    "date": lambda _office, _case, row: replace(row, on=ON.replace(year=2027)),
    "date before all rules": lambda _office, _case, row: replace(row, on=ON.replace(year=2020)),
    "country": lambda _office, _case, row: replace(row, country="gb"),
    "country without rules": lambda _office, _case, row: replace(row, country="zz"),
}


def test_what_is_kept_of_a_decision_in_another_form_is_refused_as_misplaced(office):
    case = office.open(SMALL).case
    made = office.decide(case)
    kept = office.store.state.decisions
    kept[case, made.decision] = unpacked_decision(office, case, kept[case, made.decision])
    with pytest.raises(MisplacedError, match="not of the form that this version writes"):
        office.replay(case, made.decision)


@pytest.mark.parametrize("change", ALTERED.values(), ids=list(ALTERED))
def test_what_was_altered_is_not_replayed_and_the_log_says_so(office, change):
    case = office.open(SMALL).case
    made = office.decide(case)
    state = office.store.state
    state.decisions[case, made.decision] = change(office, case, state.decisions[case, made.decision])
    with pytest.raises(NotReplayedError):
        office.replay(case, made.decision)
    assert office.said()[-1] == ("decision:replay", "integrity_failed")


@pytest.mark.parametrize("archive", [b"", b"no archive", b"\xfd7zXZ\x00 cut short", None, "half", "others"])
def test_an_archive_that_is_not_the_one_is_not_replayed(office, archive, tmp_path):
    case = office.open(SMALL).case
    made = office.decide(case)
    kept = office.store.state.rulebooks
    if archive == "half":
        archive = kept[made.plan.digest][:-100]
    if archive == "others":
        change = {"rules/care/shelter.yaml": ("- {offer: shelter}", "- {offer: shelter}\n      - {offer: guardian}")}
        archive = FileBooks(Application(write_rulebook(tmp_path / "others", change))).archive()
    kept.pop(made.plan.digest) if archive is None else kept.update({made.plan.digest: archive})
    with pytest.raises(NotReplayedError):
        office.replay(case, made.decision)
    assert office.said()[-1] == ("decision:replay", "integrity_failed")


def test_a_decision_in_the_place_of_another_is_not_replayed(office):
    case = office.open(SMALL).case
    first, second = office.decide(case), office.decide(case)
    rows = office.store.state.decisions
    rows[case, first.decision] = replace(rows[case, second.decision], decision=first.decision)
    with pytest.raises(NotReplayedError, match="belongs to another decision"):
        office.replay(case, first.decision)


def test_there_is_no_decision_that_there_is_not_nor_one_of_another_case(office):
    case, other = office.open(SMALL).case, office.open(SMALL).case
    made = office.decide(other)
    for decision in (uuid4(), made.decision):
        with pytest.raises(NoSuchCaseError):
            office.replay(case, decision)
        assert office.said()[-1] == ("decision:replay", "not_found")


def test_no_rules_on_that_day_is_refused_and_logged(office):
    case = office.open(SMALL).case
    with pytest.raises(UnknownNameError):
        deciding.decide(office.desk, asked(), case, ON.replace(year=2020))
    assert office.said()[-1] == ("decision:make", "input_refused")
    assert office.store.state.decisions == {}


def test_a_disputed_plan_is_kept_and_raises_an_alarm(office):
    case = office.open(SMALL).case
    office.desk = office.desk_with(SecondOpinionFails(office.desk.books))
    made = office.decide(case)
    assert made.plan.disputed
    assert office.store.state.decisions[case, made.decision].disputed
    told = ["decision:make", "alarm:raise", "duty:set"]  # the duty is that a person looks at the dispute
    assert office.said()[-3:] == [(verb, "done") for verb in told]
    assert [one.details["decision"] for one in office.history(case).events[-3:-1]] == [str(made.decision)] * 2
    # Engines that agree again give another plan, and that is said.
    with pytest.raises(NotReplayedError):
        office.replay(case, made.decision)


def test_history_tells_versions_decisions_and_entries_and_opens_no_group(office, monkeypatch):
    case = office.open(SMALL).case
    office.amend(case, 1, "facts: {signs: [threats]}\n")
    made = office.decide(case)
    with pytest.raises(StaleVersionError):
        office.amend(case, 1, SMALL)
    monkeypatch.setattr("nrm.casework.cases.deciding.opened", lambda *_: pytest.fail("a group was opened"))
    told = office.history(case)
    assert told.versions == [(1, "facts"), (2, "facts")]
    assert [row.decision for row in told.decisions] == [made.decision]
    assert [(one.action, one.result) for one in told.events] == [
        ("cli:case:open", "done"),
        ("cli:group:change", "done"),
        ("cli:decision:make", "done"),
    ]
    assert told.events[1].details == {"event": str(told.events[1].event), "version": 2}
    assert office.history(case).events[-1].action == "cli:case:read"


def test_the_details_of_an_entry_fit_the_digest_in_the_log(office):
    case = office.open(SMALL).case
    _, row = next(iter(office.store.state.details.values()))
    kept = opened(office, case).open_json("event", 1, row.details)
    assert decode(row.leaf).details == details_digest(bytes.fromhex(kept["salt"]), kept["details"])


@pytest.mark.parametrize("what", ["details", "leaf"])
def test_details_in_the_place_of_others_are_noticed(office, what):
    case = office.open(SMALL).case
    office.read(case, "facts")
    details = office.store.state.details
    (first, (order, one)), (_, (_, two)) = details.items()
    details[first] = (order, replace(one, **{what: getattr(two, what)}))
    with pytest.raises(VaultError, match="the details of another"):
        office.history(case)
    assert office.said()[-1] == ("case:read", "integrity_failed")


def test_an_entry_that_was_altered_is_noticed(office):
    case = office.open(SMALL).case
    details = office.store.state.details
    (place, (order, row)) = next(iter(details.items()))
    details[place] = (order, replace(row, leaf=row.leaf.replace(b"caseworker", b"supervisor")))
    with pytest.raises(VaultError, match="the details of another"):
        office.history(case)


def test_an_entry_of_another_case_in_the_history_is_noticed(office):
    case, other = (
        office.open(SMALL).case,
        office.open(BO.split("\n")[1].replace("acts: [harbouring]", "signs: [debt]")).case,
    )
    details = office.store.state.details
    ours = next(key for key in details if key[0] == case)
    theirs = next(key for key in details if key[0] == other)
    order, row = details[theirs]
    details[ours] = (order, replace(row, case=case))
    with pytest.raises(VaultError):
        office.history(case)
