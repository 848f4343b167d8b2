"""The statement that officers sign, what a bundle changes, and which steps are open to whom."""

from dataclasses import replace
from datetime import date

import pytest
from offices import asked
from published import LATER, archive, paper
from referral_desk import said
from rulebook_desk import APPROVER, AUTHOR, OVERSEER, approved, checked, published, rulebook_office
from small_guarantees import FAILS, place, text

from nrm.casework.asked import NotPermittedError
from nrm.casework.errors import StaleVersionError
from nrm.casework.rulebooks import checking, comparing, judging, reading, stating
from nrm.publishing.errors import BundleRefusedError, ChecksFailedError, StatementRefusedError

MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)
NOT_PROVED = ((place("safe"), text("safe", FAILS)),)


@pytest.fixture
def office(tmp_path):
    return rulebook_office(tmp_path, MARCH)


def test_the_statement_made_here_is_the_one_that_any_machine_makes(office):
    first = paper()
    assert stating.statement(office.desk, AUTHOR, first.archive, date(2026, 1, 1)).said == first.statement
    published(office, first)
    second = stating.statement(office.desk, AUTHOR, archive(LATER), JUNE).said
    assert second == paper(LATER, from_=JUNE, previous=first).statement
    assert said(office)[-1] == ("rulebook:prove", "done")


def test_the_one_who_waits_for_the_checks_may_have_them_done(office):
    with pytest.raises(NotPermittedError):
        stating.statement(office.desk, asked("caseworker"), archive(), None)
    with pytest.raises(BundleRefusedError):
        stating.statement(office.desk, AUTHOR, b"no bundle", None)


def test_what_was_never_approved_does_not_come_back(office):
    publication = checked(office, paper())
    with pytest.raises(StatementRefusedError, match="never approved"):
        stating.statement_again(office.desk, AUTHOR, publication, None)
    approved(office, publication, paper())
    again = stating.statement_again(office.desk, AUTHOR, publication, None)
    assert (again.from_, again.rolls_back, again.previous) == (MARCH, True, paper().statement.bundle)


def test_the_changes_are_those_of_the_rules_that_differ_and_of_all_when_there_was_none(office):
    first = paper()
    whole = published(office, first)
    publication = checked(office, paper(LATER, from_=JUNE, previous=first))
    _, found = comparing.changes(office.desk, APPROVER, publication, "en")
    (rule,) = found.rules
    assert (found.previous, found.on, rule.change) == (first.statement.bundle, JUNE, "changed")
    assert {mark for mark, _ in rule.lines} >= {"-", "+"}
    assert (found.words, found.guarantees) == ((), {})
    _, all_new = comparing.changes(office.desk, OVERSEER, whole, "fr")
    assert {one.change for one in all_new.rules} == {"added"}
    assert all_new.guarantees == {"safe": "added"}
    with pytest.raises(NotPermittedError):
        comparing.changes(office.desk, asked("caseworker"), whole, "en")


def test_the_steps_that_are_told_are_those_that_the_policies_allow(office):
    publication = checked(office, paper())

    def may(who):
        return set(reading.read_rulebook(office.desk, who, publication).may)

    assert "approve" in may(APPROVER)
    assert may(replace(APPROVER, unit="law_unit")) == may(APPROVER) - {"approve", "reject"}
    assert may(AUTHOR) == {"check", "comment", "withdraw"}
    assert may(OVERSEER) == set()


def test_whoever_saw_another_version_takes_no_step(office):
    publication = checked(office, paper())
    for step in (judging.reject, judging.withdraw, judging.comment):
        with pytest.raises(StaleVersionError, match="the rulebook was changed"):
            step(office.desk, APPROVER, publication, "no", seen=1)
    assert judging.comment(office.desk, APPROVER, publication, "yes", seen=2).version == 2


def test_everybody_who_is_signed_in_hears_which_rulebook_decides(office):
    provider = asked("provider")
    assert reading.read_in_force(office.desk, provider) is None
    publication = published(office, paper())
    before = len(office.entries())
    assert reading.read_in_force(office.desk, provider).row.record == publication
    assert len(office.entries()) == before
    with pytest.raises(NotPermittedError):
        reading.read_in_force(office.desk, asked("worker"))


def test_who_may_check_is_asked_before_the_check_begins(office):
    publication = checked(office, paper())
    assert checking.may_check(office.desk, APPROVER, publication).version == 2
    for who in (OVERSEER, asked("caseworker")):
        with pytest.raises(NotPermittedError):
            checking.may_check(office.desk, who, publication)


def test_no_statement_is_made_of_what_is_not_proved(office):
    with pytest.raises(ChecksFailedError):
        stating.statement(office.desk, AUTHOR, archive(NOT_PROVED), None)
