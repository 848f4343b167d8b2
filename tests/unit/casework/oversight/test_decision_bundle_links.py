"""Each link of the chain in a decision bundle is looked at by itself, and each export says what it was of."""

import json
import shutil
from dataclasses import replace

import pytest
from decision_bundles import RECIPIENT, decided, engine, exported, opened
from fakes import write_rulebook
from offices import asked, new_office

from nrm.audit.canonical import canonical
from nrm.audit.entry import decode
from nrm.audit.note import Verifier
from nrm.audit.source import DirectorySource
from nrm.bootstrap import Application
from nrm.bootstrap_store import FileBooks
from nrm.casework.asked import NotPermittedError
from nrm.casework.oversight.again import decide_again
from nrm.casework.oversight.bundle import decision_bundle
from nrm.casework.oversight.form import seal_bundle
from nrm.referral.package_errors import NoPackageError

OTHER = "ab" * 32
PLAN = "its plan is not the one that the entry in the log stands for"


@pytest.fixture
def office(tmp_path):
    return new_office(tmp_path, books=FileBooks(Application(write_rulebook(tmp_path / "book"))))


@pytest.fixture
def bundle(office):
    return opened(office, exported(office, decided(office)))


def faults(office, bundle):
    return [one.what for one in decide_again(bundle, engine, Verifier(office.signer.vkey)).faults]


def headed(bundle, **changes):
    return replace(bundle, head=bundle.head.model_copy(update=changes))


def test_a_bundle_as_it_was_made_has_no_fault(office, bundle):
    assert faults(office, bundle) == []


@pytest.mark.parametrize("name", ["salt", "decision"])
def test_digest_and_salt_are_those_of_the_entry(office, bundle, name):
    assert faults(office, headed(bundle, **{name: OTHER})) == [PLAN]


def test_another_rulebook_in_the_head_is_noticed_in_the_entry_and_in_the_rulebook(office, bundle):
    assert faults(office, headed(bundle, rulebook=OTHER)) == [
        "its entry in the log names another rulebook",
        "the rulebook in it is another one than it says",
    ]


def test_another_plan_is_noticed_in_the_entry_and_when_it_is_made_again(office, bundle):
    found = faults(office, replace(bundle, plan=bundle.plan.replace(b"shelter", b"shelten")))
    assert found == [PLAN, "the plan does not come out as it was kept"]


def test_a_digest_that_fits_a_forged_plan_does_not_fit_the_entry(office, bundle):
    """Who forges plan, salt and digest together still cannot change what stands in the log."""
    other = opened(office, exported(office, decided(office, "facts: {signs: [threats]}\n")))
    forged = replace(other, entry=bundle.entry, proof=bundle.proof)
    assert faults(office, forged) == [PLAN]


def test_an_entry_that_is_no_making_of_a_decision_proves_none(office, bundle):
    leaf = next(one for one in office.leaves() if decode(one).action == "cli:case:open")
    assert "its entry in the log is not the making of a decision" in faults(office, replace(bundle, entry=leaf))


def test_an_entry_of_an_attempt_that_failed_proves_no_decision(office, bundle):
    failed = canonical({**json.loads(bundle.entry), "result": "failed", "why": "not_found"})
    assert decode(failed).decision == bundle.head.decision
    assert "its entry in the log is not the making of a decision" in faults(office, replace(bundle, entry=failed))


def test_without_its_proof_a_bundle_is_not_in_the_log(office, bundle):
    found = decide_again(replace(bundle, proof=None), engine, Verifier(office.signer.vkey))
    assert ([one.file for one in found.faults], found.in_log) == (["proof"], False)


def test_what_is_no_code_is_not_even_sealed(office, bundle):
    with pytest.raises(NoPackageError) as refused:
        seal_bundle(replace(bundle, facts={**bundle.facts, "signs": "Canary Ana"}), office.desk.counter.signer)
    assert "Canary" not in str(refused.value)
    assert seal_bundle(bundle, office.desk.counter.signer)


def test_the_entry_of_an_export_names_rulebook_and_decision(office):
    made = decided(office)
    bundle = opened(office, exported(office, made))
    entry = office.entries()[-1]
    assert entry.rulebook == bundle.head.rulebook
    assert entry.decision is not None
    assert entry.decision != bundle.head.decision, "each entry has a salt of its own"


def test_an_entry_just_behind_the_published_log_has_no_proof_yet(office, tmp_path):
    case = office.open("facts: {signs: [debt]}\n").case
    office.sequencer.run()
    before = shutil.copytree(office.log, tmp_path / "before")
    decision = office.decide(case).decision
    office.sequencer.run()
    for log, proved in ((before, False), (office.log, True)):
        sealed = decision_bundle(office.desk, asked(), case, decision, RECIPIENT, DirectorySource(log))
        assert (opened(office, sealed).proof is not None) == proved


def test_for_a_purpose_that_does_not_need_the_whole_case_no_decision_is_given_out(office):
    made = decided(office)
    with pytest.raises(NotPermittedError) as denied:
        exported(office, made, asked(purpose="care"))
    assert denied.value.why == "not_disclosable"
    assert office.said()[-1] == ("decision:export", "not_disclosable")
