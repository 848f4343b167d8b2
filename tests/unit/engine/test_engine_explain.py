"""Why an outcome is not in a plan: every way that is shown really brings it, and the smallest comes first."""

from itertools import islice, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_books import ON, book, rule
from strategies import facts_of, random_facts, rulebooks

from nrm.engine.decide import Engine
from nrm.engine.explain import MOST_CHANGES, MOST_WAYS, Absence, Change, Way, why_not
from nrm.rulebook.vocabulary import UNKNOWN

FACTS = {"age": ["child", "adult", "disputed"], "signs": ("debt", "threats"), "days": (0, 90), "ill": ["yes", "no"]}


def absence(*rules, facts=None, code="bed", **more):
    engine = Engine(book(FACTS, *rules, **more))
    found = why_not(engine.program, facts or {}, code)
    engine.rete.close()
    return found


def changes(found):
    return [[(change.fact, change.values) for change in way.changes] for way in found.ways]


def value_of(program, fact, value):
    """A value that a record could hold: of an interval its lowest number."""
    if fact not in program.intervals:
        return value
    return None if value == UNKNOWN else next(i.low for i in program.intervals[fact] if i.name == value)


def changed(program, facts, way, values):
    """`facts` with one value taken for each change of `way`."""
    after = dict(facts)
    for change, value in zip(way.changes, values, strict=True):
        if change.observed:
            after[change.fact] = after.get(change.fact, frozenset()) | {value}
        else:
            after[change.fact] = value_of(program, change.fact, value)
    return after


def givers(plan, code):
    lines = [line for found in plan.lines.values() for line in found if line.code == code]
    return {reason.step.rule.name for line in lines for reason in line.reasons}


def every_way_is_true(engine, facts, found, most=64):
    for way in found.ways:
        assert len(way.changes) == len(found.ways[0].changes)
        assert way.rule in found.rules
        for values in islice(product(*(change.values for change in way.changes)), most):
            plan = engine.decide(changed(engine.program, facts, way, values), ON)
            assert way.rule in givers(plan, found.code), (way, values)


def test_one_fact_that_is_missing_is_named_with_every_value_that_would_do():
    found = absence(rule("r", when=[("age", "child", "disputed")], then=["offer:bed"]), facts={"age": "adult"})
    change = Change("age", ("child", "disputed"), observed=False, now="adult")
    assert found == Absence("bed", ("r",), (Way((change,), "r"),))


def test_a_code_would_be_observed_beside_those_that_are():
    seen = frozenset({"debt"})
    found = absence(rule("r", when=[("signs", "threats")], then=["offer:bed"]), facts={"signs": seen})
    assert found.ways == (Way((Change("signs", ("threats",), observed=True, now=seen),), "r"),)


def test_a_number_would_have_to_lie_in_an_interval():
    found = absence(rule("r", when=[("days", ">=30", "unknown")], then=["offer:bed"]), facts={"days": 3})
    assert found.ways == (Way((Change("days", ("30..90", UNKNOWN), observed=False, now=3),), "r"),)


def test_a_finding_is_followed_back_to_the_facts_that_make_it():
    found = absence(
        rule("bed", when=["finding:f", ("ill", "yes")], then=["offer:bed"]),
        rule("makes", when=[("signs", "debt", "threats")], then=["finding:f"]),
    )
    assert changes(found) == [[("ill", ("yes",)), ("signs", ("debt", "threats"))]]
    assert found.ways[0].rule == "bed"


def test_of_several_rules_the_one_with_the_smallest_change_is_shown():
    found = absence(
        rule("a_far", when=[("age", "child"), ("signs", "debt")], then=["offer:bed"]),
        rule("b_near", when=[("ill", "yes")], then=["offer:bed"]),
    )
    assert found.rules == ("a_far", "b_near")
    assert changes(found) == [[("ill", ("yes",))]]


def test_at_most_a_few_ways_are_shown_and_none_twice():
    rules = [rule(f"r{number}", when=[("days", f">={number}")], then=["offer:bed"]) for number in range(1, 9)]
    found = absence(*rules, rule("again", when=[("days", ">=1")], then=["offer:bed"]), facts={"days": 0})
    assert len(found.ways) == MOST_WAYS
    assert len({way.changes for way in found.ways}) == MOST_WAYS


def test_a_value_that_would_break_another_condition_is_left_out():
    found = absence(
        rule("r", when=[("age", "child", "disputed"), "finding:f"], then=["offer:bed"]),
        rule("makes", when=[("age", "child", "adult")], then=["finding:f"]),
        facts={"age": "adult"},
    )
    assert changes(found) == [[("age", ("child",))]]


def test_a_change_that_breaks_a_condition_that_held_is_narrowed_to_both():
    conditions = [("age", "disputed", "child"), ("age", "adult", "child")]
    found = absence(rule("r", when=conditions, then=["offer:bed"]), facts={"age": "adult"})
    assert changes(found) == [[("age", ("child",))]]


