"""Only a bundle that two officers of two units signed, and that is what they signed, is ever handed out."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import ADA, BEN, LATER, OFFICERS, OFFICERS_TOML, archive, bundle, officer, paper

from nrm.errors import FileRefusedError, NrmError
from nrm.publishing.errors import (
    BundleRefusedError,
    ChecksFailedError,
    NotSignedError,
    SameOfficerError,
    StatementRefusedError,
)
from nrm.publishing.loading import load
from nrm.publishing.officers import Officers, read_officers, two_officers
from nrm.publishing.proofs import ProofReport
from nrm.publishing.statement import read_statement


def flipped(data, at, bit):
    changed = bytearray(data)
    changed[at % len(data)] ^= 1 << bit
    return bytes(changed)


def test_a_bundle_that_two_officers_of_two_units_signed_is_loaded():
    first = paper()
    loaded = first.load()
    assert loaded.digest == first.statement.bundle
    assert loaded.archive == first.archive
    assert load(first.papers(), OFFICERS, prove=True).digest == loaded.digest


@given(at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_any_flipped_bit_of_the_archive_is_refused(at, bit):
    papers = paper().papers()
    with pytest.raises(BundleRefusedError):
        load(replace(papers, archive=flipped(papers.archive, at, bit)), OFFICERS)


@given(at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_any_flipped_bit_of_the_statement_is_refused(at, bit):
    papers = paper().papers()
    with pytest.raises(NotSignedError):
        load(replace(papers, statement=flipped(papers.statement, at, bit)), OFFICERS)


@given(at=st.integers(0, 10**6), bit=st.integers(0, 7), whose=st.sampled_from(["author", "approver"]))
def test_any_flipped_bit_of_a_signature_is_refused(at, bit, whose):
    papers = paper().papers()
    signed = getattr(papers, whose)
    broken = flipped(signed.signature.encode(), at, bit).decode("latin-1")
    with pytest.raises(NotSignedError):
        load(replace(papers, **{whose: replace(signed, signature=broken)}), OFFICERS)


@given(at=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_any_flipped_bit_of_the_proof_report_is_refused(at, bit):
    papers = paper().papers()
    with pytest.raises(ChecksFailedError):
        load(replace(papers, report=flipped(papers.report, at, bit)), OFFICERS)


def test_without_an_approver_nothing_is_loaded():
    with pytest.raises(NotSignedError, match="nobody has approved it"):
        load(paper().papers(approver="ben") and replace(paper().papers(), approver=None), OFFICERS)


def test_an_approver_of_the_unit_of_the_author_is_refused():
    with pytest.raises(SameOfficerError, match="same unit"):
        paper().load(approver="cleo")


def test_an_author_who_signs_as_approver_is_refused_because_the_key_is_no_approvers():
    with pytest.raises(NotSignedError, match="may sign as approver"):
        paper().load(approver="ada")


def test_one_person_with_two_roles_and_two_units_is_still_one_person():
    both = Officers((ADA, officer("ada", "health_unit", "approver")))
    with pytest.raises(SameOfficerError, match="same person"):
        paper().load(both, approver="ada")


def test_two_names_with_one_key_are_one_person():
    with pytest.raises(SameOfficerError):
        two_officers(ADA, BEN.model_copy(update={"key": ADA.key}))


def test_a_signature_for_something_else_does_not_count():
    one = paper()
    papers = one.papers()
    foreign = replace(papers.author, signature=one.signed("ada", "package@nrm"))
    with pytest.raises(NotSignedError, match="nrm-rulebook"):
        load(replace(papers, author=foreign), OFFICERS)


@pytest.mark.parametrize(
    ("until", "on", "counts"),
    [
        (date(2026, 2, 28), date(2026, 3, 1), False),
        (date(2026, 3, 1), date(2026, 3, 1), True),
        (None, date(2025, 12, 31), False),
    ],
)
def test_a_key_counts_from_its_first_day_to_its_last(until, on, counts):
    known = Officers((officer("ada", "law_unit", "author", until=until), BEN))
    if counts:
        assert paper().load(known, on=on).digest
    else:
        with pytest.raises(NotSignedError, match="may sign as author on"):
            paper().load(known, on=on)


def test_a_statement_of_another_bundle_is_refused():
    first = paper()
    with pytest.raises(BundleRefusedError, match="not the bundle that was signed"):
        load(replace(first.papers(), archive=archive(LATER)), OFFICERS)


def test_a_statement_that_names_other_rulebooks_is_refused_though_it_is_signed():
    first, other = paper(), paper(LATER)
    said = first.statement.model_copy(update={"rulebooks": other.statement.rulebooks})
    with pytest.raises(StatementRefusedError, match="other rulebooks"):
        replace(first, statement=said).load()


def test_a_signed_proof_report_of_other_rules_is_refused():
    first, other = paper(), paper(LATER)
    said = first.statement.model_copy(update={"proof": other.statement.proof})
    with pytest.raises(ChecksFailedError, match="other rules or guarantees"):
        replace(first, statement=said, report=other.report).load()


@pytest.mark.parametrize("verdict", ["refuted", "not proved"])
def test_a_signed_report_in_which_something_is_not_proved_is_refused(verdict):
    first = paper()
    text = first.report.replace(b'"verdict":"proved"', f'"verdict":"{verdict}"'.encode(), 1)
    said = first.statement.model_copy(update={"proof": ProofReport.model_validate_json(text).digest})
    with pytest.raises(ChecksFailedError, match=f"safe .*: {verdict}"):
        replace(first, statement=said, report=text).load()


def test_a_signed_report_that_leaves_out_a_period_is_refused():
    first = paper()
    report = ProofReport.model_validate_json(first.report)
    fewer = report.model_copy(update={"periods": report.periods[1:]})
    said = first.statement.model_copy(update={"proof": fewer.digest})
    with pytest.raises(ChecksFailedError, match="other rules or guarantees"):
        replace(first, statement=said, report=fewer.to_bytes()).load()


def test_a_bundle_whose_examples_do_not_come_out_is_refused_though_it_is_signed():
    wrong = (("rules/care/shelter.examples.yaml", ("expect: [shelter]", "expect: [doctor]")),)
    with pytest.raises(ChecksFailedError, match="`doctor` is"):
        paper(wrong).load()


def test_a_statement_is_only_read_in_its_canonical_form():
    data = paper().text
    assert read_statement(data).to_bytes() == data
    for other in (data + b"\n", b" " + data, data.replace(b":", b": ", 1), b"{}", b"", b"[]"):
        with pytest.raises(StatementRefusedError):
            read_statement(other)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader_of_statements(data):
    with pytest.raises(StatementRefusedError):
        read_statement(data)


def test_the_same_files_give_the_same_name_and_the_same_statement():
    assert bundle().digest == paper().statement.bundle
    assert paper().statement.name == paper().statement.name
    assert paper(from_=date(2026, 2, 1)).statement.name != paper().statement.name


def write(path, content):
    path.write_text(content, encoding="utf-8")
    return path


def test_officers_are_read_from_their_file(tmp_path):
    assert read_officers(write(tmp_path / "officers.toml", OFFICERS_TOML)) == OFFICERS


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('name = "ben"', 'name = "Ben Smith"', "not written in the form"),
        ('role = "author"', 'role = "boss"', "`boss`"),
        (BEN.key, ADA.key, "has the key of somebody else"),
        (BEN.key, "ssh-rsa AAAA", "ssh-ed25519"),
        ("from = 2026-01-01", 'from = "soon"', "is not a date"),
        ("[[officer]]", "[officer]]", "not TOML"),
    ],
)
def test_a_faulty_file_of_officers_is_refused(tmp_path, old, new, what):
    path = write(tmp_path / "officers.toml", OFFICERS_TOML.replace(old, new, 1))
    with pytest.raises(FileRefusedError, match=what):
        read_officers(path)


def test_a_file_of_officers_that_is_gone_loads_nothing(tmp_path):
    with pytest.raises(FileRefusedError, match="none is loaded"):
        read_officers(tmp_path / "officers.toml")


def test_every_refusal_is_an_error_that_people_can_read():
    with pytest.raises(NrmError) as refused:
        paper().load(approver="cleo")
    assert refused.value.problems[0].todo
