"""Every contender of the benchmark applies the same rules: times of different answers could not be compared."""

from __future__ import annotations

import json
from datetime import date

import pytest

from benchmarks import measure, ours, table
from benchmarks.contender import Contender
from benchmarks.peers import PEERS
from benchmarks.plain import PlainRules
from benchmarks.rulebooks import Workload, base_workload, random_cases, synthetic_workload
from benchmarks.synthetic import synthetic_rulebook
from nrm.engine.masks import encode, evaluate
from nrm.engine.program import compile_rulebook
from nrm.rulebook.book import (
    Addition,
    BookBranch,
    BookRule,
    Clause,
    FindingTest,
    NumberTest,
    Rulebook,
    ValueTest,
)
from nrm.rulebook.digest import digest
from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, CodesFact, WholeFact

ON = date(2026, 3, 1)
CASES = 40


def awkward_rulebook():
    """Return every form of condition that a rulebook may hold, over the words of a made-up one."""
    words = synthetic_rulebook(100, ON).vocabulary
    choices = [name for name, fact in words.facts.items() if isinstance(fact, ChoiceFact)]
    codes = [name for name, fact in words.facts.items() if isinstance(fact, CodesFact)]
    numbers = [name for name, fact in words.facts.items() if isinstance(fact, WholeFact)]
    made, never_made = list(words.findings)[:2]
    because = words.offers["offer_0"].label
    choice = tuple(words.facts[choices[0]].values)
    some_codes = tuple(words.facts[codes[0]].values)
    conditions = {
        "in_every_case": [()],
        "any_value": [(Clause((ValueTest(choices[0], choice),)),)],
        "unknown_only": [(Clause((ValueTest(choices[0], (UNKNOWN,)),)),)],
        "all_but_unknown": [(Clause((ValueTest(choices[0], choice[:-1]),)),)],
        "all_but_two": [(Clause((ValueTest(choices[1], tuple(words.facts[choices[1]].values)[1:]),)),)],
        "anything_observed": [(Clause((ValueTest(codes[0], some_codes),)),)],
        "several_codes": [(Clause((ValueTest(codes[0], some_codes[:3]),)),)],
        "codes_twice": [
            (Clause((ValueTest(codes[0], some_codes[:1]),)), Clause((ValueTest(codes[0], some_codes[1:2]),)))
        ],
        "two_numbers": [
            (
                Clause((NumberTest(numbers[0], 100, None, unknown=True),)),
                Clause((NumberTest(numbers[1], 200, 700, unknown=True),)),
            )
        ],
        "number_known": [(Clause((NumberTest(numbers[0], None, 600, unknown=False),)),)],
        "one_number_twice": [
            (
                Clause((NumberTest(numbers[0], 100, None, unknown=True),)),
                Clause((NumberTest(numbers[0], None, 800, unknown=True),)),
            )
        ],
        "makes": [(Clause((ValueTest(choices[0], choice[:1]),)),), (Clause((ValueTest(codes[0], some_codes[:2]),)),)],
        "reads": [(Clause((FindingTest(made),)), Clause((ValueTest(choices[1], (UNKNOWN,)),)))],
        "reads_or_fact": [(Clause((FindingTest(made), ValueTest(codes[1], tuple(words.facts[codes[1]].values)[:2]))),)],
        "reads_what_nobody_makes": [(Clause((FindingTest(never_made),)),)],
    }
    rules = [
        BookRule(
            name=name,
            topic="made_up",
            country=None,
            title=name,
            sources=(),
            law=(),
            reading="",
            owner="",
            version=ON,
            branches=tuple(BookBranch(clauses, because) for clauses in branches),
            then=(Addition("finding", made) if name == "makes" else Addition("offer", f"offer_{number}"),),
        )
        for number, (name, branches) in enumerate(conditions.items())
    ]
    return Rulebook(None, words, tuple(rules))


@pytest.fixture(scope="module")
def workloads():
    base = base_workload(CASES)
    awkward = awkward_rulebook()
    return {
        "base": (base.rulebook, [*base.cases, *random_cases(base.rulebook.vocabulary, CASES, "test")]),
        "awkward": (awkward, random_cases(awkward.vocabulary, 10 * CASES)),
        **{str(size): (load.rulebook, load.cases) for size in (60, 300) for load in [synthetic_workload(size, CASES)]},
    }


