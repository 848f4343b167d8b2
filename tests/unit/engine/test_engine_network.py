"""The rulebook as a network for the C engine: never beyond what that engine can hold."""

import json
from math import prod

import pytest
from small_books import ON, book, rule

from nrm.engine.decide import Engine
from nrm.engine.network import (
    ANCHOR,
    MOST_ALTERNATIVES,
    MOST_JOINS,
    MOST_RULES,
    MOST_TESTS,
    case_parts,
    sections,
)
from nrm.engine.program import compile_rulebook
from nrm.rulebook.vocabulary import ChoiceFact, CodesFact

STACK = 64
"""Tests that a message may pass at once in the C engine (measured)."""


def leaves(expression):
    """Count the single tests in an expression."""
    inner = expression.get("$and") or expression.get("$or") or []
    return sum(leaves(one) for one in inner) or 1


def alternatives(expression):
    if "$or" in expression:
        return sum(alternatives(one) for one in expression["$or"])
    return prod(alternatives(one) for one in expression.get("$and", []))


def conditions(section):
    for made in section.rules.values():
        yield [condition for joined in made["all"] for condition in joined.values()]


def everything(words):
    """All codes of all facts observed; of a choice, its first value."""
    facts = {}
    for name, fact in words.facts.items():
        if isinstance(fact, CodesFact):
            facts[name] = frozenset(fact.values)
        else:
            facts[name] = next(iter(fact.values)) if isinstance(fact, ChoiceFact) else fact.to
    return facts


def wide(facts, codes, asked):
    """A rule with one condition for each of `facts` facts, each satisfied by `asked` of its `codes` codes."""
    names = {f"fact_{number}": tuple(f"c{code}" for code in range(codes)) for number in range(facts)}
    when = [(name, *values[:asked]) for name, values in names.items()]
    return book(names, rule("wide", when=when, then=["offer:bed"]))


def joining(findings):
    """A rule that reads that many findings."""
    makers = [rule(f"maker_{n}", when=[("signs", "debt")], then=[f"finding:f{n}"]) for n in range(findings)]
    reader = rule("reader", when=[f"finding:f{n}" for n in range(findings)], then=["offer:bed"])
    return book({"signs": ("debt", "threats")}, *makers, reader)


def mixing(conditions_):
    """A rule whose every condition is a finding or a code: 2^n ways, spelled out."""
    names = {f"fact_{number}": ("seen", "other") for number in range(conditions_)}
    when = [[(name, "seen"), "finding:f"] for name in names]
    maker = rule("maker", when=[("fact_0", "other")], then=["finding:f"])
    return book(names, maker, rule("mixing", when=when, then=["offer:bed"]))


WIDE = {
    "more than 64 codes that all hold": wide(6, 13, 12),
    "thousands of combinations of codes": wide(12, 7, 6),
    "as many conditions as fit in no section": wide(60, 2, 1),
    "clauses with more codes than one expression takes": wide(20, 25, 24),
    "one fact with hundreds of codes": wide(1, 300, 299),
    "more findings than the engine joins": joining(40),
    "as many findings as the engine just joins": joining(MOST_JOINS),
    "two alternatives in each of twenty conditions": mixing(20),
    "as many rules as two sections hold": book(
        {f"fact_{n}": ["yes"] for n in range(300)},
        *(rule(f"rule_{n:03}", when=[(f"fact_{n}", "yes")], then=["offer:bed"]) for n in range(300)),
    ),
}


@pytest.mark.parametrize("rulebook", WIDE.values(), ids=list(WIDE))
def test_the_widest_rules_are_decided_by_both_engines_when_everything_holds_at_once(rulebook):
    engine = Engine(rulebook)
    plan = engine.decide(everything(rulebook.vocabulary), ON)
    assert not plan.disputed
    assert "bed" in plan.codes("offer")
    engine.rete.close()


