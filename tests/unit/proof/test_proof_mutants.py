"""The mutants of a few lines of rules, each named once and each with exactly one mistake."""

import pytest
from small_books import book, rule

from nrm.proof.mutants import mutants

FACTS = {"age": ["child", "adult", "disputed"], "signs": ("debt", "threats"), "days": (0, 90)}


def made(*rules):
    return list(mutants(book(FACTS, *rules)))


def named(found):
    return {mutant.name: mutant for mutant in found}


def conditions_of(mutant):
    return [clause.tests for branch in mutant.altered.branches for clause in branch.clauses]


def test_a_rule_can_be_gone():
    found = named(made(rule("r", then=["offer:bed"])))
    assert list(found) == ["rule: r"]
    assert found["rule: r"].altered is None


def test_a_condition_a_value_and_unknown_can_be_gone_or_turned_round():
    found = named(made(rule("r", when=[("age", "child", "disputed", "unknown")], then=["offer:bed"])))
    where = "age is child, disputed, unknown"
    wanted = {"rule: r", f"condition: r, {where}", f"unknown: r, {where}", f"opposite: r, {where}"}
    wanted |= {f"value: r, age {value} of {where}" for value in ("child", "disputed")}
    assert set(found) == wanted
    assert found[f"condition: r, {where}"].altered.branches[0].clauses == ()
    assert conditions_of(found[f"unknown: r, {where}"])[0][0].values == ("child", "disputed")
    assert conditions_of(found[f"opposite: r, {where}"])[0][0].values == ("adult",)


def test_the_last_value_is_not_struck_because_nothing_would_be_asked():
    found = named(made(rule("r", when=[("age", "child")], then=["offer:bed"])))
    assert {mutant.kind for mutant in found.values()} == {"rule", "condition", "opposite"}


def test_any_code_is_no_list_and_has_no_opposite():
    found = named(made(rule("r", when=[("signs", "debt", "threats")], then=["offer:bed"])))
    assert set(found) == {"rule: r", "condition: r, signs includes any"}


def test_at_least_becomes_less_than():
    found = [
        mutant for mutant in made(rule("r", when=[("days", ">=30")], then=["offer:bed"])) if mutant.kind == "opposite"
    ]
    assert [(test.low, test.high) for test in conditions_of(found[0])[0]] == [(None, 30)]


def test_one_of_several_alternatives_branches_and_outcomes_can_be_gone():
    branches = [[[("age", "child"), "finding:f"]], [("signs", "debt")]]
    kinds = [mutant.kind for mutant in made(rule("r", branches=branches, then=["offer:bed", "bar:cell"]))]
    assert [kinds.count(kind) for kind in ("branch", "alternative", "outcome")] == [2, 2, 2]


def test_no_two_mutants_share_a_name():
    found = made(rule("r", branches=[[("age", "child")], [("age", "child")]], then=["offer:bed", "bar:cell"]))
    assert len(named(found)) == len(found)


@pytest.mark.parametrize("country", ["gb", "fr"])
def test_only_the_rules_of_the_country_are_altered(country):
    assert list(mutants(book(FACTS, rule("r", then=["offer:bed"])), country)) == []
