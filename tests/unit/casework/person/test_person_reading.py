"""What a person reads of their own case: their plan, what was said, how far help is; and never who else, or where."""

import pytest
from offices import CANARIES, asked
from person_desk import a_session, come_in
from referral_desk import ADULT, CHILD, agree, agreed_and_sent, ask_for, entries_of, later
from small_directory import ADDRESS, KEYS

from nrm.casework.person import reading
from nrm.casework.referrals import consenting
from nrm.letter.letter import discreet_letter
from nrm.rulebook.wording import LANGUAGES


def words_of(plan):
    return repr(plan.letter) + plan.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_comes_in_their_language_and_names_nobody(office, language):
    _, session = a_session(office, language=language)
    plan = reading.own_plan(office.desk, session)
    assert plan.letter.language == language
    assert not plan.disputed
    assert plan.letter.sections
    for canary in CANARIES:
        assert canary not in words_of(plan)


def test_the_plan_is_the_newest_decision_and_no_new_one_is_made(office):
    case, session = a_session(office)
    before = office.store.run(lambda unit: len(unit.decisions.of(case)))
    office.amend(case, 1, "health: {urgent_medical_need: no}")
    shown = reading.own_plan(office.desk, session)
    assert office.store.run(lambda unit: len(unit.decisions.of(case))) == before
    office.decide(case)
    assert reading.own_plan(office.desk, session).letter != shown.letter


def test_where_nothing_was_decided_there_is_no_plan(office):
    case = office.open(ADULT).case
    session = come_in(office, case)
    assert reading.own_plan(office.desk, session) is None
    assert reading.own_offers(office.desk, session) == []


def test_a_discreet_plan_is_the_discreet_letter(office):
    case, session = a_session(office, language="fr")
    plan = office.decide(case).plan
    shown = reading.own_plan(office.desk, session, discreet=True)
    assert shown.letter == discreet_letter(plan, office.desk.counter.speaker("fr"))
    whole = reading.own_plan(office.desk, session)
    assert len(shown.text) < len(whole.text)


def test_a_guardian_is_not_told_the_reasons(office):
    case, own = a_session(office, CHILD)
    guardian = come_in(office, case, "guardian")
    to_child, to_guardian = reading.own_plan(office.desk, own), reading.own_plan(office.desk, guardian)
    assert len(to_guardian.text) < len(to_child.text)
    assert not any(item.below for item in to_guardian.letter.sections[0].items)


def test_a_childs_no_is_not_told_to_the_guardian(office):
    case, own = a_session(office, CHILD)
    guardian = come_in(office, case, "guardian")
    agree(office, case, by="guardian")
    agree(office, case, by="self", state="refused")
    assert [one.state for one in reading.own_consents(office.desk, own)] == ["given", "refused"]
    assert [one.state for one in reading.own_consents(office.desk, guardian)] == ["given"]
    consenting.note_choice(office.desk, asked(), case, "medical_care", wanted=False)
    wanted = {one.offer: one.wanted for one in reading.own_offers(office.desk, guardian)}
    assert wanted["medical_care"] is None
    assert {one.offer: one.wanted for one in reading.own_offers(office.desk, own)}["medical_care"] is False


def test_a_referral_is_told_by_what_it_is_for_and_how_far_it_is_and_never_by_its_service(office):
    case, _ = agreed_and_sent(office, "safe_accommodation", "share_with_accommodation")
    session = come_in(office, case)
    (one,) = reading.own_referrals(office.desk, session)
    speaker = office.desk.counter.speaker("en")
    assert (one.what, one.state_label) == (speaker.label("safe_accommodation"), "sent")
    shown = repr(one)
    names = {office.services.candidate(key).name for key in KEYS} | {name for _, name in KEYS}
    assert [name for name in {*names, ADDRESS} if name in shown] == []


@pytest.mark.parametrize("turned", [False, True])
def test_requests_for_help_are_told_in_the_order_in_which_they_were_made_whatever_the_store_says(
    office, monkeypatch, turned
):
    """Their identifiers are random, and so is the order in which the store has them."""
    case, first = agreed_and_sent(office)
    later(office, hours=1)
    agree(office, case, "share_with_accommodation")
    second = ask_for(office, case, "safe_accommodation").referral
    read = reading.referrals_of

    def as_the_store_says(unit, open_case):
        return sorted(read(unit, open_case), key=lambda found: found[1].made_at, reverse=turned)

    monkeypatch.setattr(reading, "referrals_of", as_the_store_says)
    told = reading.own_referrals(office.desk, come_in(office, case))
    assert [one.referral for one in told] == [first.id, second.id]


def test_a_draft_that_was_never_sent_is_not_shown(office):
    case, _ = agreed_and_sent(office, hold=True)
    assert reading.own_referrals(office.desk, come_in(office, case)) == []


def test_each_reading_is_an_entry_with_the_case(office):
    _, session = a_session(office)
    reading.own_plan(office.desk, session)
    reading.own_consents(office.desk, session)
    reading.own_referrals(office.desk, session)
    for verb in ("decision:read", "consent:read", "referral:read"):
        (entry,) = entries_of(office, verb)
        assert (entry.role, entry.actor, entry.case is not None) == ("person", None, True)