@pytest.mark.parametrize("rulebook", WIDE.values(), ids=list(WIDE))
def test_the_widest_rules_do_not_apply_when_one_condition_is_missing(rulebook):
    engine = Engine(rulebook)
    facts = everything(rulebook.vocabulary)
    first = next(iter(facts))
    plan = engine.decide({**facts, first: frozenset() if isinstance(facts[first], frozenset) else "unknown"}, ON)
    assert not plan.disputed
    applied = {reason.step.rule.name for line in plan.of("offer") for reason in line.reasons}
    assert not applied & {"wide", "reader", "mixing", "rule_000"}
    engine.rete.close()


@pytest.mark.parametrize("rulebook", WIDE.values(), ids=list(WIDE))
def test_no_section_is_larger_than_the_c_engine_holds(rulebook):
    for section in sections(compile_rulebook(rulebook)):
        cases = [case for asked in conditions(section) for case in asked if "finding" not in case]
        # The anchor and the rules share the test that a message is a case.
        assert 1 + sum(leaves(case) - 1 for case in cases) <= STACK
        assert sum(leaves(case) for case in cases) - 1 <= MOST_TESTS
        assert max(alternatives(case) for case in cases) <= MOST_ALTERNATIVES
        assert max(len(asked) for asked in conditions(section)) <= MOST_JOINS + 1
        assert len(section.rules) <= MOST_RULES + 1


def test_our_own_rulebook_is_decided_when_every_code_of_every_fact_is_observed(real_engine):
    words = real_engine.program.rulebook.vocabulary
    assert not real_engine.decide(everything(words), ON).disputed


@pytest.mark.parametrize("number", range(5))
def test_a_message_that_passes_every_test_of_a_section_is_taken(number):
    # 48 tests in one section, all passed by one message.
    names = {f"fact_{fact}": ("seen",) for fact in range(47 - number)}
    rulebook = book(names, rule("all", when=[(name, "seen") for name in names], then=["offer:bed"]))
    engine = Engine(rulebook)
    assert len(sections(engine.program)) == 1
    assert not engine.decide(everything(rulebook.vocabulary), ON).disputed
    engine.rete.close()


def test_every_section_has_the_anchor_and_no_rule_twice(real_engine):
    made = sections(real_engine.program)
    assert len(made) > 1
    for section in made:
        assert section.rules[ANCHOR] == {"all": [{"c": {"case": 1}}]}
        assert section.steps[ANCHOR] == ()
        assert set(section.rules) == set(section.steps)
    names = [name for section in made for name in section.rules if name != ANCHOR]
    assert len(names) == len(set(names))


def test_every_step_of_the_program_stands_in_the_network(real_engine):
    steps = {index for section in sections(real_engine.program) for found in section.steps.values() for index in found}
    assert steps == set(range(len(real_engine.program.steps)))


def test_a_rulebook_without_rules_has_no_network():
    assert sections(compile_rulebook(book({"age": ["child"]}))) == ()


def test_rules_that_ask_the_same_share_one_rule_of_the_network():
    rulebook = book(
        {"age": ["child"]},
        *(rule(name, when=[("age", "child")], then=[f"offer:{name}"]) for name in ("bed", "food")),
    )
    (section,) = sections(compile_rulebook(rulebook))
    assert section.steps == {ANCHOR: (), "r0": (0, 1)}


def test_a_case_message_holds_codes_and_small_numbers_only_and_writes_unknown_out():
    facts = {"age": ["child"], "signs": ("debt", "threats"), "days": (0, 90), "unread": ["yes"]}
    when = [("age", "child"), ("signs", "debt"), ("days", ">=3", "unknown")]
    program = compile_rulebook(book(facts, rule("r", when=when, then=["offer:bed"])))
    seen = {"age": "child", "signs": frozenset({"debt"}), "days": 7, "unread": "yes"}
    assert case_parts(program, seen) == {
        "age": '"age":"child"',
        "signs": '"signs":1',
        "signs__debt": '"signs__debt":1',
        "days": '"days":7',
    }
    assert case_parts(program, {}) == {"age": '"age":"unknown"', "days__unknown": '"days__unknown":1'}


def test_a_section_names_every_property_that_its_rules_ask(real_engine):
    for section in sections(real_engine.program):
        text = json.dumps(list(section.rules.values()))
        for name in section.properties:
            assert f'"{name}"' in text
