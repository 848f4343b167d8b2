"""The plan: one line for each outcome, with all of its reasons, and a bar beats everything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_books import ON, book, rule

from nrm.engine.decide import Engine
from nrm.rulebook.book import Within


def plan_of(*rules, **more):
    engine = Engine(book({"age": ["child"]}, *rules, **more))
    plan = engine.decide({"age": "child"}, ON)
    engine.rete.close()
    assert not plan.disputed
    return plan


def reasons(line):
    return [(reason.step.rule.name, reason.step.branch) for reason in line.reasons]


def test_the_shortest_limit_counts_whatever_the_order_of_the_rules():
    for names in (("a", "b", "c"), ("c", "b", "a"), ("b", "a", "c")):
        limits = zip(names, ("3 days", "24 hours", "2 days"), strict=True)
        plan = plan_of(*(rule(name, then=[f"duty:call/caseworker/{limit}"]) for name, limit in limits))
        (line,) = plan.of("duty")
        assert line.within == Within(24, "hours")
        assert len(line.reasons) == 3


@pytest.mark.parametrize(
    ("longer", "shorter"),
    [
        ("2 working_days", "2 days"),
        ("1 months", "29 days"),
        ("1 months", "21 working_days"),
        ("6 working_days", "200 hours"),
    ],
)
def test_limits_of_different_units_are_compared_by_about_how_long_they_are(longer, shorter):
    plan = plan_of(
        rule("a", then=[f"duty:call/caseworker/{longer}"]), rule("b", then=[f"duty:call/caseworker/{shorter}"])
    )
    amount, unit = shorter.split()
    assert plan.line("call").within == Within(int(amount), unit)


def test_of_two_limits_that_are_as_long_the_first_rule_by_name_is_quoted():
    plan = plan_of(rule("a", then=["duty:call/caseworker/24 hours"]), rule("b", then=["duty:call/caseworker/1 days"]))
    assert plan.line("call").within == Within(24, "hours")


def test_a_line_has_the_reasons_of_all_rules_and_branches_that_gave_it():
    plan = plan_of(
        rule("b", branches=[[("age", "child")], []], then=["offer:bed"]),
        rule("a", when=[("age", "child")], then=["offer:bed"]),
        rule("c", when=[("age", "unknown")], then=["offer:bed"]),
    )
    (line,) = plan.of("offer")
    assert reasons(line) == [("a", 0), ("b", 0), ("b", 1)]
    assert [reason.relied for reason in line.reasons] == [(("age", "child"),), (("age", "child"),), ()]


def test_the_same_duty_of_two_roles_is_two_lines_each_with_a_limit_of_its_own():
    plan = plan_of(
        rule("a", then=["duty:call/caseworker/24 hours", "duty:call/supervisor/3 days"]),
        rule("b", then=["duty:call/supervisor/2 days"]),
    )
    assert [(line.code, line.by, line.within, reasons(line)) for line in plan.of("duty")] == [
        ("call", "caseworker", Within(24, "hours"), [("a", 0)]),
        ("call", "supervisor", Within(2, "days"), [("a", 0), ("b", 0)]),
    ]


def test_a_bar_withholds_the_duty_and_the_disclosure_that_it_forbids_and_nothing_else():
    plan = plan_of(
        rule("gives", then=["duty:search/caseworker/3 days", "duty:search/supervisor/3 days", "disclosure:tell"]),
        rule("others", then=["duty:call/caseworker/3 days", "offer:bed"]),
        rule("bars", then=["bar:contact"]),
        forbids={"contact": ("tell", "search", "never_given")},
    )
    assert plan.codes() == {"contact", "call", "bed"}
    assert [(line.kind, line.code, line.by) for line in plan.withheld] == [
        ("duty", "search", "caseworker"),
        ("duty", "search", "supervisor"),
        ("disclosure", "tell", None),
    ]
    assert plan.line("contact").withholds == ("tell", "search")
    assert reasons(plan.withheld[0]) == [("gives", 0)]


def test_a_bar_that_is_not_in_force_withholds_nothing():
    plan = plan_of(
        rule("gives", then=["disclosure:tell"]),
        rule("bars", when=[("age", "unknown")], then=["bar:contact"]),
        forbids={"contact": ("tell",)},
    )
    assert plan.codes() == {"tell"}
    assert plan.withheld == ()


def test_a_bar_with_nothing_to_withhold_stands_alone():
    plan = plan_of(rule("bars", then=["bar:contact"]), forbids={"contact": ("tell",)})
    assert plan.line("contact").withholds == ()


def test_lines_stand_in_the_order_of_the_vocabulary():
    plan = plan_of(
        rule("z", then=["offer:first", "bar:b"]), rule("a", then=["offer:second", "finding:f", "offer:first"])
    )
    assert [line.code for line in plan.of("offer")] == ["first", "second"]
    assert plan.codes("offer") == {"first", "second"}
    assert plan.codes() == {"first", "second", "f", "b"}


def test_a_plan_names_the_rulebook_by_its_digest():
    engine = Engine(book({"age": ["child"]}, rule("r", then=["offer:bed"])))
    plan = engine.decide({}, ON)
    assert (plan.digest, plan.country) == (engine.program.digest, None)


@given(st.lists(st.tuples(st.integers(1, 400), st.sampled_from(["hours", "days", "months"])), min_size=1, max_size=5))
def test_no_limit_of_any_rule_is_shorter_than_that_of_the_line(limits):
    plan = plan_of(
        *(rule(f"rule_{n}", then=[f"duty:call/caseworker/{amount} {unit}"]) for n, (amount, unit) in enumerate(limits))
    )
    shortest = min(Within(amount, unit).nominal_hours() for amount, unit in limits)
    assert plan.line("call").within.nominal_hours() == shortest
