"""Which rulebook decides on which day: before and after a date, after a roll-back, and when one may not be loaded."""

import json
from datetime import date

import pytest
from offices import ANNA, asked, record
from published import LATER, OFFICERS, OFFICERS_TOML, paper
from referral_desk import said
from rulebook_desk import AUTHOR, OVERSEER, approved, checked, published, rulebook_office

from nrm.bootstrap_bundles import BundleTables, refuse_files
from nrm.casework.cases import deciding, keep, replaying
from nrm.casework.rulebooks import enforcing, proposing, reading
from nrm.engine.canonical import canonical_plan
from nrm.errors import RulebookRefusedError, UnknownNameError
from nrm.publishing.errors import NoRulebookError, StatementRefusedError
from nrm.publishing.statement import read_statement

MARCH, MAY, JUNE = date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1)
CASE = "facts: {signs: [debt], age_status: child}\n"


@pytest.fixture
def office(tmp_path):
    return rulebook_office(tmp_path, MARCH)


def two(office):
    """Two rulebooks, the second in force from June; it lets the family be searched for within two days, not three."""
    first = paper()
    published(office, first)
    second = paper(LATER, from_=JUNE, previous=first)
    published(office, second)
    return first, second


def days_to_search(plan):
    return next(line.within.amount for line in plan.of("duty") if line.code == "search_family")


def test_a_decision_before_the_date_is_by_the_old_rulebook_one_after_it_by_the_new_and_both_replay(office):
    _, second = two(office)
    case = keep.open_case(office.desk, asked(), record(CASE), MARCH).case
    before = deciding.decide(office.desk, asked(), case, MAY)
    office.day = JUNE
    after = deciding.decide(office.desk, asked(), case, JUNE)
    late = deciding.decide(office.desk, asked(), case, MAY)
    assert [days_to_search(made.plan) for made in (before, after, late)] == [3, 2, 3]
    assert before.plan.digest != after.plan.digest == second.statement.rulebooks[0].rulebook
    for made in (before, after, late):
        again = replaying.replay(office.desk, asked(), case, made.decision)
        assert canonical_plan(again.plan) == canonical_plan(made.plan)


def test_a_decision_about_a_day_of_the_past_keeps_the_rulebook_of_that_day(office):
    two(office)
    office.day = JUNE
    case = keep.open_case(office.desk, asked(), record(CASE), JUNE).case
    made = deciding.decide(office.desk, asked(), case, MARCH)
    assert replaying.replay(office.desk, asked(), case, made.decision).plan.digest == made.plan.digest


def test_before_the_first_day_of_the_first_rulebook_nothing_is_decided(office):
    two(office)
    with pytest.raises(UnknownNameError, match="in force on `2025-12-31`"):
        office.books.engine(date(2025, 12, 31), None)


def test_what_comes_into_force_replaces_what_was_in_force_and_both_are_entries(office):
    two(office)
    enforcing.enforce(office.desk)
    office.day = JUNE
    before = len(office.entries())
    assert [one.thing.state for one in enforcing.enforce(office.desk)] == ["replaced", "in_force"]
    assert said(office, before) == [("rulebook:enforce", "done")] * 2
    assert enforcing.enforce(office.desk) == []


def test_where_nothing_was_approved_nothing_comes_into_force(office):
    assert enforcing.enforce(office.desk) == []
    checked(office, paper())
    assert enforcing.enforce(office.desk) == []
    assert [verb for verb, _ in said(office)] == ["rulebook:propose", "rulebook:prove"]


def test_an_older_rulebook_comes_back_by_two_signatures_and_without_a_new_check(office):
    first, second = two(office)
    office.day = JUNE
    enforcing.enforce(office.desk)
    back = proposing.again(first.statement, JUNE, second.statement.bundle)
    returning = type(first)((), first.archive, back, first.report)
    made = proposing.roll_back(office.desk, AUTHOR, OFFICERS, returning.text, returning.signed())
    assert made.thing.state == "checked"
    assert office.books.on(JUNE).digest == second.statement.bundle
    approved(office, made.row.record, returning)
    assert office.books.on(JUNE).digest == first.statement.bundle
    assert sorted(one.thing.state for one in enforcing.enforce(office.desk)) == [
        "in_force",
        "rolled_back",
    ]
    assert ("rulebook:restore", "done") in said(office)
    assert office.books.on(MAY).digest == first.statement.bundle