def test_values_are_left_out_when_only_some_combinations_of_them_would_do():
    found = absence(
        rule("r", when=[("age", "child", "adult"), ("ill", "yes", "no"), "finding:f"], then=["offer:bed"]),
        rule("makes", branches=[[("age", "child")], [("age", "adult"), ("ill", "yes")]], then=["finding:f"]),
        facts={"age": UNKNOWN, "ill": UNKNOWN},
    )
    assert changes(found) == [[("age", ("child",)), ("ill", ("yes", "no"))]]


def test_an_outcome_that_no_rule_gives_has_neither_rules_nor_ways():
    found = absence(rule("r", then=["bar:contact"]), forbids={"contact": ("bed",)})
    assert found == Absence("bed", (), ())


def test_an_outcome_whose_conditions_exclude_each_other_has_no_way():
    found = absence(rule("r", when=[("age", "child"), ("age", "adult")], then=["offer:bed"]))
    assert found == Absence("bed", ("r",), ())


def test_an_outcome_that_needs_more_changes_than_we_show_has_no_way():
    many = {f"fact_{number}": ["yes"] for number in range(MOST_CHANGES + 1)}
    engine = Engine(book(many, rule("r", when=[(name, "yes") for name in many], then=["offer:bed"])))
    assert why_not(engine.program, {}, "bed").ways == ()
    (way,) = why_not(engine.program, {"fact_0": "yes"}, "bed").ways
    assert len(way.changes) == MOST_CHANGES


def test_a_way_to_an_outcome_that_a_bar_would_withhold_is_not_shown():
    rules = [rule("call", when=[("ill", "yes")], then=["duty:call/caseworker/3 days"])]
    barred = rule("barred", when=[("age", "child")], then=["bar:contact"])
    for facts in ({"age": "child"}, {"age": "child", "ill": "yes"}):
        found = absence(*rules, barred, facts=facts, code="call", forbids={"contact": ("call",)})
        assert found == Absence("call", ("call",), ())
    assert changes(absence(*rules, barred, code="call", forbids={"contact": ("call",)})) == [[("ill", ("yes",))]]


def test_a_value_that_would_bring_the_bar_too_is_left_out():
    found = absence(
        rule("call", when=[("ill", "no", "yes")], then=["duty:call/caseworker/3 days"]),
        rule("barred", when=[("ill", "no")], then=["bar:contact"]),
        code="call",
        forbids={"contact": ("call",)},
    )
    assert changes(found) == [[("ill", ("yes",))]]


def test_a_search_that_would_take_too_long_ends_without_a_way():
    # Every finding has several makers, each again with several: far more paths than are walked.
    layers = [
        rule(f"r{n}_{way}", when=[f"finding:f{n + 1}", ("ill", "yes"), ("age", "child")], then=[f"finding:f{n}"])
        for n in range(12)
        for way in range(4)
    ]
    found = absence(rule("bed", when=["finding:f0"], then=["offer:bed"]), *layers)
    assert found == Absence("bed", ("bed",), ())


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_every_way_on_any_rulebook_brings_the_outcome_whichever_values_are_taken(data):
    rulebook = data.draw(rulebooks())
    facts = data.draw(facts_of(rulebook.vocabulary))
    engine = Engine(rulebook)
    plan = engine.decide(facts, ON)
    near = _one_change_away(engine, facts)
    for code in set(rulebook.vocabulary.all_outcome_codes()) - plan.codes():
        found = why_not(engine.program, facts, code)
        assert found.rules == tuple(sorted({rule.name for rule in rulebook.rules_giving(code)}, key=found.rules.index))
        every_way_is_true(engine, facts, found, most=24)
        if not any(code in bar.forbids for bar in rulebook.vocabulary.bars.values()):  # taking a bar away is no way
            single = bool(found.ways) and len(found.ways[0].changes) == 1
            assert single == any(code in codes for codes in near), "the smallest way was missed"
    engine.rete.close()


def _one_change_away(engine, facts):
    program = engine.program
    return [
        engine.decide({**facts, fact: _set_to(program, facts, fact, value)}, ON).codes()
        for fact, values in program.bits_by_fact
        for value in values
    ]


def _set_to(program, facts, fact, value):
    if isinstance(facts[fact], frozenset):
        return facts[fact] | {value}
    return value_of(program, fact, value)


@pytest.mark.parametrize(("seed", "density"), [(2, 0.05), (3, 0.4)])
def test_every_way_on_our_own_rulebook_brings_the_outcome(real_engine, seed, density):
    words = real_engine.program.rulebook.vocabulary
    facts = random_facts(words, Random(seed), density)  # noqa: S311 - a test, not a secret
    plan = real_engine.decide(facts, ON)
    absent = [code for code in words.all_outcome_codes() if code not in plan.codes()]
    barred = {code for bar in plan.codes("bar") for code in words.bars[bar].forbids}
    for code in absent:
        found = why_not(real_engine.program, facts, code)
        every_way_is_true(real_engine, facts, found, most=2)
        assert found.rules
        assert found.ways or code in barred, f"{code} is out of reach"
