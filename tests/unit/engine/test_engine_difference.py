"""What two plans say differently is told line by line, the same way in both directions."""

from hypothesis import given, settings
from hypothesis import strategies as st
from offices import ON, real_app, real_books

from nrm.engine.difference import Difference, differences
from nrm.engine.facts import check_facts

WORDS = real_app().files.vocabulary
CHOICES = {name: sorted(fact.values) for name, fact in WORDS.facts.items() if fact.type == "choice"}
FACTS = st.lists(st.sampled_from(sorted(CHOICES)), max_size=8, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: st.sampled_from(CHOICES[name]) for name in names})
)
BACK = {
    "comes": "goes",
    "goes": "comes",
    "changes": "changes",
    "is_withheld": "is_withheld_no_more",
    "is_withheld_no_more": "is_withheld",
}


def plan(given):
    return real_books().engine(ON, None).decide(check_facts(given, WORDS), ON)


def codes(found, kind):
    return {line.code for line in found.of(kind)}


@settings(max_examples=60)
@given(one=FACTS, other=FACTS)
def test_every_line_that_only_one_plan_has_is_told_and_the_way_back_tells_the_opposite(one, other):
    before, after = plan(one), plan(other)
    found = differences(before, after)
    for kind in ("finding", "offer", "duty", "bar", "disclosure"):
        told = {line.code for line in found if line.kind == kind and line.how == "comes"}
        assert told == codes(after, kind) - codes(before, kind)
    assert set(differences(after, before)) == {Difference(BACK[line.how], line.kind, line.code) for line in found}
    assert differences(before, before) == ()


def test_they_come_in_the_order_of_the_plan():
    found = differences(plan({}), plan({"age_status": "child", "urgent_medical_need": "yes"}))
    kinds = [("finding", "offer", "duty", "bar", "disclosure").index(one.kind) for one in found]
    assert kinds == sorted(kinds)
    assert {"comes"} <= {one.how for one in found}
