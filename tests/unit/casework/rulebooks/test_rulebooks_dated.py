"""Which day counts for whom: each signature on the day it came in, each rulebook not before the one it follows."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import ADA, BEGINS, BEN, LATER, officer, paper
from referral_desk import said
from rulebook_desk import APPROVER, AUTHOR, OVERSEER, approved, checked, proposed, published, rulebook_office

from nrm.casework.errors import NoSuchRecordError, StaleVersionError
from nrm.casework.rulebooks import enforcing, judging, kept, proposing, reading, stating
from nrm.publishing.errors import ChecksFailedError, NotSignedError, StatementRefusedError
from nrm.publishing.lifecycle import StepRefusedError
from nrm.publishing.loading import signed_by_two
from nrm.publishing.officers import Officers

MARCH, MAY, JUNE = date(2026, 3, 1), date(2026, 5, 1), date(2026, 6, 1)
THIRD = (("rules/child/family_search.yaml", ("within: P3D", "within: P9D")),)


@pytest.fixture
def office(tmp_path):
    return rulebook_office(tmp_path, MARCH)


def publication_of(office, publication):
    return office.store.run(lambda unit: kept.found(office.desk, unit, publication)).thing


def put(office, publication, **changes):
    """What the store would have if somebody had put it there by another way."""

    def work(unit):
        held = kept.found(office.desk, unit, publication)
        kept.change(office.desk, unit, held, held.thing.model_copy(update=changes))

    office.store.run(work)


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(author_on=days, approver_on=days, author_until=days, approver_until=days)
def test_each_signature_counts_by_the_day_on_which_it_came_in(author_on, approver_on, author_until, approver_until):
    ada = officer("ada", "law_unit", "author", until=author_until)
    ben = officer("ben", "health_unit", "approver", until=approver_until)
    known, papers = Officers((ada, ben)), paper().papers()
    author, approver = replace(papers.author, on=author_on), replace(papers.approver, on=approver_on)
    dated = replace(papers, author=author, approver=approver)
    if author_on <= author_until and approver_on <= approver_until:
        assert signed_by_two(dated, known) == known.known
    else:
        with pytest.raises(NotSignedError, match="may sign as"):
            signed_by_two(dated, known)


@pytest.mark.parametrize("name", ["ada", "ben"])
def test_a_key_counts_on_its_very_first_day(name):
    known = tuple(one.model_copy(update={"from_": MARCH}) if one.name == name else one for one in (ADA, BEN))
    assert paper().load(Officers(known), on=MARCH).digest


def test_what_is_kept_of_a_signature_is_the_day_on_which_it_came_in(office):
    first = paper()
    publication = checked(office, first)
    office.day = MAY
    approved(office, publication, first)
    one = publication_of(office, publication)
    papers = office.store.run(lambda unit: kept.papers_of(unit, one))
    assert (papers.author.on, papers.approver.on) == (MARCH, MAY)


def test_an_authors_key_that_ended_since_counts_and_one_that_was_taken_back_does_not(office):
    first = paper()
    publication = checked(office, first)
    office.day = MAY
    for until, counts in ((date(2026, 2, 28), False), (MARCH, True)):
        known = Officers((officer("ada", "law_unit", "author", until=until), BEN))
        if counts:
            made = judging.approve(office.desk, APPROVER, known, publication, first.signed("ben"))
            assert made.thing.state == "approved"
        else:
            with pytest.raises(NotSignedError, match="may sign as author on `2026-03-01`"):
                judging.approve(office.desk, APPROVER, known, publication, first.signed("ben"))


def test_no_rulebook_begins_before_the_one_that_it_follows_though_that_has_not_begun(office):
    first = paper()
    published(office, first)
    second = paper(LATER, from_=JUNE, previous=first)
    published(office, second)
    third = paper(THIRD, from_=MAY, previous=second)
    publication = checked(office, third)
    with pytest.raises(StatementRefusedError, match="from `2026-06-01` or later"):
        approved(office, publication, third)


def test_on_its_first_day_a_rulebook_is_not_withdrawn_any_more(office):
    first = paper()
    published(office, first)
    publication = published(office, paper(LATER, from_=JUNE, previous=first))
    office.day = JUNE
    with pytest.raises(StepRefusedError, match="roll back") as refused:
        judging.withdraw(office.desk, APPROVER, publication, "Stop.")
    assert "withdraw" not in refused.value.may
    assert office.books.on(JUNE).digest != first.statement.bundle


def test_what_was_replaced_before_anybody_noted_that_it_began_is_replaced(office):
    first = paper()
    published(office, first)
    published(office, paper(LATER, from_=JUNE, previous=first))
    office.day = JUNE
    assert [one.thing.state for one in enforcing.enforce(office.desk)] == ["replaced", "in_force"]


def test_who_approves_names_the_version_that_they_saw(office):
    first = paper()
    publication = checked(office, first)
    with pytest.raises(StaleVersionError):
        judging.approve(office.desk, APPROVER, Officers((ADA, BEN)), publication, first.signed("ben"), seen=1)
    assert judging.approve(office.desk, APPROVER, Officers((ADA, BEN)), publication, first.signed("ben"), seen=2)


@pytest.mark.parametrize("changes", [{"faults": ("an example fails",)}, {"report": None}])
def test_what_something_stands_against_is_not_approved_even_where_the_store_says_checked(office, changes):
    first = paper()
    publication = checked(office, first)
    put(office, publication, **changes)
    with pytest.raises(ChecksFailedError, match="the checks say no, or were not made"):
        approved(office, publication, first)


def returning(office, first, second):
    back = proposing.again(first.statement, JUNE, second.statement.bundle)
    one = type(first)((), first.archive, back, first.report)
    return proposing.roll_back(office.desk, AUTHOR, Officers((ADA, BEN)), one.text, one.signed())


def test_what_was_checked_and_never_approved_does_not_come_back(office):
    first = paper()
    published(office, first)
    never = paper(THIRD, from_=JUNE, previous=first)
    checked(office, never)
    with pytest.raises(StatementRefusedError, match="no bundle that was approved here"):
        returning(office, never, first)


def test_what_comes_back_brings_the_checks_that_were_made_of_it(office):
    first = paper()
    publication = published(office, first)
    second = paper(LATER, from_=JUNE, previous=first)
    published(office, second)
    before, made = publication_of(office, publication), returning(office, first, second).thing
    assert before.survivors
    assert (made.report, made.checked_at, made.survivors) == (before.report, before.checked_at, before.survivors)
    assert (made.approver, made.approved_at) == (None, None)


def test_a_bundle_that_the_store_has_lost_does_not_come_back(office):
    first = paper()
    published(office, first)
    second = paper(LATER, from_=JUNE, previous=first)
    published(office, second)
    del office.store.state.rulebooks[first.statement.bundle]
    with pytest.raises(NoSuchRecordError):
        returning(office, first, second)
    assert len(reading.list_rulebooks(office.desk, OVERSEER)) == 2


def test_the_same_bundle_is_kept_once_and_proposed_under_each_statement(office):
    proposed(office, paper())
    proposed(office, paper(from_=date(2026, 2, 1)))
    assert len(office.store.state.rulebooks) == 1


def test_a_statement_for_what_comes_back_is_an_entry_with_its_bundle(office):
    first = paper()
    publication = published(office, first)
    before = len(office.entries())
    stating.statement_again(office.desk, AUTHOR, publication, None)
    assert said(office, before) == [("rulebook:read", "done")]
    assert office.entries()[-1].rulebook == first.statement.bundle


def test_who_signs_is_told_the_mistakes_that_nothing_would_notice(office):
    first = paper()
    publication = checked(office, first)
    stated = stating.statement(office.desk, AUTHOR, first.archive, BEGINS)
    assert stated.survivors == publication_of(office, publication).survivors
    assert len(stated.survivors) == first.statement.checks.survivors > 0
