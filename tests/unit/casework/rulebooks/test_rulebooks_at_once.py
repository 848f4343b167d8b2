"""From which moment a rulebook decides that was just approved: here at once, in other processes within a second."""

from datetime import date

import pytest
from offices import asked, record
from published import LATER, paper
from rulebook_desk import AUTHOR, approved, checked, on_bundles, proposed, published, rulebook_office

from nrm.bootstrap_bundles import LOOK_SECONDS
from nrm.casework.cases import deciding, keep
from nrm.casework.rulebooks import judging
from nrm.publishing.errors import NoRulebookError, SameOfficerError

MARCH, YEARS_END = date(2026, 3, 1), date(2025, 12, 31)
CASE = "facts: {signs: [debt], age_status: child}\n"


class Seconds:
    """The clock of a process, in which no time passes by itself."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def office(tmp_path):
    return rulebook_office(tmp_path, MARCH, Seconds())


@pytest.fixture
def elsewhere(office, tmp_path):
    """The books of another process on the same store, and its clock."""
    here = office.books, office.desk
    clock = Seconds()
    books = on_bundles(office, tmp_path, MARCH, seconds=clock).books
    office.books, office.desk = here
    return books, clock


def second(first):
    return paper(LATER, from_=MARCH, previous=first)


def test_the_first_rulebook_decides_as_soon_as_it_is_approved(office):
    publication = checked(office, paper())
    with pytest.raises(NoRulebookError):
        keep.open_case(office.desk, asked(), record(CASE), MARCH)
    approved(office, publication, paper())
    case = keep.open_case(office.desk, asked(), record(CASE), MARCH).case
    assert deciding.decide(office.desk, asked(), case, MARCH).plan.digest


def test_what_takes_the_place_of_another_today_decides_as_soon_as_it_is_approved(office):
    first = paper()
    published(office, first)
    publication = checked(office, second(first))
    assert office.books.on(MARCH).digest == first.statement.bundle
    approved(office, publication, second(first))
    assert office.books.on(MARCH).digest == second(first).statement.bundle


def test_of_two_that_begin_on_one_day_the_last_approved_decides_whichever_was_proposed_first(office):
    proposed(office, paper())  # so that its bundle is known here
    first = paper(from_=MARCH)
    one, other = checked(office, second(first)), checked(office, first)
    approved(office, other, first)
    approved(office, one, second(first))
    assert office.books.on(MARCH).digest == second(first).statement.bundle


def test_an_approval_that_is_refused_leaves_the_older_one_in_force(office):
    first = paper()
    published(office, first)
    publication = checked(office, second(first))
    with pytest.raises(SameOfficerError):
        approved(office, publication, second(first), name="cleo")
    assert office.books.on(MARCH).digest == first.statement.bundle


def test_another_process_refuses_nobody_for_what_was_approved_a_moment_ago(office, elsewhere):
    books, _ = elsewhere
    publication = checked(office, paper())
    for on in (MARCH, YEARS_END):
        with pytest.raises(NoRulebookError):
            books.engine(on, None)
    approved(office, publication, paper())
    assert books.on(MARCH).digest == paper().statement.bundle


def test_another_process_decides_by_the_newer_one_within_a_second(office, elsewhere):
    books, clock = elsewhere
    first = paper()
    published(office, first)
    assert books.on(MARCH).digest == first.statement.bundle
    published(office, second(first))
    clock.now += LOOK_SECONDS * 0.99
    assert books.on(MARCH).digest == first.statement.bundle
    clock.now += LOOK_SECONDS * 0.01
    assert books.on(MARCH).digest == second(first).statement.bundle


def test_who_comments_keeps_nothing_from_deciding(office):
    publication = published(office, paper())
    judging.comment(office.desk, AUTHOR, publication, "Read again.")
    assert office.books.on(MARCH).digest == paper().statement.bundle
