"""The first reading: a case is a set of bits, and one pass over the layers finds everything."""

from random import Random

import pytest
from small_books import book, rule
from strategies import random_facts

from nrm.engine.masks import decode, encode, evaluate, findings
from nrm.engine.program import compile_rulebook
from nrm.rulebook.vocabulary import UNKNOWN

FACTS = {"age": ["child", "adult"], "signs": ("debt", "threats"), "days": (0, 90)}


@pytest.fixture(scope="module")
def program():
    return compile_rulebook(
        book(
            FACTS,
            rule("suspected", when=[[("signs", "debt", "threats"), ("days", ">=30", "unknown")]], then=["finding:f"]),
            rule("child", when=["finding:f", ("age", "child", "unknown")], then=["finding:g"]),
            rule("bed", when=["finding:g"], then=["offer:bed"]),
            rule("adult", when=[("age", "adult")], then=["offer:room"]),
        )
    )


def names(program, reading):
    return sorted(program.steps[index].rule.name for index in reading.fired)


@pytest.mark.parametrize(
    ("facts", "atoms"),
    [
        ({}, [("age", UNKNOWN), ("days", UNKNOWN)]),
        ({"age": UNKNOWN, "signs": frozenset(), "days": None}, [("age", UNKNOWN), ("days", UNKNOWN)]),
        ({"age": "child", "days": 29}, [("age", "child"), ("days", "0..29")]),
        ({"days": 30}, [("age", UNKNOWN), ("days", "30..90")]),
        (
            {"signs": frozenset({"threats", "debt"}), "days": 0},
            [("age", UNKNOWN), ("signs", "debt"), ("signs", "threats"), ("days", "0..29")],
        ),
    ],
)
def test_a_case_is_the_set_of_its_bits_and_what_is_missing_is_unknown(program, facts, atoms):
    assert decode(program, encode(program, facts)) == atoms


def test_a_fact_that_no_rule_reads_leaves_no_trace(program):
    assert encode(program, {"shoe_size": "45"}) == encode(program, {})


def test_one_pass_follows_findings_through_all_layers(program):
    reading = evaluate(program, encode(program, {"signs": frozenset({"debt"}), "age": "child", "days": 0}))
    assert names(program, reading) == ["bed", "child", "suspected"]
    assert findings(program, reading.case) == ["f", "g"]


def test_a_rule_whose_conditions_do_not_all_hold_finds_nothing(program):
    reading = evaluate(program, encode(program, {"age": "adult", "days": 3}))
    assert names(program, reading) == ["adult"]
    assert findings(program, reading.case) == []


def test_the_bits_of_the_case_are_kept_and_only_findings_are_added(program):
    case = encode(program, {"signs": frozenset({"debt"}), "age": "adult"}) & program.low
    reading = evaluate(program, case)
    assert set(decode(program, case)) < set(decode(program, reading.case))
    assert decode(program, reading.case & ~case) == [("finding", "f")]


def test_the_bits_alone_of_a_case_are_evaluated_as_its_facts_are(program, real_engine):
    random = Random(19)  # noqa: S311 - a test, not a secret
    for made in (program, real_engine.program):
        for density in (0.1, 0.5, 1.0):
            facts = random_facts(made.rulebook.vocabulary, random, density)
            whole = encode(made, facts)
            alone = sum(made.bits[atom] for atom in decode(made, whole))
            assert evaluate(made, alone) == evaluate(made, whole)
