"""A rulebook becomes masks: one bit for each value and finding, one step for each branch."""

import pytest
from small_books import book, rule

from nrm.engine.program import Interval, compile_rulebook
from nrm.rulebook.digest import digest
from nrm.rulebook.vocabulary import UNKNOWN

FACTS = {"age": ["child", "adult"], "signs": ("debt", "threats"), "days": (0, 90), "never_read": ["yes"]}


def compiled(*rules, facts=FACTS, **more):
    return compile_rulebook(book(facts, *rules, **more))


def bits(program, *atoms):
    return sum(program.bits[atom] for atom in atoms)


def test_every_value_of_a_fact_that_is_read_has_one_bit_of_its_own():
    program = compiled(rule("r", when=[("age", "child"), ("signs", "debt")], then=["finding:f"]))
    assert program.atoms == (
        ("age", "child"),
        ("age", "adult"),
        ("age", UNKNOWN),
        ("signs", "debt"),
        ("signs", "threats"),
        ("finding", "f"),
    )
    assert list(program.bits.values()) == [1, 2, 4, 8, 16, 32]


def test_a_fact_that_no_rule_reads_has_no_bit():
    program = compiled(rule("r", when=[("age", "child")], then=["offer:bed"]))
    assert program.facts_read == ("age",)
    assert program.bits_by_fact == (("age", {"child": 1, "adult": 2, UNKNOWN: 4}),)


def test_a_number_is_cut_at_the_thresholds_that_rules_use():
    program = compiled(
        rule("a", when=[("days", ">=30")], then=["offer:bed"]),
        rule("b", when=[("days", "<7", "unknown")], then=["offer:bed"]),
    )
    assert program.intervals == {"days": (Interval(0, 7), Interval(7, 30), Interval(30, 91))}
    assert [value for _, value in program.atoms] == ["0..6", "7..29", "30..90", UNKNOWN]
    above, below = program.steps
    assert above.masks == (bits(program, ("days", "30..90")),)
    assert below.masks == (bits(program, ("days", "0..6"), ("days", UNKNOWN)),)


def test_a_number_between_two_thresholds_takes_the_intervals_between_them():
    program = compiled(
        rule("a", when=[("days", ">=7", "<30")], then=["offer:bed"]),
        rule("b", when=[("days", ">=14")], then=["offer:bed"]),
    )
    assert program.steps[0].clauses == ((("days", "7..13"), ("days", "14..29")),)


@pytest.mark.parametrize(("number", "name"), [(0, "0..29"), (29, "0..29"), (30, "30..90"), (90, "30..90")])
def test_a_number_lies_in_one_interval_and_a_threshold_in_the_upper_one(number, name):
    program = compiled(rule("r", when=[("days", ">=30")], then=["offer:bed"]))
    assert program.interval_of("days", number) == name


def test_a_threshold_at_the_edge_of_the_range_cuts_nothing():
    program = compiled(rule("r", when=[("days", "<91", ">=0")], then=["offer:bed"]))
    assert program.intervals == {"days": (Interval(0, 91),)}
    assert program.steps[0].clauses == ((("days", "0..90"),),)


def test_a_condition_with_alternatives_is_one_mask_and_holds_each_atom_once():
    either = [("age", "child"), ("age", "child", UNKNOWN), ("signs", "debt"), "finding:f"]
    program = compiled(rule("r", when=[either], then=["offer:bed"]))
    (step,) = program.steps
    assert step.clauses == ((("age", "child"), ("age", UNKNOWN), ("signs", "debt"), ("finding", "f")),)
    assert step.masks == (bits(program, *step.clauses[0]),)


def test_what_a_rule_leaves_out_of_a_fact_is_the_rest_of_its_mask(real_engine):
    # `is_not` was spelled out as all other values, so a mask and its rest fill the fact.
    program = real_engine.program
    for name, values in program.bits_by_fact:
        everything = sum(values.values())
        for step in program.steps:
            for mask in step.masks:
                assert (mask & everything) | (~mask & everything) == everything, name
    assert sum(program.bits.values()) == (1 << len(program.atoms)) - 1


def test_a_branch_without_conditions_has_no_mask_and_so_applies_to_every_case():
    (step,) = compiled(rule("r", then=["offer:bed"])).steps
    assert step.masks == ()


def test_every_branch_is_a_step_with_the_reason_of_its_own():
    program = compiled(rule("r", branches=[[("age", "child")], []], then=["offer:bed"]))
    assert [(step.index, step.branch, step.because.en) for step in program.steps] == [(0, 0, "r 0"), (1, 1, "r 1")]


def test_steps_are_counted_by_rule_name_whatever_the_order_of_the_files():
    rules = [rule(name, then=["offer:bed"]) for name in ("b", "c", "a")]
    forward, backward = compiled(*rules), compiled(*reversed(rules))
    assert [step.rule.name for step in forward.steps] == [step.rule.name for step in backward.steps] == ["a", "b", "c"]


def test_a_rule_that_reads_a_finding_stands_in_a_later_layer_than_the_rule_that_makes_it():
    program = compiled(
        rule("a_reads_both", when=["finding:second"], then=["offer:bed"]),
        rule("b_makes_second", when=["finding:first"], then=["finding:second"]),
        rule("c_makes_first", when=[("age", "child")], then=["finding:first"]),
    )
    assert [step.rule.name for step in program.in_layers] == ["c_makes_first", "b_makes_second", "a_reads_both"]


def test_findings_in_a_circle_are_refused():
    with pytest.raises(ValueError, match="findings go round in a circle"):
        compiled(
            rule("a", when=["finding:g"], then=["finding:f"]),
            rule("b", when=["finding:f"], then=["finding:g"]),
        )


def test_slots_stand_in_the_order_of_the_vocabulary_and_keep_the_roles_of_a_duty_apart():
    program = compiled(
        rule(
            "r",
            then=[
                "bar:detain",
                "duty:call/supervisor/1 days",
                "duty:call/caseworker/24 hours",
                "offer:bed",
                "disclosure:tell",
                "finding:f",
            ],
        )
    )
    assert program.slots == (
        ("finding", "f", None),
        ("offer", "bed", None),
        ("duty", "call", "caseworker"),
        ("duty", "call", "supervisor"),
        ("bar", "detain", None),
        ("disclosure", "tell", None),
    )
    (step,) = program.steps
    assert [program.slots[place][1] for place in step.gives] == ["detain", "call", "call", "bed", "tell", "f"]
    assert step.findings == bits(program, ("finding", "f"))


def test_a_program_carries_the_digest_of_its_rulebook():
    made = book(FACTS, rule("r", then=["offer:bed"]))
    assert compile_rulebook(made).digest == digest(made)