def test_the_days_on_which_a_rulebook_decided_stay_its_days_after_it_was_rolled_back(office):
    first, second = two(office)
    july = date(2026, 7, 15)
    office.day = july
    back = proposing.again(first.statement, july, second.statement.bundle)
    returning = type(first)((), first.archive, back, first.report)
    made = proposing.roll_back(office.desk, AUTHOR, OFFICERS, returning.text, returning.signed())
    approved(office, made.row.record, returning)
    for _ in range(2):
        by = [office.books.on(on).digest for on in (MAY, JUNE, july)]
        assert by == [one.statement.bundle for one in (first, second, first)]
        enforcing.enforce(office.desk)


def test_only_the_very_words_of_an_approved_statement_come_back(office):
    first, second = two(office)
    never = paper((("rules/child/family_search.yaml", ("within: P3D", "within: P9D")),))
    for other in (never, second):
        back = proposing.again(other.statement, JUNE, second.statement.bundle)
        changed = back.model_copy(update={"proof": first.statement.proof})
        returning = type(first)((), other.archive, changed, other.report)
        with pytest.raises(StatementRefusedError, match="no bundle that was approved here"):
            proposing.roll_back(office.desk, AUTHOR, OFFICERS, returning.text, returning.signed())


def test_a_statement_that_rolls_back_cannot_be_proposed_as_a_new_one(office):
    first, second = two(office)
    back = proposing.again(first.statement, JUNE, second.statement.bundle)
    returning = type(first)((), first.archive, back, first.report)
    with pytest.raises(StatementRefusedError, match="older bundle comes back"):
        proposing.propose(office.desk, AUTHOR, OFFICERS, first.archive, returning.text, returning.signed())


def test_a_process_that_runs_hears_of_a_newer_rulebook(office):
    first = paper()
    published(office, first)
    assert office.books.on(JUNE).digest == first.statement.bundle
    second = paper(LATER, from_=JUNE, previous=first)
    published(office, second)
    assert office.books.on(JUNE).digest == second.statement.bundle
    assert office.books.on(MAY).digest == first.statement.bundle


def test_when_the_key_of_an_officer_is_taken_back_its_rulebook_decides_no_more(office, tmp_path):
    published(office, paper())
    (tmp_path / "officers.toml").write_text(OFFICERS_TOML.replace("from = 2026-01-01", "from = 2026-04-01"))
    with pytest.raises(NoRulebookError, match="may sign as author on `2026-03-01`"):
        office.books.engine(MARCH, None)
    with pytest.raises(NoRulebookError, match="may sign as author"):
        keep.open_case(office.desk, asked(), record(CASE), MARCH)
    assert reading.list_rulebooks(office.desk, OVERSEER), "the log can still be written, so that it can be mended"


def test_a_bundle_that_somebody_altered_in_the_store_decides_nothing(office):
    first = paper()
    published(office, first)
    office.store.state.rulebooks[first.statement.bundle] = paper(LATER).archive
    with pytest.raises(NoRulebookError, match="not the bundle that was signed"):
        office.books.engine(MARCH, None)


def test_without_its_officers_an_installation_with_approved_rulebooks_does_not_fall_back_on_files(office):
    office.store.run(lambda unit: refuse_files(office.desk, unit))
    checked(office, paper())
    office.store.run(lambda unit: refuse_files(office.desk, unit))
    published(office, paper(from_=date(2026, 2, 1)))
    with pytest.raises(RulebookRefusedError, match="no file that says who may sign"):
        office.store.run(lambda unit: refuse_files(office.desk, unit))


def test_the_tables_of_referral_and_the_words_are_those_of_the_bundle(office):
    two(office)
    tables = BundleTables(office.books)
    assert tables.routes == office.books.on(MARCH).routes
    assert tables.tasks.tasks.keys() == office.books.on(MARCH).tasks.tasks.keys()
    assert tables.wordings is office.books.on(MARCH).wordings
    assert tables.speaker("fr").label("shelter") == "Shelter fr"
    assert office.books.parameter("answer_time", date(2026, 8, 1), None).amount == 4
    with pytest.raises(UnknownNameError, match="`no_such_time`"):
        office.books.parameter("no_such_time", MARCH, None)


def test_which_offers_a_service_answers_is_said_by_the_bundle(office):
    table = ("rules/directory/service_types.yaml", "terms: [{name: Bed, offers: [shelter]}]\n")
    published(office, paper((table,)))
    (line,) = BundleTables(office.books).service_types.terms
    assert (line.name, line.offers) == ("Bed", ("shelter",))


def test_what_a_store_keeps_of_a_publication_is_sealed(office):
    published(office, paper())
    kept = b"".join(row.sealed for row in office.store.state.registry.values())
    assert b"law_unit" not in kept
    assert b"nrm-rulebook" not in kept
    assert ANNA.bytes not in kept
    assert read_statement(json.loads(json.dumps(paper().text.decode())).encode()) == paper().statement
