"""What is kept of rulebooks is read whole and in its order, names who did what, and no one person does both."""

from datetime import UTC, date, datetime, timedelta

import pytest
from offices import asked
from published import paper
from rulebook_desk import APPROVER, AUTHOR, OVERSEER, approved, checked, proposed, published, rulebook_office

from nrm.casework.rulebooks import kept, reading, taking
from nrm.publishing.errors import SameOfficerError

MARCH = date(2026, 3, 1)
MANY = 104
"""More than one page."""


@pytest.fixture
def office(tmp_path):
    return rulebook_office(tmp_path, MARCH)


def test_every_publication_is_read_in_the_order_in_which_they_were_proposed(office):
    publication = proposed(office, paper())

    def work(unit):
        one = kept.found(office.desk, unit, publication).thing
        for days in range(1, MANY):
            said = one.said.model_copy(update={"from_": MARCH + timedelta(days=days)})
            at = one.proposed_at + timedelta(days=MANY - days)
            kept.add(
                office.desk,
                unit,
                one.model_copy(update={"statement": said.to_bytes().decode(), "proposed_at": at}),
            )

    office.store.run(work)
    found = [record.thing for record in reading.list_rulebooks(office.desk, OVERSEER)]
    assert len(found) == MANY
    assert [one.proposed_at for one in found] == sorted(one.proposed_at for one in found)


def test_every_step_is_told_in_the_order_in_which_they_were_taken_and_no_other_ones(office):
    publication, other = published(office, paper()), checked(office, paper(from_=date(2026, 2, 1)))

    def work(unit):
        for number in range(MANY):
            kept.note(office.desk, unit, OVERSEER, publication, "comment", comment=str(number))

    office.store.run(work)
    steps = reading.read_rulebook(office.desk, OVERSEER, publication).steps
    assert [one.comment for one in steps[3:]] == [str(number) for number in range(MANY)]
    assert [one.step for one in reading.read_rulebook(office.desk, OVERSEER, other).steps] == ["propose", "check"]


def test_a_step_names_the_account_and_the_role_that_took_it(office):
    steps = reading.read_rulebook(office.desk, OVERSEER, published(office, paper())).steps
    assert [(one.who, one.role) for one in steps] == [(one.who, one.role) for one in (AUTHOR, AUTHOR, APPROVER)]


def test_the_day_is_the_one_at_the_installation(office):
    office.now = lambda: datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    office.desk = office.desk_with(office.books)
    assert taking.today(office.desk) == date(2026, 7, 1), "in London it is half past midnight"


def test_who_proposed_it_does_not_approve_it_even_where_no_policy_says_so(office, monkeypatch):
    publication = checked(office, paper())
    monkeypatch.setattr(taking, "permit", lambda *_: None)
    both = asked("rule_approver", who=AUTHOR.who, unit="health_unit")
    with pytest.raises(SameOfficerError, match="who proposed it wants to approve it"):
        approved(office, publication, paper(), both)
