"""What a person says in their own case, and what follows: exactly what follows when a caseworker notes it."""

import pytest
from offices import asked
from person_desk import a_session, come_in
from referral_desk import (
    ADULT,
    CHILD,
    a_case,
    agree,
    agreed_and_sent,
    ask_for,
    later,
    referral_of,
    tasks,
)

from nrm.casework.asked import NotPermittedError
from nrm.casework.errors import NoSuchCaseError
from nrm.casework.person import saying
from nrm.casework.person.sessions import SessionOverError
from nrm.casework.referral_errors import NoSuchReferralError
from nrm.casework.referrals import consenting
from nrm.errors import UnknownNameError

HEALTH = "share_with_health"


def say(office, session, state="given", disclosure=HEALTH, **more):
    wording = office.desk.counter.wordings.version_on(office.desk.counter.calendar.day_of(office.desk.clock()))
    return saying.say_consent(office.desk, session, state, disclosure, wording, "en", **more)


def test_a_persons_own_yes_lets_a_referral_go_and_their_no_takes_it_back(office):
    case, session = a_session(office)
    assert ask_for(office, case).task == "consent_missing"
    answer = say(office, session)
    assert (answer.by, answer.state, answer.interpreter) == ("self", "given", "unknown")
    sent = ask_for(office, case).referral
    say(office, session, "withdrawn")
    assert referral_of(office, case, sent.id).state == "revoked"


def test_a_guardian_speaks_as_the_guardian_and_lifts_no_no_of_the_child(office):
    case, own = a_session(office, CHILD)
    guardian = come_in(office, case, "guardian")
    say(office, own, "refused")
    assert say(office, guardian).by == "guardian"
    assert ask_for(office, case).referral is None
    say(office, own)
    assert ask_for(office, case).referral.state == "sent"


def test_a_childs_own_yes_alone_is_not_enough(office):
    case, own = a_session(office, CHILD)
    say(office, own)
    assert ask_for(office, case).task == "guardian_missing"


def test_what_is_asked_is_what_the_plan_would_tell_with_the_text_that_is_read_out(office):
    _, session = a_session(office, language="es")
    found = saying.own_questions(office.desk, session)
    by_code = {one.disclosure: one for one in found}
    assert HEALTH in by_code
    words = office.desk.books.words().disclosures
    assert {words[code].basis for code in by_code} == {"consent"}
    one = words[HEALTH]
    spoken = office.desk.counter.wordings.spoken(
        one.purpose, one.recipient, one.groups, None, None, "es", by_code[HEALTH].wording, to="person"
    )
    assert by_code[HEALTH].text == spoken


@pytest.mark.parametrize(("speaks", "listener"), [("person", "child"), ("guardian", "guardian")])
def test_a_child_and_the_guardian_are_asked_in_words_for_them(office, speaks, listener):
    _, session = a_session(office, CHILD, speaks=speaks)
    one = office.desk.books.words().disclosures[HEALTH]
    question = next(each for each in saying.own_questions(office.desk, session) if each.disclosure == HEALTH)
    spoken = office.desk.counter.wordings.spoken(
        one.purpose, one.recipient, one.groups, None, None, "en", question.wording, to=listener
    )
    assert question.text == spoken


def test_more_than_was_read_out_is_not_agreed_to(office):
    _, session = a_session(office)
    with pytest.raises(UnknownNameError, match="never tells `exploiters`"):
        say(office, session, groups=("exploiters",))
    with pytest.raises(UnknownNameError, match="nothing that consent is asked for"):
        say(office, session, disclosure="share_with_guardian")
    with pytest.raises(UnknownNameError, match="is over"):
        say(office, session, until=office.now().date().replace(year=2020))


def test_what_is_not_wanted_is_taken_back_and_can_be_wanted_again(office):
    case, one = agreed_and_sent(office)
    session = come_in(office, case)
    choice = saying.own_choice(office.desk, session, "medical_care", wanted=False)
    assert (choice.by, referral_of(office, case, one.id).state) == ("self", "revoked")
    saying.own_choice(office.desk, session, "medical_care", wanted=True)
    assert tasks(office, case, "medical_care") == ["offer_unheld"]
    entry = [one for one in office.entries() if one.action == "api:choice:make"][-1]
    assert (entry.role, entry.actor) == ("person", None)


def test_that_somebody_feels_unsafe_is_a_supervisors_task_at_once(office):
    case, one = agreed_and_sent(office)
    session = come_in(office, case)
    saying.give_feedback(office.desk, session, one.id, met="no", safe="no", remark="CanaryRemark")
    assert "service_felt_unsafe" in tasks(office, case)
    (kept,) = consenting.read_feedback(office.desk, asked(), case)
    assert (kept.met, kept.safe, kept.remark) == ("no", "no", "CanaryRemark")


def test_feedback_is_the_persons_own_and_about_their_own_referrals(office):
    case, one = agreed_and_sent(office)
    own = come_in(office, a_case(office))
    with pytest.raises(NoSuchReferralError):
        saying.give_feedback(office.desk, own, one.id, safe="no")
    child, referral = agreed_child(office)
    guardian = come_in(office, child, "guardian")
    with pytest.raises(NotPermittedError):
        saying.give_feedback(office.desk, guardian, referral.id, safe="yes")
    with pytest.raises(UnknownNameError) as refused:
        saying.give_feedback(office.desk, come_in(office, case), one.id, met="CanaryMet", remark="x" * 4001)
    assert len(refused.value.problems) == 2
    assert "Canary" not in str(refused.value)


def agreed_child(office):
    case = a_case(office, CHILD)
    agree(office, case, by="guardian")
    return case, ask_for(office, case).referral


@pytest.mark.parametrize("role", ["person", "worker"])
def test_nobody_from_outside_gets_a_right_by_calling_themselves_the_person(office, role):
    case = a_case(office)
    for attempt in (
        lambda: consenting.note_consent(office.desk, asked(role), case, consenting.Said("given", HEALTH, "self")),
        lambda: office.read(case, "identity", who=asked(role)),
        lambda: office.decide(case, who=asked(role)),
    ):
        with pytest.raises((NotPermittedError, NoSuchCaseError)):
            attempt()
    assert consenting.consents(office.desk, asked(), case) == []


def test_when_the_session_is_over_nothing_is_said(office):
    case, session = a_session(office, ADULT)
    later(office, hours=1)
    with pytest.raises(SessionOverError):
        say(office, session)
    assert consenting.consents(office.desk, asked(), case) == []
