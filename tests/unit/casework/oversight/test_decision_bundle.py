"""Decisions go to oversight bodies sealed: they replay from the bundle alone, name nobody, and all is logged."""

import json
from dataclasses import replace
from functools import cache
from uuid import uuid4

import pytest
from altered_decisions import altered
from c_engines import SecondOpinionFails
from decision_bundles import (
    IDENTITY,
    RECIPIENT,
    again,
    decided,
    engine,
    examined,
    exported,
    layers,
    opened,
    signers,
)
from fakes import write_rulebook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import ANA, CANARIES, THEIRS, asked, new_office
from sealed_packages import OTHER_IDENTITY, OTHER_RECIPIENT
from strategies import facts_of

from nrm.audit.actions import OVERSIGHT_REASONS
from nrm.audit.note import Signer, Verifier
from nrm.bootstrap import Application
from nrm.bootstrap_store import FileBooks
from nrm.casework.asked import NotPermittedError
from nrm.casework.errors import DeniedError, NoSuchCaseError, ShreddedError
from nrm.casework.oversight.again import decide_again
from nrm.casework.oversight.form import open_bundle
from nrm.casework.safe import OpenCase
from nrm.engine.canonical import canonical_plan
from nrm.errors import UnknownNameError
from nrm.referral.package_errors import MisaddressedError, UnknownSignerError
from nrm.vault.errors import VaultError


@pytest.fixture
def book(tmp_path):
    return write_rulebook(tmp_path / "book")


@pytest.fixture
def office(tmp_path, book):
    return new_office(tmp_path, books=FileBooks(Application(book)))


def test_a_bundle_replays_with_nothing_but_itself_and_two_public_keys(office, book):
    made = decided(office, country="gb")
    sealed = exported(office, made)
    book.rules.rename(book.rules.with_name("gone"))
    found = again(office, sealed)
    assert (found.faults, found.same, found.in_log) == ((), True, True)
    assert (found.place, found.size, found.entry.event) == (1, 2, made.event)
    assert canonical_plan(found.plan) == opened(office, sealed).plan


def test_what_is_in_it_is_what_was_kept_and_no_more(tmp_path):
    office = new_office(tmp_path)  # under the real rules, about a case full of words that could name somebody
    made = decided(office, ANA)
    files, _ = layers(exported(office, made))
    assert set(files) == {"bundle.json", "facts.json", "plan.json", "entry.json", "proof", "rulebook.tar.xz"}
    head = json.loads(files["bundle.json"])
    row = office.store.state.decisions[made.case, made.decision]
    assert (head["rulebook"], head["on"], head["recipient"]) == (row.rulebook, "2026-03-01", RECIPIENT)
    assert json.loads(files["facts.json"])["acts"] == ["transportation"]
    assert files["rulebook.tar.xz"] == office.store.state.rulebooks[row.rulebook]
    told = b"".join(files[name] for name in files if name != "rulebook.tar.xz").decode()
    assert [word for word in (*CANARIES, str(made.case), str(made.decision)) if word in told] == []
    assert again(office, exported(office, made)).same


def test_for_the_same_log_it_is_the_same_to_the_byte_inside(office):
    made = decided(office)
    assert layers(exported(office, made)) == layers(exported(office, made))
    assert layers(examined(office, made.event)) == layers(exported(office, made))


def test_before_its_place_in_the_log_it_has_no_proof_and_that_is_said(office):
    made = decided(office, published=False)
    sealed = exported(office, made)
    assert opened(office, sealed).proof is None
    assert decide_again(opened(office, sealed), engine).same
    found = again(office, sealed)
    assert (found.in_log, [one.what for one in found.faults]) == (
        False,
        ["there is no proof in it that the decision is in the log"],
    )


def test_an_overseer_who_has_the_event_alone_gets_the_decision_and_the_log_says_why(office):
    made = decided(office)
    other = decided(office, "facts: {signs: [threats]}\n")
    sealed = examined(office, made.event, "court_order")
    assert again(office, sealed).same
    entry = office.entries()[-1]
    assert (entry.action, entry.purpose, entry.basis) == ("cli:decision:examine", "court_order", "oversight")
    assert (entry.role, entry.groups) == ("overseer", ())
    assert office.history(made.case).events[-1].details["examined"] == str(made.event)
    assert examined(office, other.event) != sealed


def test_that_a_keeper_gave_a_decision_out_is_in_the_log_and_in_the_history(office):
    made = decided(office)
    exported(office, made)
    entry = office.entries()[-1]
    assert (entry.action, entry.basis, entry.groups) == ("cli:decision:export", "oversight", ())
    told = office.history(made.case).events[-1].details
    assert (told["examined"], told["recipient"]) == (str(made.event), RECIPIENT)


@pytest.mark.parametrize("reason", ["", "curiosity", "Ana", "case_management"])
def test_a_reason_that_is_not_of_the_list_opens_nothing_and_is_not_repeated(office, reason):
    made = decided(office)
    before = len(office.entries())
    with pytest.raises(UnknownNameError) as caught:
        examined(office, made.event, reason)
    assert all(known in str(caught.value) for known in OVERSIGHT_REASONS)
    assert "Ana" not in str(caught.value)
    assert len(office.entries()) == before


@pytest.mark.parametrize("role", ["caseworker", "supervisor", "administrator", "coordinator", "provider"])
def test_only_an_overseer_asks_by_event(office, role):
    made = decided(office)
    with pytest.raises(NotPermittedError):
        examined(office, made.event, who=asked(role))
    assert office.said()[-1] == ("decision:examine", "not_permitted")


