"""A no to one service or one recipient is a no to that one, and costs nothing else."""

from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st
from sharing import (
    HERE,
    THEN,
    THERE,
    answer,
    answers,
    ledgers,
    on_random_books,
    one_share,
    permitted,
    planned,
    sharing_books,
)
from strategies import facts_of

from nrm.engine.canonical import canonical_plan
from nrm.referral.disclosure import Permission

LATER = THEN + timedelta(days=27)
no = answers(states=("refused", "withdrawn"))


def every_permission(made, plan, ledger):
    words = made.vocabulary
    return {
        (code, service): permitted(plan, words, ledger, code, service)
        for code in words.disclosures
        for service in (HERE, THERE)
    }


@on_random_books
@given(st.data())
def test_a_refusal_changes_no_permission_but_those_that_it_speaks_of(data):
    made = data.draw(sharing_books())
    plan = planned(made, data.draw(facts_of(made.vocabulary)))
    ledger, refusal = data.draw(ledgers()), data.draw(no)
    owed = canonical_plan(plan)
    before, after = every_permission(made, plan, ledger), every_permission(made, plan, [*ledger, refusal])
    assert canonical_plan(plan) == owed
    for (code, service), found in after.items():
        said = made.vocabulary.disclosures[code]
        meant = (said.purpose, said.recipient) == (refusal.purpose, refusal.recipient)
        if not meant or refusal.service not in {None, service} or said.basis == "duty":
            assert found == before[code, service]


@on_random_books
@given(st.data())
def test_a_new_refusal_of_everything_closes_what_it_speaks_of(data):
    made = data.draw(sharing_books())
    plan = planned(made, data.draw(facts_of(made.vocabulary)))
    ledger, refusal = data.draw(ledgers()), data.draw(no)
    final = refusal.model_copy(update={"groups": (), "at": LATER, "by": "self"})
    assume(all(line.at < LATER for line in ledger))
    for (code, service), found in every_permission(made, plan, [*ledger, final]).items():
        said = made.vocabulary.disclosures[code]
        meant = (said.purpose, said.recipient) == (final.purpose, final.recipient)
        if meant and final.service in {None, service} and said.basis == "consent":
            assert not isinstance(found, Permission)


def test_a_refusal_of_one_shelter_leaves_the_other_open():
    yes = answer("care", "clinic")
    refusal = answer("care", "clinic", (), state="refused", number=2, service=HERE, at=LATER)
    made = one_share("offer:bed", recipient="clinic", purpose="care", groups=("contact",))
    plan = planned(made, {"age": "unknown"})
    assert permitted(plan, made.vocabulary, [yes, refusal], "share", HERE).why == "refused"
    assert permitted(plan, made.vocabulary, [yes, refusal], "share", THERE).groups == ("contact",)
    assert plan.codes("offer") == {"bed"}