def rules_by_masks(rulebook, cases):
    program = compile_rulebook(rulebook)
    return [
        {program.steps[index].rule.name for index in evaluate(program, encode(program, case)).fired} for case in cases
    ]


def differences(contender, rulebook, cases):
    answers = [contender.applied(contender.run(contender.prepare(case))) for case in cases]
    wanted = rules_by_masks(rulebook, cases)
    return {rule for answer, rules in zip(answers, wanted, strict=True) for rule in answer ^ rules}


WORKLOADS = ("base", "awkward", "60", "300")


@pytest.mark.parametrize("name", WORKLOADS)
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.package)
def test_a_peer_applies_the_same_rules_as_our_masks(peer, name, workloads):
    if peer.installed() is None:
        pytest.skip(f"THE READING OF {peer.package} WAS NOT CHECKED: it is not installed")
    rulebook, cases = workloads[name]
    found = {contender.name: differences(contender, rulebook, cases) for contender in peer.load(PlainRules(rulebook))}
    assert found == {contender: set() for contender in found}


@pytest.mark.parametrize("name", WORKLOADS)
def test_our_own_contenders_apply_the_same_rules(name, workloads):
    rulebook, cases = workloads[name]
    found = {contender.name: differences(contender, rulebook, cases) for contender in ours.contenders(rulebook)}
    assert found == {ours.DUAL: set(), ours.MASKS: set(), ours.RETE: set()}


def test_the_awkward_rules_apply_in_some_cases_and_not_in_others(workloads):
    rulebook, cases = workloads["awkward"]
    applied = rules_by_masks(rulebook, cases)
    always = {rule.name for rule in rulebook.rules if all(rule.name in rules for rules in applied)}
    never = {rule.name for rule in rulebook.rules if not any(rule.name in rules for rules in applied)}
    assert always == {"in_every_case", "any_value"}
    assert never == {"reads_what_nobody_makes"}


@pytest.mark.parametrize("size", [60, 600])
def test_a_made_up_rulebook_is_shaped_like_ours(size):
    workload = synthetic_workload(size, CASES)
    rules = workload.rulebook.rules
    applied = rules_by_masks(workload.rulebook, workload.cases)
    reading = [r for r in rules if any(isinstance(t, FindingTest) for c in r.branches[0].clauses for t in c.tests)]
    assert len(rules) == size
    assert {len(rule.branches[0].clauses) for rule in rules} == {1, 2, 3}
    assert 0.25 <= len(reading) / size <= 0.4
    assert 0.08 <= sum(map(len, applied)) / len(applied) / size <= 0.16
    assert len(PlainRules(workload.rulebook).layers) in {3, 4}


def test_a_made_up_rulebook_and_its_cases_are_the_same_each_time():
    once, again = synthetic_workload(60, 5), synthetic_workload(60, 5)
    assert digest(once.rulebook) == digest(again.rulebook)
    assert once.cases == again.cases


def test_a_contender_that_answers_otherwise_is_refused(workloads):
    rulebook, cases = workloads["60"]
    masks = next(one for one in ours.contenders(rulebook) if one.name == ours.MASKS)
    wrong = Contender("wrong", "", dict, masks.run, lambda _: frozenset({"no_such_rule"}))
    workload = Workload("60", rulebook, cases)
    with pytest.raises(measure.DifferentAnswersError, match="wrong differs"):
        measure.measure(workload, [masks, wrong], 1, say=lambda _: None)


def test_what_was_measured_is_shown_in_each_form(workloads):
    rulebook, cases = workloads["60"]
    workload = Workload("60 rules", rulebook, cases)
    measured = measure.measure(workload, list(ours.contenders(rulebook)), 1, say=lambda _: None)
    results = [table.Result("60 rules", 60, 60, 0.1, measured)]
    assert ours.DUAL in table.markdown(results)
    assert list(table.terminal(results))
    assert json.loads(json.dumps(table.plain(results)))["results"][0]["measured"][0]["name"] == ours.DUAL


def test_ratios_compare_round_with_round():
    slow = measure.Measured("slow", "", 1, (10.0, 40.0, 9.0), (0.0,) * 3, (0.0,) * 3)
    fast = measure.Measured("fast", "", 1, (5.0, 20.0, 3.0), (0.0,) * 3, (0.0,) * 3)
    assert measure.times_of(slow, fast) == (2.0, 2.0, 3.0)
    assert slow.median == 10.0
