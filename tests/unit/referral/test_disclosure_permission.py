"""What may be sent: the rule's groups, and the consent's or a duty, and those that the service needs."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sharing import (
    HERE,
    ON,
    THERE,
    answer,
    ledgers,
    on_random_books,
    one_share,
    permitted,
    planned,
    sharing_books,
    some_groups,
)
from small_books import book, rule
from strategies import facts_of

from nrm.engine.plan import Dispute
from nrm.referral.agreement import WhyNot, agreed
from nrm.referral.disclosure import Permission, Why, Withheld
from nrm.rulebook.vocabulary import GROUPS

YES = answer("advice", "lawyer")
TELL = "duty:tell/caseworker/1 days"


def sharing(*then, groups=("facts", "health", "contact"), duty=None, forbids=None):
    """Return the words and the plan of a book of one rule that shares; `duty` makes it share on a duty."""
    made = one_share(*then, forbids=forbids, groups=groups, basis="duty" if duty else "consent", duty=duty)
    return made.vocabulary, planned(made, {"age": "unknown"})


def test_what_may_be_sent_is_what_rule_and_person_and_service_all_say():
    words, plan = sharing()
    asked = answer("advice", "lawyer", ["health", "facts", "identity"], until=ON)
    found = permitted(plan, words, [asked], "share", needs=["health", "identity", "contact"])
    assert found == Permission(
        disclosure="share",
        recipient="lawyer",
        purpose="advice",
        basis="consent",
        duty=None,
        groups=("health",),
        consents=(asked.id,),
        until=ON,
        sources=("A/RES/76/7 §1",),
    )


def test_groups_stand_in_the_order_of_the_record():
    words, plan = sharing(groups=("health", "contact", "identity"))
    assert permitted(plan, words, [YES], "share", needs=reversed(GROUPS)).groups == ("identity", "contact", "health")


@pytest.mark.parametrize("needs", [None, (), ("identity", "evidence")])
def test_a_service_that_needs_nothing_that_may_be_told_learns_only_that_somebody_needs_it(needs):
    words, plan = sharing()
    found = permitted(plan, words, [YES], "share", needs=needs)
    assert (found.groups, found.consents) == ((), (YES.id,))


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_without_an_agreement_not_even_the_need_is_told(state):
    words, plan = sharing()
    assert permitted(plan, words, [], "share", needs=None) == Withheld("share", "no_consent")
    no = answer("advice", "lawyer", (), state=state)
    assert permitted(plan, words, [no], "share", needs=None) == Withheld("share", state)


def test_an_agreement_of_a_child_alone_is_none():
    words, plan = sharing()
    assert permitted(plan, words, [YES], "share", child=True) == Withheld("share", "guardian_needed")
    assert permitted(plan, words, [answer("advice", "lawyer", by="guardian")], "share", child=True).groups


def test_a_duty_that_stands_in_the_plan_takes_the_place_of_consent_and_is_limited_by_what_is_needed():
    words, plan = sharing(TELL, duty="tell")
    no = answer("advice", "lawyer", (), state="refused")
    found = permitted(plan, words, [no], "share", needs=["health"])
    assert (found.basis, found.duty, found.groups, found.consents) == ("duty", "tell", ("health",), ())
    assert permitted(plan, words, [YES], "share", needs=None).groups == ()


def test_nothing_is_sent_on_a_duty_that_nobody_has():
    words, plan = sharing(duty="tell")
    assert permitted(plan, words, [YES], "share") == Withheld("share", "not_in_plan")


@pytest.mark.parametrize("code", ["share", "tell"])
def test_a_bar_on_the_disclosure_or_on_its_duty_withholds_it(code):
    words, plan = sharing(TELL, "bar:hush", duty="tell", forbids={"hush": (code,)})
    assert permitted(plan, words, [YES], "share") == Withheld("share", "barred")


@pytest.mark.parametrize("then", [(), ("disclosure:other",)])
def test_what_no_rule_gives_is_not_sent(then):
    words, _ = sharing()
    plan = planned(book({"age": ["child"]}, rule("r", then=then)), {"age": "unknown"})
    assert permitted(plan, words, [YES], "share") == Withheld("share", "not_in_plan")
    assert permitted(plan, words, [YES], "unheard_of") == Withheld("unheard_of", "not_in_plan")


def test_nothing_is_sent_while_the_engines_differ():
    words, plan = sharing()
    disputed = replace(plan, dispute=Dispute(("r",), (), rete_failed=False))
    assert isinstance(permitted(plan, words, [YES], "share"), Permission)
    assert permitted(disputed, words, [YES], "share") == Withheld("share", "disputed")


def test_the_paragraphs_are_those_of_every_rule_that_shares_and_of_no_other():
    rules = [rule("b", then=["disclosure:share"]), rule("a", then=["disclosure:share"]), rule("c", then=["offer:bed"])]
    sources = {"a": ("Z §2", "A §1"), "b": ("A §1",), "c": ("C §3",)}
    made = book({"age": ["child"]}, *(replace(one, sources=sources[one.name]) for one in rules))
    plan = planned(made, {"age": "unknown"})
    assert permitted(plan, made.vocabulary, [YES], "share").sources == ("A §1", "Z §2")


@on_random_books
@given(st.data())
def test_nothing_is_permitted_beyond_rule_and_consent_or_duty_and_need(data):
    made = data.draw(sharing_books())
    words, plan = made.vocabulary, planned(made, data.draw(facts_of(made.vocabulary)))
    ledger = data.draw(ledgers())
    needs = data.draw(st.none() | some_groups)
    service, child = data.draw(st.sampled_from([HERE, THERE])), data.draw(st.booleans())
    for code, said in words.disclosures.items():
        found = permitted(plan, words, ledger, code, service, needs, child=child)
        agreement = agreed(ledger, said.purpose, said.recipient, service, ON, child=child, of_age=None)
        given_by_rule = code in plan.codes("disclosure") and (said.duty is None or said.duty in plan.codes("duty"))
        footing = said.basis == "duty" or agreement.why is None
        assert isinstance(found, Permission) == (given_by_rule and footing), found
        if isinstance(found, Permission):
            allowed = set(GROUPS) if said.basis == "duty" else agreement.groups
            assert set(found.groups) == set(said.groups) & set(needs or ()) & allowed
            assert (found.recipient, found.purpose, found.basis) == (said.recipient, said.purpose, said.basis)
            assert found.sources


def test_every_reason_of_the_ledger_is_a_reason_of_ours():
    assert set(get_args(WhyNot)) < set(get_args(Why))
