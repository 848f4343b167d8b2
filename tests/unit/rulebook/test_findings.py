"""Findings form layers, and a circle of them is found."""

from dataclasses import replace
from datetime import date

import pytest
from fakes import sound_files

from nrm.rulebook.book import Clause, FindingTest
from nrm.rulebook.findings import Circle, circles, in_layers
from nrm.rulebook.resolve import rulebook_on

SUSPECTED = "rules/identification/suspected.yaml"
FINDING = "{fact: signs, includes: any}"


def test_a_sound_rulebook_has_no_circle(sound, real):
    assert list(circles(sound)) == []
    assert list(circles(real)) == []


def test_a_finding_that_needs_itself_is_a_circle_also_inside_any(refuse):
    told = refuse({SUSPECTED: (FINDING, "{any: [{fact: signs, includes: any}, {finding: suspected}]}")})
    assert told[0].startswith(f"{SUSPECTED}:6: findings go round in a circle: `suspected` -> `suspected`; ")


def test_a_circle_between_two_versions_of_different_dates_is_refused_too(refuse):
    version = """\
  - from: 2027-01-01
    when: [{finding: treated_as_child}]
    because: {en: b, fr: b, es: b, ar: b}
    then: [{finding: suspected}]
owner: policy-unit
"""
    text = sound_files()[SUSPECTED].replace("owner: policy-unit\n", "") + version
    assert any("findings go round in a circle" in said for said in refuse({SUSPECTED: text}))


def test_a_circle_names_all_rules_that_make_its_findings(sound):
    suspected = next(file for file in sound.rules if file.rule.rule == "suspected")
    child = next(file for file in sound.rules if file.rule.rule == "treated_as_child")
    back = replace(suspected, rule=child.rule.model_copy(update={"rule": "back", "versions": _turned(child)}))
    (circle,) = circles(replace(sound, rules=(suspected, child, back)))
    assert isinstance(circle, Circle)
    assert circle.findings[0] == circle.findings[-1]
    assert set(circle.findings) == {"suspected", "treated_as_child"}
    assert set(circle.rules) == {"suspected", "treated_as_child", "back"}


def _turned(child):
    version = child.rule.versions[0]
    condition = version.when[0].model_copy(update={"finding": "treated_as_child"})
    consequence = version.then[0].model_copy(update={"finding": "suspected"})
    return (version.model_copy(update={"when": (condition,), "then": (consequence,)}),)


def test_a_rule_stands_after_the_rules_whose_findings_it_reads(real):
    made, needed = {}, {}
    ordered = in_layers(rulebook_on(real, date(2026, 7, 1), "gb").rules)
    for place, rule in enumerate(ordered):
        for addition in rule.then:
            if addition.kind == "finding":
                made[addition.code] = max(place, made.get(addition.code, 0))
        for branch in rule.branches:
            for test in (test for clause in branch.clauses for test in clause.tests):
                if isinstance(test, FindingTest):
                    needed.setdefault(test.finding, place)
    assert needed
    assert all(made[finding] < place for finding, place in needed.items())


def test_the_order_does_not_depend_on_the_order_of_the_files(sound):
    rules = rulebook_on(sound, date(2026, 3, 1), "gb").rules
    assert in_layers(rules) == in_layers(rules[::-1])


def test_a_circle_in_a_rulebook_made_in_memory_is_refused(sound):
    rules = rulebook_on(sound, date(2026, 3, 1)).rules
    suspected = next(rule for rule in rules if rule.name == "suspected")
    branch = replace(suspected.branches[0], clauses=(Clause((FindingTest("suspected"),)),))
    with pytest.raises(ValueError, match="findings go round in a circle"):
        in_layers([replace(suspected, branches=(branch,))])
