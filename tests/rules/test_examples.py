"""Every rule has examples that come out, on both engines, and cites only paragraphs that exist."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from nrm.bootstrap import Application
from nrm.config import Settings
from nrm.engine.decide import Engine
from nrm.engine.examples import KINDS, ExampleRunner
from nrm.rulebook.read import EXAMPLES, NOT_TOPICS, read_examples

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "rules"
TOPICS = [folder for folder in FOLDER.iterdir() if folder.is_dir() and folder.name not in NOT_TOPICS]
COUNTRIES = [folder for folder in (FOLDER / "national").iterdir() if folder.is_dir()]
RULES = sorted(
    path.relative_to(FOLDER).with_suffix("").as_posix()
    for folder in (*TOPICS, *COUNTRIES)
    for path in folder.glob("*.yaml")
    if not path.name.endswith(EXAMPLES)
)

every_rule = pytest.mark.parametrize("rule", RULES)


class Listener:
    """An engine that also notes which branch of which rule applied."""

    def __init__(self, rulebook, heard):
        self.engine = Engine(rulebook)
        self.heard = heard

    def decide(self, facts, on):
        plan = self.engine.decide(facts, on)
        lines = [line for kind in plan.lines.values() for line in kind]
        steps = [reason.step for line in (*lines, *plan.withheld) for reason in line.reasons]
        self.heard.update((step.rule.name, step.branch) for step in steps)
        return plan


@pytest.fixture(scope="session")
def application():
    return Application(Settings(rules=FOLDER, seeds=ROOT / "seeds"))


@pytest.fixture(scope="session")
def rules(application):
    """Return the rules by their place, such as `care/housing`."""
    return {_place(file): file.rule for file in application.files.rules}


@pytest.fixture(scope="session")
def examples():
    return {_place(file).removesuffix(".examples"): file for file in read_examples(FOLDER)}


@pytest.fixture(scope="session")
def run(application, examples):
    """Run the examples of one rule, once: what did not come out, and which branches of which rules applied.

    One runner serves all rules, so that each rulebook is compiled once.
    """
    heard = set()
    runner = ExampleRunner(application.files, lambda rulebook: Listener(rulebook, heard))

    @cache
    def _run(rule):
        heard.clear()
        problems = [str(problem) for problem in runner.problems(examples[rule])]
        return problems, frozenset(heard)

    return _run


def _place(file):
    return file.document.file.removeprefix("rules/").removesuffix(".yaml")


def needed_kinds(rule):
    in_every_case = any(branch.when == () for version in rule.versions for branch in version.as_branches())
    return {kind for kind in KINDS if not (in_every_case and kind == "does_not_apply")}


def test_every_rule_that_is_read_is_tested_here(rules):
    assert sorted(rules) == RULES


def test_no_examples_stand_alone(examples):
    assert set(examples) - set(RULES) == set()


@every_rule
def test_every_example_of_a_rule_comes_out_on_both_engines(rule, run):
    problems, _ = run(rule)
    assert problems == []


@every_rule
def test_a_rule_has_examples_for_and_against_of_the_unknown_and_of_the_time_before(rule, rules, examples):
    assert needed_kinds(rules[rule]) - {example.kind for example in examples[rule].examples} == set()


@every_rule
def test_every_branch_of_a_rule_applies_in_one_of_its_examples(rule, rules, run):
    _, heard = run(rule)
    branches = max(len(version.as_branches()) for version in rules[rule].versions if not version.repealed)
    assert {(rules[rule].rule, branch) for branch in range(branches)} - heard == set()


@every_rule
def test_every_example_of_a_rule_is_told_in_words_of_its_own(rule, examples):
    told = [example.example for example in examples[rule].examples]
    assert len(told) == len(set(told))


@every_rule
def test_a_rule_cites_only_paragraphs_that_exist_and_that_name_it_in_turn(rule, rules, application):
    commitments = application.files.catalogue.commitments
    assert rules[rule].sources
    for source in rules[rule].sources:
        assert source in commitments
        answering = {name for answer in commitments[source].answers for name in answer.rules}
        assert rules[rule].rule in answering, f"{source} does not say that this rule answers it"


@every_rule
def test_a_rule_says_how_its_paragraphs_are_read(rule, rules):
    assert len(rules[rule].reading.split()) > 15
