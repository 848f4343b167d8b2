"""What the consent ledger comes to: every invariant of `nrm/referral/agreement.py`, on random ledgers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import (
    CLINIC,
    POOL,
    PURPOSE,
    RECIPIENT,
    SHELTER,
    TODAY,
    answer,
    answers,
    by_definition,
    day,
    ledgers,
    people,
)

from nrm.referral.agreement import agreed, ends

NEVER = {"child": False, "of_age": None}
IN_DOUBT = {"child": True, "of_age": None}


def today(ledger, service=SHELTER, on=TODAY, **person):
    return agreed(ledger, PURPOSE, RECIPIENT, service, on, **(person or NEVER))


@given(ledgers, people, st.sampled_from((SHELTER, CLINIC)))
def test_what_is_agreed_is_a_yes_of_the_right_person_that_nothing_stands_against(ledger, person, service):
    assert today(ledger, service, **person).groups == by_definition(ledger, service, TODAY, **person)


@given(ledgers.flatmap(lambda ledger: st.tuples(st.just(ledger), st.permutations(ledger))), people)
def test_the_order_of_the_lines_does_not_matter(both, person):
    assert today(both[0], **person) == today(iter(both[1]), **person)


@given(ledgers, people)
def test_there_is_a_reason_exactly_when_there_is_no_agreement(ledger, person):
    found = today(ledger, **person)
    assert (found.why is None) == bool(found.groups) == bool(found.answers)
    if found.why is not None:
        assert found.until is None


@given(ledgers, people)
def test_an_agreement_rests_on_consents_that_were_given_for_its_groups(ledger, person):
    found = today(ledger, **person)
    rests_on = [line for line in ledger if line.id in found.answers]
    assert all(line.state == "given" and line.service in {None, SHELTER} for line in rests_on)
    assert all(line.purpose == PURPOSE and line.recipient == RECIPIENT for line in rests_on)
    assert found.groups <= {group for line in rests_on for group in line.groups}


@given(ledgers, people, answers(states=("refused", "withdrawn")))
def test_adding_a_refusal_never_adds_a_group(ledger, person, refusal):
    before, after = today(ledger, **person), today([*ledger, refusal], **person)
    assert after.groups <= before.groups


@given(ledgers, people, answers(services=(CLINIC,)))
def test_an_answer_about_one_service_changes_nothing_for_another(ledger, person, about_clinic):
    assert today([*ledger, about_clinic], SHELTER, **person) == today(ledger, SHELTER, **person)


@given(ledgers, people, answers(purpose="health_care"))
def test_an_answer_for_one_purpose_changes_nothing_for_another(ledger, person, other):
    assert today([*ledger, other], **person) == today(ledger, **person)


@given(ledgers, people, answers(states=("refused", "withdrawn"), by="self", purpose=PURPOSE, recipient=RECIPIENT))
def test_the_persons_own_newest_no_always_counts(ledger, person, no):
    latest = no.model_copy(update={"at": no.at + timedelta(days=30)})
    found = today([*ledger, latest], latest.service or SHELTER, **person)
    assert not found.groups & set(latest.groups or POOL)


@given(ledgers, people, answers(states=("given",), by="guardian", purpose=PURPOSE, recipient=RECIPIENT))
def test_no_yes_of_a_guardian_lifts_the_no_of_a_child(ledger, person, yes):
    no = answer("refused", -5, groups=())
    only_no = [line for line in ledger if line.by == "guardian"]
    assert today([*only_no, no, yes], **person).groups == frozenset()


@given(st.lists(answers(by="self"), max_size=6))
def test_a_child_alone_agrees_to_nothing(ledger):
    assert today(ledger, **IN_DOUBT).groups == frozenset()


@given(st.lists(answers(by="guardian"), max_size=6), st.none() | st.integers(-4, 0).map(day))
def test_a_guardian_alone_agrees_to_nothing_for_an_adult(ledger, of_age):
    assert today(ledger, child=False, of_age=of_age).groups == frozenset()


@given(ledgers, people)
def test_an_agreement_ends_after_its_last_day_and_not_before(ledger, person):
    said = [line for line in ledger if line.at.date() <= TODAY]
    found = today(said, **person)
    if found.until is not None:
        assert today(said, on=found.until, **person).groups >= found.groups
        later = today(said, on=found.until + timedelta(days=1), **person)
        assert not set(found.answers) <= set(later.answers)


@given(people)
def test_silence_agrees_to_nothing(person):
    assert today([], **person).why == "no_consent"


@pytest.mark.parametrize(
    ("ledger", "person", "why"),
    [
        ([answer("refused")], NEVER, "refused"),
        ([answer("given", -2), answer("withdrawn", -1)], NEVER, "withdrawn"),
        ([answer("given", -2), answer("refused", -2)], NEVER, "refused"),
        ([answer("given", -2), answer("given", -1, until=day(-1))], NEVER, "consent_over"),
        ([answer("given", -2)], IN_DOUBT, "guardian_needed"),
        ([answer("given", -2, by="guardian")], NEVER, "consent_over"),
        ([answer("given", -2, by="guardian")], {"child": False, "of_age": TODAY}, "consent_over"),
        ([answer("given", -2)], {"child": False, "of_age": TODAY}, "consent_over"),
        ([answer("given", -2, by="guardian")], {"child": True, "of_age": TODAY}, "consent_over"),
        ([answer("given", -1, by="guardian"), answer("refused", -2)], IN_DOUBT, "refused"),
        ([answer("given", -2), answer("refused", -1, groups=(), service=SHELTER)], NEVER, "refused"),
        ([answer("given", -2, service=CLINIC)], NEVER, "no_consent"),
        ([answer("refused", -3, groups=("health",)), answer("withdrawn", -1, groups=("contact",))], NEVER, "withdrawn"),
    ],
)
def test_the_reason_is_that_of_the_newest_answer(ledger, person, why):
    assert today(ledger, **person).why == why


@pytest.mark.parametrize(
    ("ledger", "person", "groups"),
    [
        ([answer("refused", -2, groups=()), answer("given", -1, ("contact",))], NEVER, {"contact"}),
        ([answer("refused", -2, service=CLINIC), answer("given", -3)], NEVER, set(POOL)),
        ([answer("given", -2), answer("withdrawn", -1, ("health",))], NEVER, {"identity", "contact"}),
        ([answer("given", -2), answer("given", -1, ("health",), until=day(-1))], NEVER, {"identity", "contact"}),
        ([answer("given", 0)], {"child": False, "of_age": TODAY}, set(POOL)),
        ([answer("given", -1, by="guardian")], {"child": False, "of_age": day(1)}, set(POOL)),
        ([answer("given", -1, by="guardian"), answer("given", 0)], IN_DOUBT, set(POOL)),
        ([answer("refused", -3), answer("given", -2, by="guardian"), answer("given", -1)], IN_DOUBT, set(POOL)),
        ([answer("given", 0, by="guardian")], {"child": True, "of_age": day(-1)}, set(POOL)),
    ],
)
def test_groups_are_agreed_one_by_one(ledger, person, groups):
    found = today(ledger, **person)
    assert found.groups == groups
    assert found.why is None


def test_the_last_day_is_the_first_end_of_all_that_it_rests_on():
    long, short = answer("given", -2, ("contact",), until=day(9)), answer("given", -2, ("health",), until=day(3))
    assert today([long, short]).until == day(3)
    assert today([long]).until == day(9)
    assert today([answer()]).until is None


def test_a_guardians_consent_ends_on_the_day_before_the_birthday():
    open_end, early = answer("given", by="guardian"), answer("given", by="guardian", until=day(2))
    assert ends(open_end, day(5)) == day(4)
    assert ends(early, day(5)) == day(2)
    assert ends(open_end, None) is None
    assert ends(answer("given", 5), day(5)) is None
    assert today([open_end], child=True, of_age=day(5)).until == day(4)
    assert today([open_end], on=day(4), child=True, of_age=day(5)).why is None
    assert today([open_end], on=day(5), child=False, of_age=day(5)).why == "consent_over"


def test_a_consent_holds_on_its_last_day():
    assert today([answer(until=TODAY)]).why is None
    assert today([answer(until=TODAY - timedelta(days=1))]).why == "consent_over"
    assert today([answer(until=date.max)]).until == date.max


def test_of_two_yeses_of_one_moment_the_one_that_ends_sooner_decides():
    long, short = answer(until=day(9)), answer(until=day(1))
    assert today([long, short]).until == today([short, long]).until == day(1)
    assert today([answer(), answer(until=day(-1))]).why == "consent_over"
