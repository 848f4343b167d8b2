"""A rulebook on its way into force: who may take which step, in which order, and what is on the log."""

from datetime import date
from uuid import uuid4

import pytest
from offices import asked, record
from published import BEGINS, LATER, OFFICERS, paper
from referral_desk import said
from rulebook_desk import (
    APPROVER,
    AUTHOR,
    OVERSEER,
    approved,
    checked,
    proposed,
    published,
    rulebook_office,
)

from nrm.casework.asked import NotPermittedError
from nrm.casework.cases import keep
from nrm.casework.errors import NoSuchRecordError, TakenError
from nrm.casework.rulebooks import checking, enforcing, judging, proposing, reading
from nrm.errors import NrmError
from nrm.publishing.errors import (
    BundleRefusedError,
    NoRulebookError,
    NotSignedError,
    SameOfficerError,
    StatementRefusedError,
)
from nrm.publishing.lifecycle import StepRefusedError

JUNE = date(2026, 6, 1)


@pytest.fixture
def office(tmp_path):
    return rulebook_office(tmp_path)


def state(office, publication):
    return reading.read_rulebook(office.desk, OVERSEER, publication).record.thing.state


def later(first, from_=JUNE, changes=LATER):
    return paper(changes, from_=from_, previous=first)


def test_a_rulebook_comes_into_force_by_two_officers_and_every_step_is_on_the_log(office):
    first = paper()
    publication = published(office, first)
    assert [record.thing.state for record in enforcing.enforce(office.desk)] == ["in_force"]
    assert enforcing.enforce(office.desk) == []
    assert said(office) == [
        *(("rulebook:propose", "done"), ("rulebook:prove", "done")),
        *(("rulebook:approve", "done"), ("rulebook:enforce", "done")),
    ]
    assert {entry.rulebook for entry in office.entries()} == {first.statement.bundle}
    told = reading.read_rulebook(office.desk, OVERSEER, publication)
    assert [(one.step, one.officer, one.unit) for one in told.steps] == [
        ("propose", "ada", "law_unit"),
        ("check", None, None),
        ("approve", "ben", "health_unit"),
        ("enforce", None, None),
    ]
    assert reading.read_archive_of(office.desk, AUTHOR, publication) == first.archive


def test_before_the_first_rulebook_nothing_is_decided_and_the_error_says_what_to_do(office):
    for asks in (
        lambda: office.books.engine(office.day, None),
        lambda: keep.open_case(office.desk, asked(), record("facts: {signs: [debt]}\n"), office.day),
    ):
        with pytest.raises(NoRulebookError, match="no approved rulebook is in force on `2026-03-01`; publish one"):
            asks()


@pytest.mark.parametrize(
    ("who", "step"),
    [
        (asked("caseworker"), "propose"),
        (APPROVER, "propose"),
        (OVERSEER, "check"),
        (AUTHOR, "approve"),
        (AUTHOR, "reject"),
        (asked("administrator"), "withdraw"),
        (OVERSEER, "comment"),
        (asked("caseworker"), "read"),
    ],
)
def test_who_may_not_take_a_step_is_denied_and_that_is_on_the_log(office, who, step):
    first = paper()
    publication = checked(office, first) if step != "propose" else None
    before = len(office.entries())
    take = {
        "propose": lambda: proposed(office, first, who),
        "check": lambda: checking.check(office.desk, who, publication),
        "approve": lambda: approved(office, publication, first, who),
        "reject": lambda: judging.reject(office.desk, who, publication, "No."),
        "withdraw": lambda: judging.withdraw(office.desk, who, publication, "No."),
        "comment": lambda: judging.comment(office.desk, who, publication, "Hm."),
        "read": lambda: reading.list_rulebooks(office.desk, who),
    }
    with pytest.raises(NotPermittedError):
        take[step]()
    assert [why for _, why in said(office, before)] == ["not_permitted"]


def test_an_author_cannot_approve_by_taking_the_other_role(office):
    first = paper()
    publication = checked(office, first)
    for who in (asked("rule_approver", who=AUTHOR.who, unit="health_unit"), asked("rule_approver", unit="law_unit")):
        with pytest.raises(NotPermittedError) as denied:
            approved(office, publication, first, who)
        assert denied.value.why == "same_person"
    assert state(office, publication) == "checked"


def test_the_signature_of_an_approver_of_the_same_unit_is_refused_and_on_the_log(office):
    first = paper()
    publication = checked(office, first)
    with pytest.raises(SameOfficerError, match="same unit"):
        approved(office, publication, first, name="cleo")
    assert said(office)[-1] == ("rulebook:approve", "same_person")


def test_who_hands_in_a_signature_is_of_the_unit_of_its_key(office):
    elsewhere = asked("rule_approver", who=APPROVER.who, unit="third_unit")
    publication = checked(office, paper())
    with pytest.raises(SameOfficerError, match="another unit than yours"):
        approved(office, publication, paper(), elsewhere)


def test_a_false_signature_proposes_and_approves_nothing(office):
    first = paper()
    with pytest.raises(NotSignedError):
        proposed(office, first, name="ben")
    publication = checked(office, first)
    with pytest.raises(NotSignedError):
        judging.approve(office.desk, APPROVER, OFFICERS, publication, later(first).signed("ben"))
    assert said(office)[-1] == ("rulebook:approve", "wrong_credentials")
    assert state(office, publication) == "checked"


