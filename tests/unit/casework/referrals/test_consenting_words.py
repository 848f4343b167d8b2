"""Child and guardian say different things of an offer: the child's word counts, and somebody looks, once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import ON, asked, new_office
from person_desk import come_in
from referral_desk import (
    ADULT,
    CHILD,
    a_case,
    agree,
    answers,
    ask_for,
    clocks,
    entries_of,
    lying,
    referral_of,
    tasks,
    tick,
)

from nrm.casework.clocks import duties
from nrm.casework.person import reading, saying
from nrm.casework.referral_errors import RefusedByPersonError
from nrm.casework.referrals import consenting, referring

CARE = "medical_care"
LOOK = "look_at_disagreement"
AGED = "identity: {first_name: CanaryBo, birth_date: 1990-05-17, birth_date_basis: document}\n"
YOUNG = "identity: {first_name: CanaryBo, birth_date: 2012-05-17, birth_date_basis: document}\n"


def choose(office, case, by, *, wanted, offer=CARE):
    return consenting.note_choice(office.desk, asked(), case, offer, wanted=wanted, by=by)


def a_child_helped(office, **more):
    """A child with a referral for care, which the guardian agreed to."""
    case = a_case(office, CHILD)
    agree(office, case, by="guardian")
    return case, ask_for(office, case, **more).referral


def looks(office, case):
    return [one for one in clocks(office, case) if one.code == LOOK]


@pytest.mark.parametrize("hold", [False, True])
def test_a_guardians_no_takes_nothing_from_a_child_who_wants_it(office, hold):
    case, one = a_child_helped(office, hold=hold)
    choose(office, case, "self", wanted=True)
    before = lying(office, case)
    refused = choose(office, case, "guardian", wanted=False)
    assert referral_of(office, case, one.id) == one
    assert lying(office, case) == before
    (task,) = looks(office, case)
    assert (task.by, task.about, task.why, task.offer) == ("caseworker", refused.id, (CARE,), None)


def test_a_guardians_yes_lifts_no_no_of_the_child(office):
    case, one = a_child_helped(office)
    choose(office, case, "self", wanted=False)
    assert referral_of(office, case, one.id).passed[-1].reason == "not_wanted"
    choose(office, case, "guardian", wanted=True)
    with pytest.raises(RefusedByPersonError, match="the person said"):
        ask_for(office, case)
    assert tasks(office, case, CARE) == []
    assert len(looks(office, case)) == 1


def test_a_guardians_no_takes_back_what_a_silent_child_was_to_get_until_the_child_wants_it(office):
    case, one = a_child_helped(office)
    choose(office, case, "guardian", wanted=False)
    assert referral_of(office, case, one.id).passed[-1].reason == "not_wanted"
    assert (tasks(office, case, CARE), looks(office, case)) == ([], [])
    with pytest.raises(RefusedByPersonError, match="a guardian said") as refused:
        ask_for(office, case)
    assert "ask the child alone" in str(refused.value)
    choose(office, case, "self", wanted=True)
    assert tasks(office, case, CARE) == ["offer_unheld"]
    assert [task.why for task in looks(office, case)] == [(CARE,)]
    assert ask_for(office, case).referral.state == "sent"


def test_the_childs_own_yes_lifts_the_childs_own_no(office):
    case, _ = a_child_helped(office)
    choose(office, case, "self", wanted=False)
    choose(office, case, "self", wanted=True)
    assert (tasks(office, case, CARE), looks(office, case)) == (["offer_unheld"], [])
    assert ask_for(office, case).referral.state == "sent"


def test_somebody_looks_once_at_each_disagreement_however_often_it_is_said_again(office):
    case, _ = a_child_helped(office)
    choose(office, case, "self", wanted=True)
    for _ in range(3):
        choose(office, case, "guardian", wanted=False)
    choose(office, case, "self", wanted=True)
    (task,) = looks(office, case)
    duties.finish(office.desk, asked(), case, task.id)
    choose(office, case, "guardian", wanted=False)
    office.decide(case)
    assert [one.state for one in looks(office, case)] == ["done"]
    choose(office, case, "guardian", wanted=True)
    choose(office, case, "guardian", wanted=False)
    assert sorted(one.state for one in looks(office, case)) == ["done", "running"]
    choose(office, case, "guardian", wanted=False, offer="legal_aid")
    choose(office, case, "self", wanted=True, offer="legal_aid")
    assert sorted(one.why for one in looks(office, case) if one.state == "running") == [("legal_aid",), (CARE,)]


def test_that_they_agree_again_ends_no_look(office):
    case, _ = a_child_helped(office)
    choose(office, case, "self", wanted=True)
    choose(office, case, "guardian", wanted=False)
    choose(office, case, "self", wanted=False)
    assert [one.state for one in looks(office, case)] == ["running"]


def test_a_guardians_wish_opens_again_what_was_fulfilled(office):
    case, one = a_child_helped(office)
    for verb in ("accept", "complete"):
        answers(office, one.service, one.id, verb)
    assert tasks(office, case, CARE) == []
    choose(office, case, "guardian", wanted=True)
    assert tasks(office, case, CARE) == ["offer_unheld"]


def test_a_guardians_word_counts_for_no_adult(office):
    case = a_case(office, ADULT)
    agree(office, case)
    one = ask_for(office, case).referral
    choose(office, case, "guardian", wanted=False)
    choose(office, case, "self", wanted=True)
    assert referral_of(office, case, one.id).state == "sent"
    assert looks(office, case) == []


def test_a_guardians_no_ends_when_the_newest_plan_knows_an_adult(office):
    case, _ = a_child_helped(office)
    choose(office, case, "guardian", wanted=False)
    office.amend(case, 1, AGED)
    assert tasks(office, case, CARE) == []
    office.decide(case)
    assert tasks(office, case, CARE) == ["offer_unheld"]


def test_whoever_turns_out_to_be_a_child_loses_nothing_to_an_earlier_no_and_gets_nothing_new_by_it(office):
    case = a_case(office, ADULT)
    agree(office, case, by="guardian")
    agree(office, case)
    one = ask_for(office, case, hold=True).referral
    choose(office, case, "guardian", wanted=False)
    office.amend(case, 1, YOUNG)
    office.decide(case)
    assert referral_of(office, case, one.id).state == "draft"
    assert "look_at_disorder" in tasks(office, case)
    with pytest.raises(RefusedByPersonError, match="a guardian said"):
        referring.send_draft(office.desk, asked(), case, one.id, None, ON)
    choose(office, case, "self", wanted=True)
    assert referring.send_draft(office.desk, asked(), case, one.id, None, ON).referral.state == "sent"


def test_in_their_own_rooms_each_is_told_what_is_theirs_and_the_childs_word_counts(office):
    case, one = a_child_helped(office)
    child, guardian = come_in(office, case), come_in(office, case, "guardian")

    def wanted(session):
        return {one.offer: one.wanted for one in reading.own_offers(office.desk, session)}[CARE]

    saying.own_choice(office.desk, guardian, CARE, wanted=True)
    assert (wanted(child), wanted(guardian)) == (True, True)
    saying.own_choice(office.desk, child, CARE, wanted=True)
    saying.own_choice(office.desk, guardian, CARE, wanted=False)
    assert (wanted(child), wanted(guardian)) == (True, False)
    assert referral_of(office, case, one.id).state == "sent"
    assert [task.why for task in looks(office, case)] == [(CARE,)]
    assert [one.role for one in entries_of(office, "choice:make")] == ["person"] * 3


@settings(max_examples=15)
@given(words=st.lists(st.booleans(), max_size=4), early=st.lists(st.booleans(), max_size=2), rounds=st.booleans())
def test_no_sequence_of_a_guardians_words_revokes_what_the_child_wants(tmp_path_factory, words, early, rounds):
    office = new_office(tmp_path_factory.mktemp("office"))
    case = a_case(office, CHILD)
    agree(office, case, by="guardian")
    for wanted in early:
        choose(office, case, "guardian", wanted=wanted)
    choose(office, case, "self", wanted=True)
    one = ask_for(office, case).referral
    for wanted in words:
        choose(office, case, "guardian", wanted=wanted)
        if rounds:
            tick(office)
            office.decide(case)
    assert referral_of(office, case, one.id) == one
    assert entries_of(office, "referral:revoke") == []
