"""What a person is told of what they said, each look with its entry; and what is not taken for a yes or a no."""

from datetime import timedelta

import pytest
from person_desk import a_session, come_in
from referral_desk import agree, agreed_and_sent, differ, entries_of

from nrm.casework.person import reading, saying
from nrm.errors import UnknownNameError
from nrm.referral.voice import LONGEST_REMARK

HEALTH = "share_with_health"


def test_looking_at_what_help_there_is_leaves_an_entry_with_the_case(office):
    _, session = a_session(office)
    assert reading.own_offers(office.desk, session)
    (entry,) = entries_of(office, "decision:read")
    assert (entry.role, entry.actor, entry.case is not None) == ("person", None, True)


def test_looking_at_what_can_be_asked_leaves_an_entry_with_the_case(office):
    _, session = a_session(office)
    assert saying.own_questions(office.desk, session)
    (entry,) = entries_of(office, "consent:read")
    assert (entry.role, entry.case is not None) == ("person", True)


def test_only_what_the_plan_would_tell_is_asked(office):
    case, session = a_session(office)
    plan = office.decide(case).plan
    asked_for = {one.disclosure for one in saying.own_questions(office.desk, session)}
    every = {code for code, one in office.desk.books.words().disclosures.items() if one.basis == "consent"}
    assert asked_for == every & {line.code for line in plan.of("disclosure")}
    assert asked_for < every


def test_every_consent_is_taken_back_by_the_disclosure_that_was_agreed_to(office):
    """Some share purpose and recipient with one that the law orders, and nobody can take that back."""
    case, session = a_session(office)
    words = office.desk.books.words().disclosures
    agreed = [code for code, one in words.items() if one.basis == "consent"]
    for code in agreed:
        agree(office, case, code)
    told = [one.disclosure for one in reading.own_consents(office.desk, session)]
    assert told == agreed
    for code in told:
        saying.say_consent(office.desk, session, "withdrawn", code)
    assert [one.state for one in reading.own_consents(office.desk, session)][len(agreed) :] == ["withdrawn"] * len(told)


def test_a_person_hears_that_somebody_must_look_at_their_plan_first(office, monkeypatch):
    case, session = a_session(office)
    assert not reading.own_plan(office.desk, session).disputed
    differ(office, monkeypatch)
    office.decide(case)
    assert reading.own_plan(office.desk, session).disputed


@pytest.mark.parametrize("state", ["given", "refused"])
@pytest.mark.parametrize("shown", [{}, {"language": "en"}, {"wording": "2026-01"}])
def test_a_yes_or_no_names_the_text_and_the_language_in_which_it_was_shown(office, state, shown):
    _, session = a_session(office)
    with pytest.raises(UnknownNameError, match="it is not said which text was shown"):
        saying.say_consent(office.desk, session, state, HEALTH, **shown)
    assert reading.own_consents(office.desk, session) == []


def test_a_consent_is_taken_back_without_any_text(office):
    _, session = a_session(office)
    assert saying.say_consent(office.desk, session, "withdrawn", HEALTH).state == "withdrawn"


def test_a_consent_may_end_today_and_not_yesterday(office):
    _, session = a_session(office)
    today = office.desk.counter.calendar.day_of(office.desk.clock())
    shown = {"wording": office.desk.counter.wordings.version_on(today), "language": "en"}
    with pytest.raises(UnknownNameError) as refused:
        saying.say_consent(office.desk, session, "given", HEALTH, until=today - timedelta(days=1), **shown)
    assert [one.file for one in refused.value.problems] == ["until"]
    assert saying.say_consent(office.desk, session, "given", HEALTH, until=today, **shown).until == today


def test_a_remark_may_be_as_long_as_is_said_and_no_longer(office):
    case, one = agreed_and_sent(office)
    session = come_in(office, case)
    saying.give_feedback(office.desk, session, one.id, remark="x" * LONGEST_REMARK)
    with pytest.raises(UnknownNameError, match="longer than"):
        saying.give_feedback(office.desk, session, one.id, remark="x" * (LONGEST_REMARK + 1))