def test_a_bundle_and_a_statement_that_do_not_belong_together_are_refused(office):
    first, second = paper(), later(paper())
    with pytest.raises(BundleRefusedError):
        proposing.propose(office.desk, AUTHOR, OFFICERS, second.archive, first.text, first.signed())
    with pytest.raises(BundleRefusedError):
        proposing.propose(office.desk, AUTHOR, OFFICERS, b"no bundle", first.text, first.signed())
    with pytest.raises(StatementRefusedError):
        proposing.propose(office.desk, AUTHOR, OFFICERS, first.archive, b"{}", first.signed())


def test_the_same_statement_is_proposed_once(office):
    proposed(office, paper())
    with pytest.raises(TakenError):
        proposed(office, paper())


def test_what_was_not_checked_is_not_approved(office):
    publication = proposed(office, paper())
    with pytest.raises(StepRefusedError, match="`approve` cannot follow on a rulebook that is `proposed`"):
        approved(office, publication, paper())


def test_a_statement_that_says_more_than_the_checks_find_stays_proposed(office):
    first = paper()
    counts = first.statement.checks.model_copy(update={"survivors": 0, "mutants": 1})
    lying = type(first)((), first.archive, first.statement.model_copy(update={"checks": counts}), first.report)
    publication = proposed(office, lying)
    made = checking.check(office.desk, APPROVER, publication)
    assert made.thing.state == "proposed"
    assert "something else comes out than was signed: checks" in made.thing.faults[0]
    assert said(office)[-1] == ("rulebook:prove", "not_proved")
    with pytest.raises(StepRefusedError):
        approved(office, publication, lying)


def test_an_example_that_fails_stands_against_a_rulebook(office):
    wrong = paper((("rules/care/shelter.examples.yaml", ("expect: [shelter]", "expect: [doctor]")),))
    made = checking.check(office.desk, AUTHOR, proposed(office, wrong))
    assert made.thing.state == "proposed"
    assert any("shelter.examples.yaml" in fault for fault in made.thing.faults)


def test_a_guarantee_that_does_not_hold_stands_against_a_rulebook(office):
    from small_guarantees import FAILS, place, text  # noqa: PLC0415 - only here

    made = checking.check(office.desk, AUTHOR, proposed(office, paper(((place("fails"), text("fails", FAILS)),))))
    assert made.thing.state == "proposed"
    assert any(fault.startswith("proof: fails") and "refuted" in fault for fault in made.thing.faults)


def test_checks_are_told_while_they_run(office):
    heard = set()
    checking.check(
        office.desk, AUTHOR, proposed(office, paper()), lambda what, done, every: heard.add((what, done == every))
    )
    assert {what for what, whole in heard if whole} == {"examples", "guarantees", "mutants"}


def test_what_was_rejected_or_withdrawn_takes_no_further_step(office):
    first = paper()
    publication = checked(office, first)
    judging.comment(office.desk, APPROVER, publication, "Why three days?")
    judging.reject(office.desk, APPROVER, publication, "Three days are too many.")
    with pytest.raises(StepRefusedError):
        approved(office, publication, first)
    again = paper(from_=date(2026, 2, 1))
    other = checked(office, again)
    judging.withdraw(office.desk, AUTHOR, other, "A slip.")
    with pytest.raises(StepRefusedError):
        approved(office, other, again)
    steps = reading.read_rulebook(office.desk, OVERSEER, publication).steps
    assert [one.comment for one in steps if one.comment] == ["Why three days?", "Three days are too many."]


@pytest.mark.parametrize("text", ["", "   ", "x" * 4_001])
def test_a_comment_says_something(office, text):
    publication = checked(office, paper())
    with pytest.raises(judging.CommentRefusedError):
        judging.comment(office.desk, AUTHOR, publication, text)


def test_what_decides_already_is_not_withdrawn(office):
    publication = published(office, paper())
    with pytest.raises(StepRefusedError, match="roll back"):
        judging.withdraw(office.desk, APPROVER, publication, "Stop.")
    assert state(office, publication) == "approved"


def test_what_was_approved_for_a_later_day_can_be_withdrawn_before_it(office):
    first = paper()
    published(office, first)
    publication = published(office, later(first))
    judging.withdraw(office.desk, APPROVER, publication, "Not yet.")
    office.day = JUNE
    assert office.books.on(JUNE).digest == first.statement.bundle


@pytest.mark.parametrize("from_", [date(2026, 2, 28), BEGINS])
def test_no_rulebook_looks_back(office, from_):
    first = paper()
    published(office, first)
    second = later(first, from_)
    publication = checked(office, second)
    with pytest.raises(StatementRefusedError, match="is over or belongs to the one before"):
        approved(office, publication, second)


def test_what_was_compared_with_another_rulebook_than_it_replaces_is_not_approved(office):
    first = paper()
    published(office, first)
    alone = paper(LATER, from_=JUNE)
    publication = checked(office, alone)
    with pytest.raises(StatementRefusedError, match="compared with another bundle"):
        approved(office, publication, alone)


def test_nobody_hears_of_a_publication_that_there_is_not(office):
    for ask in (reading.read_rulebook, reading.read_archive_of, checking.check):
        with pytest.raises(NoSuchRecordError):
            ask(office.desk, AUTHOR, uuid4())


def test_a_failed_step_changes_nothing(office):
    first = paper()
    publication = checked(office, first)
    for refused in (lambda: approved(office, publication, first, name="cleo"), lambda: proposed(office, first)):
        with pytest.raises(NrmError):
            refused()
    told = reading.read_rulebook(office.desk, OVERSEER, publication)
    assert (told.record.thing.state, len(told.steps)) == ("checked", 2)
    with pytest.raises(NoRulebookError):
        office.books.engine(office.day, None)