@pytest.mark.parametrize("role", ["overseer", "administrator", "coordinator", "first_responder", "provider"])
def test_only_who_keeps_cases_names_one(office, role):
    made = decided(office)
    with pytest.raises(DeniedError):
        exported(office, made, asked(role))
    assert office.said()[-1] == ("decision:export", "not_permitted")


def test_another_organisation_hears_that_there_is_no_such_case(office):
    made = decided(office)
    with pytest.raises(NoSuchCaseError):
        exported(office, made, asked(organisation=THEIRS))
    assert office.said()[-1] == ("decision:export", "other_organisation")


def test_an_event_that_is_no_decision_or_that_there_is_not_is_not_found(office):
    decided(office)
    opening = next(one.event for one in office.entries() if one.action == "cli:case:open")
    for event in (opening, uuid4()):
        with pytest.raises(NoSuchCaseError):
            examined(office, event)
        assert office.said()[-1] == ("decision:examine", "not_found")


def test_a_decision_of_another_case_is_not_found(office):
    made, other = decided(office), decided(office)
    with pytest.raises(NoSuchCaseError):
        exported(office, replace(made, decision=other.decision))


def test_nothing_of_a_shredded_case_is_given_out(office):
    made = decided(office)
    office.shred(made.case)
    with pytest.raises(NoSuchCaseError):
        examined(office, made.event)
    with pytest.raises(ShreddedError):
        exported(office, made)


@pytest.mark.parametrize("recipient", ["", "age1nobody", "Ana"])
def test_what_is_no_key_of_age_is_refused_before_anything_is_opened(office, recipient):
    made = decided(office)
    before = len(office.entries())
    with pytest.raises(MisaddressedError):
        exported(office, made, recipient=recipient)
    with pytest.raises(MisaddressedError):
        examined(office, made.event, recipient=recipient)
    assert len(office.entries()) == before


def test_another_identity_another_signer_and_another_log_are_told_apart(office):
    sealed = exported(office, decided(office))
    with pytest.raises(MisaddressedError):
        open_bundle(sealed, OTHER_IDENTITY, signers(office))
    with pytest.raises(UnknownSignerError):
        open_bundle(sealed, IDENTITY, [f"someone.else {office.desk.counter.signer.public}"])
    with pytest.raises(UnknownSignerError):  # a key that is trusted for referrals is not trusted for decisions
        open_bundle(sealed, IDENTITY, [signers(office)[0].replace(" ", ' namespaces="referral@nrm" ', 1)])
    stranger = Verifier(Signer("example.org/log", b"x" * 32).vkey)
    found = decide_again(opened(office, sealed), engine, stranger)
    assert (found.same, found.in_log) == (False, False)
    assert open_bundle(exported(office, decided(office), recipient=OTHER_RECIPIENT), OTHER_IDENTITY, signers(office))


def test_a_plan_that_was_altered_in_the_store_goes_out_and_does_not_replay(office):
    """It is evidence: an office that could refuse to hand it out could hide it."""
    made = decided(office)
    rows = office.store.state.decisions
    row = rows[made.case, made.decision]
    case = OpenCase.of(office.store.state.cases[made.case], office.keyring)
    rows[made.case, made.decision] = altered(case, row, lambda kept: kept["plan"]["lines"].pop(0))
    found = again(office, exported(office, made))
    assert [one.what for one in found.faults] == [
        "its plan is not the one that the entry in the log stands for",
        "the plan does not come out as it was kept",
    ]


@pytest.mark.parametrize("what", ["rulebook", "decision", "details"])
def test_what_the_store_mixed_up_is_noticed_and_not_given_out(office, what):
    made, other = decided(office), decided(office, "facts: {signs: [threats]}\n")
    second = office.decide(made.case)
    state = office.store.state
    if what == "rulebook":
        state.rulebooks.clear()
    elif what == "decision":
        rows = state.decisions
        rows[made.case, made.decision] = replace(rows[made.case, second.decision], decision=made.decision)
    else:
        order, row = state.details[made.case, made.event]
        theirs = state.details[other.case, other.event][1]
        state.details[made.case, made.event] = (order, replace(row, leaf=theirs.leaf))
    with pytest.raises(VaultError):
        exported(office, made)
    assert office.said()[-1] == ("decision:export", "integrity_failed")


@pytest.fixture(scope="module")
def kept_office(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    return new_office(folder, books=FileBooks(Application(write_rulebook(folder / "book"))))


@cache
def _engine(archive, on, country):
    return engine(archive, on, country)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_decision_about_every_case_replays_from_its_bundle(kept_office, data):
    words = kept_office.desk.books.words()
    facts = data.draw(facts_of(words))
    written = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in facts.items()}
    known = {name: value for name, value in written.items() if value is not None}
    country = data.draw(st.sampled_from([None, "gb"]))
    made = decided(kept_office, json.dumps({"facts": known}), country=country)
    found = again(kept_office, examined(kept_office, made.event), _engine)
    assert (found.faults, found.in_log) == ((), True)


def test_a_decision_on_which_the_engines_differed_is_told_apart_from_a_forged_one(office):
    office.desk = office.desk_with(SecondOpinionFails(office.desk.books))
    found = again(office, exported(office, decided(office)))
    assert [one.what for one in found.faults] == [
        "the plan does not come out as it was kept: the two engines differed when it was made, and agree now"
    ]
    assert found.in_log
