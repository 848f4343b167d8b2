"""What a bundle and its papers are refused for though every file of them can be read, and each signature is good."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import ADA, BEN, LATER, OFFICERS, archive, bundle, paper
from small_guarantees import HOLDS, place, text

from nrm.publishing import proving
from nrm.publishing.archive import read_archive, write_archive
from nrm.publishing.bundle import all_periods, open_bundle
from nrm.publishing.errors import BundleRefusedError, ChecksFailedError, SameOfficerError, StatementRefusedError
from nrm.publishing.loading import load
from nrm.publishing.officers import two_officers
from nrm.publishing.proofs import ProofReport
from nrm.publishing.statement import LARGEST, read_statement

SHELTER = "rules/care/shelter.yaml"
FIRST = date(2026, 1, 1)


def test_a_rule_with_a_source_that_the_catalogue_lacks_is_in_no_bundle():
    files = read_archive(archive())
    assert b"A/TEST/1" in files[SHELTER]
    with pytest.raises(BundleRefusedError, match="is not in the catalogue of commitments"):
        open_bundle(write_archive({**files, SHELTER: files[SHELTER].replace(b"A/TEST/1", b"A/TEST/9")}))


@settings(max_examples=10, deadline=None)
@given(days=st.integers(-400, 400))
def test_a_new_guarantee_begins_a_period_wherever_there_are_rules(days):
    begins = FIRST + timedelta(days=days)
    made = ((place("safe"), text("safe", HOLDS, begins=begins.isoformat())),)
    periods = all_periods(bundle().files, bundle(made).guarantees)
    for country in (None, *bundle().files.countries()):
        days_of = [on for place_, on in periods if place_ == country]
        assert days_of == sorted(set(days_of))
        assert min(days_of) == FIRST, "before the first rule nothing decides, so there is nothing to prove"
        assert (begins in days_of) == (begins >= FIRST)


def test_a_statement_of_more_than_a_megabyte_is_not_read():
    said = paper().statement
    one = said.rulebooks[0]
    many = said.model_copy(update={"rulebooks": (one,) * (LARGEST // len(one.model_dump_json()) - 200)})
    assert len(many.to_bytes()) <= LARGEST
    assert read_statement(many.to_bytes()) == many
    with pytest.raises(StatementRefusedError):
        read_statement(many.model_copy(update={"rulebooks": many.rulebooks * 2}).to_bytes())


@pytest.mark.parametrize("told", [lambda all_: all_[1:], lambda all_: all_[::-1], lambda all_: (*all_, all_[0])])
def test_a_statement_names_each_rulebook_of_its_bundle_once_and_in_order(told):
    said = paper().statement.model_copy(update={"rulebooks": told(paper().statement.rulebooks)})
    with pytest.raises(StatementRefusedError, match="other rulebooks than the bundle gives"):
        replace(paper(), statement=said).load()


@pytest.mark.parametrize("other", [-1, 1])
def test_a_bundle_with_other_examples_than_were_counted_is_refused_though_it_is_signed(other):
    first = paper()
    counted = first.statement.checks
    checks = counted.model_copy(update={"examples": counted.examples + other})
    with pytest.raises(ChecksFailedError, match="other examples than when it was signed"):
        replace(first, statement=first.statement.model_copy(update={"checks": checks})).load()


def test_a_proof_that_comes_out_otherwise_is_refused_where_it_is_made_again(monkeypatch):
    papers = paper().papers()
    other = ProofReport.model_validate_json(paper(LATER).report)
    monkeypatch.setattr(proving, "prove_bundle", lambda _: other)
    assert load(papers, OFFICERS).digest == paper().statement.bundle
    with pytest.raises(ChecksFailedError, match="proved again, it comes out otherwise"):
        load(papers, OFFICERS, prove=True)


def test_a_good_proof_report_that_is_not_the_one_that_was_signed_is_refused():
    said = paper().statement.model_copy(update={"proof": "0" * 64})
    with pytest.raises(ChecksFailedError, match="not the proof report that was signed"):
        replace(paper(), statement=said).load()


def test_one_name_with_two_keys_in_two_units_is_one_person():
    with pytest.raises(SameOfficerError, match="the same person"):
        two_officers(ADA, BEN.model_copy(update={"name": ADA.name}))
