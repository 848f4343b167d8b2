"""Whether a referral that was sent still rests on an agreement."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import CLINIC, POOL, PURPOSE, RECIPIENT, SHELTER, TODAY, answer, answers, day, ledgers, people

from nrm.referral.agreement import agreed, broken
from nrm.referral.referral import Referral

ADULT = {"child": False, "of_age": None}


def sent(groups=POOL, basis="consent", service=SHELTER):
    return Referral(
        id=UUID(int=1),
        state="sent",
        offer=None,
        disclosure="share_with_accommodation",
        recipient=RECIPIENT,
        purpose=PURPOSE,
        basis=basis,
        groups=groups,
        service=service,
        age="age1recipient",
        decision=UUID(int=2),
        made_at=answer().at,
        expires_at=answer(on=9).at,
    )


@given(ledgers, people, st.lists(st.sampled_from(POOL), unique=True))
def test_a_referral_is_broken_exactly_when_one_of_its_groups_is_agreed_no_more(ledger, person, groups):
    now = agreed(ledger, PURPOSE, RECIPIENT, SHELTER, TODAY, **person)
    holds = now.why is None and set(groups) <= now.groups
    assert (broken(sent(tuple(groups)), ledger, TODAY, **person) is None) == holds


@given(ledgers, people)
def test_a_referral_on_a_duty_is_never_broken_by_an_answer(ledger, person):
    assert broken(sent(basis="duty"), ledger, TODAY, **person) is None


@given(ledgers, people, answers(services=(CLINIC,)))
def test_what_is_said_of_one_service_never_breaks_a_referral_to_another(ledger, person, line):
    before = broken(sent(), ledger, TODAY, **person)
    assert broken(sent(), [*ledger, line], TODAY, **person) == before


@pytest.mark.parametrize(
    ("then", "why"),
    [
        (answer("withdrawn", groups=()), "withdrawn"),
        (answer("withdrawn", groups=("health",)), "withdrawn"),
        (answer("refused", service=SHELTER), "refused"),
        (answer("withdrawn", service=CLINIC), None),
        (answer("given", until=day(5)), None),
        (answer("given", until=day(-1)), "consent_over"),
        (answer("refused", by="guardian"), "refused"),
    ],
)
def test_a_newer_answer_breaks_a_referral_or_carries_it(then, why):
    assert broken(sent(), [answer("given", -3), then], TODAY, **ADULT) == why


def test_the_reason_is_that_of_a_group_that_was_lost():
    kept = [answer("given", -2, ("contact",)), answer("refused", -1, ("identity",)), answer("given", -3, ("health",))]
    assert broken(sent(("contact", "health")), kept, TODAY, **ADULT) is None
    assert broken(sent(("contact", "identity")), kept, TODAY, **ADULT) == "refused"
    assert broken(sent(("contact", "legal")), kept, TODAY, **ADULT) == "no_consent"


def test_a_guardians_consent_carries_a_referral_up_to_the_birthday_and_no_further():
    ledger = [answer("given", -2, by="guardian")]
    assert broken(sent(), ledger, day(4), child=True, of_age=day(5)) is None
    assert broken(sent(), ledger, day(5), child=False, of_age=day(5)) == "consent_over"


def test_a_referral_without_a_group_still_says_that_somebody_needs_help():
    yes, no = answer("given", -2), answer("withdrawn", -1, groups=())
    assert broken(sent(()), [yes], TODAY, **ADULT) is None
    assert broken(sent(()), [yes, no], TODAY, **ADULT) == "withdrawn"
