"""Write a rulebook as a durable-rules definition: conditions on one `case` message, joined with `finding` messages.

Built from the rulebook's clauses and not from the masks, so that a fault in the compiler of one reading does not
reach the other. Definition language: https://github.com/jruizgit/rules/blob/master/docs/json/reference.md
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from nrm.rulebook.book import FindingTest, NumberTest
from nrm.rulebook.vocabulary import UNKNOWN, CodesFact, WholeFact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nrm.engine.facts import Facts
    from nrm.engine.program import Program
    from nrm.rulebook.book import BookBranch, Clause, ValueTest
    from nrm.rulebook.vocabulary import Vocabulary

Expression = dict[str, Any]

CASE: Expression = {"case": 1}
"""True of every case message, and of no finding message."""

MOST_TESTS = 48
"""Tests on single properties that one section holds at most.

The C engine keeps the tests that a message passes on a stack of 64 and refuses the message when it overflows
(measured: 64 pass, 65 are refused), so a network is cut into sections in which not even a message that passes every
test can overflow it.
"""

ANCHOR = "anchor"
"""A rule of every section that applies to every case.

The C engine leaves a part of a new session unset until its first action has begun, and frees that part when the
session is deleted: deleting a session in which nothing ever applied crashes the process. With the anchor, something
always has.
"""

MOST_RULES = 120
"""Network rules in one section at most: more than 255 joins on one test are refused by the C engine."""


@dataclass(frozen=True)
class Section:
    """A part of the network with a handle of its own: its rules, and the facts and findings that they read.

    `steps` says which steps of the program each network rule stands for; the anchor stands for none.
    """

    rules: Mapping[str, Any]
    steps: Mapping[str, tuple[int, ...]]
    facts: tuple[str, ...]
    findings: frozenset[str]


@dataclass(frozen=True)
class _NetworkRule:
    name: str
    steps: tuple[int, ...]
    conditions: list[dict[str, Expression]]
    facts: frozenset[str]
    findings: frozenset[str]
    tests: int


def sections(program: Program) -> tuple[Section, ...]:
    """Cut the network of `program` into sections."""
    made: list[Section] = []
    waiting: list[_NetworkRule] = []
    tests = 0
    for rule in sorted(_network_rules(program), key=lambda rule: (sorted(rule.facts), rule.name)):
        if waiting and (tests + rule.tests > MOST_TESTS or len(waiting) == MOST_RULES):
            made.append(_section(waiting, program))
            waiting, tests = [], 0
        waiting.append(rule)
        tests += rule.tests
    if waiting:
        made.append(_section(waiting, program))
    return tuple(made)


def _section(rules: list[_NetworkRule], program: Program) -> Section:
    read = frozenset(fact for rule in rules for fact in rule.facts)
    return Section(
        rules={ANCHOR: {"all": [{"c": CASE}]}, **{rule.name: {"all": rule.conditions} for rule in rules}},
        steps={ANCHOR: (), **{rule.name: rule.steps for rule in rules}},
        facts=tuple(fact for fact in program.facts_read if fact in read),
        findings=frozenset(finding for rule in rules for finding in rule.findings),
    )


def _network_rules(program: Program) -> Iterator[_NetworkRule]:
    """Yield the rules of the network: steps that ask the same share one."""
    words = program.rulebook.vocabulary
    asking: dict[str, tuple[list[_Part], list[str], list[int]]] = {}
    for step in program.steps:
        for on_case, findings in _alternatives(step.rule.branches[step.branch], words):
            key = json.dumps([[part.expression for part in on_case], findings])
            asking.setdefault(key, (on_case, findings, []))[2].append(step.index)
    for number, (on_case, findings, steps) in enumerate(asking.values()):
        conditions: list[dict[str, Expression]] = []
        if on_case or not findings:
            conditions.append({"c": _all_of([CASE, *(part.expression for part in on_case)])})
        conditions.extend({f"f{place}": {"finding": code}} for place, code in enumerate(findings))
        yield _NetworkRule(
            name=f"r{number}",
            steps=tuple(steps),
            conditions=conditions,
            facts=frozenset(fact for part in on_case for fact in part.facts),
            findings=frozenset(findings),
            tests=1 + sum(part.tests for part in on_case),
        )


def case_parts(program: Program, facts: Facts) -> dict[str, str]:
    """Return what the case message says of each fact, as JSON without braces: vocabulary codes and numbers only.

    `unknown` is written out. A fact of observed codes says that something was observed, and what.
    """
    parts: dict[str, str] = {}
    words = program.rulebook.vocabulary.facts
    for name in program.facts_read:
        value = facts.get(name)
        if isinstance(value, frozenset):
            if value:
                codes = "".join(f',"{_observed(name, code)}":1' for code in sorted(value))
                parts[name] = f'"{name}":1{codes}'
        elif isinstance(value, str):
            parts[name] = f'"{name}":"{value}"'
        elif value is not None:
            parts[name] = f'"{name}":{value:d}'
        elif isinstance(words[name], WholeFact):
            parts[name] = f'"{_observed(name, UNKNOWN)}":1'
        elif not isinstance(words[name], CodesFact):
            parts[name] = f'"{name}":"{UNKNOWN}"'
    return parts


def _observed(fact: str, code: str) -> str:
    # Two underscores stand in no code, so no fact can be mistaken for another fact's value.
    return f"{fact}__{code}"


@dataclass(frozen=True)
class _Part:
    """An expression on the case message, the facts it reads, and how many single tests it holds."""

    expression: Expression
    facts: frozenset[str]
    tests: int


def _alternatives(branch: BookBranch, words: Vocabulary) -> Iterator[tuple[list[_Part], list[str]]]:
    """Spell out the ways in which a branch can hold: expressions on the case, and findings to join with it.

    A join cannot be an alternative inside an expression, and one that is too long would overflow its section.
    """
    for ways in product(*(list(_ways(clause, words)) for clause in branch.clauses)):
        yield [way for way in ways if isinstance(way, _Part)], sorted({way for way in ways if isinstance(way, str)})


def _ways(clause: Clause, words: Vocabulary) -> Iterator[_Part | str]:
    """Yield the ways in which a clause can be true: a finding's name, or an expression on the case."""
    parts: list[_Part] = []
    for test in clause.tests:
        if isinstance(test, FindingTest):
            yield test.finding
        elif isinstance(test, NumberTest):
            parts.extend(_number(test))
        else:
            parts.extend(_value(test, words))
    for several in _batches(parts, MOST_TESTS // 4):
        yield _any_of(several)


def _value(test: ValueTest, words: Vocabulary) -> Iterator[_Part]:
    fact = words.facts[test.fact]
    values = getattr(fact, "values", {})
    if isinstance(fact, CodesFact):
        if len(test.values) == len(values):
            yield _part(test.fact, {test.fact: 1})
        else:
            yield from (_part(test.fact, {_observed(test.fact, code): 1}) for code in test.values)
        return
    others = [value for value in values if value not in test.values]
    if len(others) < len(test.values):
        yield _part(test.fact, _all_of([CASE, *({"$neq": {test.fact: value}} for value in others)]), len(others) + 1)
    else:
        yield from (_part(test.fact, {test.fact: value}) for value in test.values)


def _number(test: NumberTest) -> Iterator[_Part]:
    bounds: list[Expression] = []
    if test.low is not None:
        bounds.append({"$gte": {test.fact: test.low}})
    if test.high is not None:
        bounds.append({"$lt": {test.fact: test.high}})
    yield _part(test.fact, _all_of(bounds), len(bounds))
    if test.unknown:
        yield _part(test.fact, {_observed(test.fact, UNKNOWN): 1})


def _part(fact: str, expression: Expression, tests: int = 1) -> _Part:
    return _Part(expression, frozenset({fact}), tests)


def _all_of(expressions: list[Expression]) -> Expression:
    return expressions[0] if len(expressions) == 1 else {"$and": expressions}


def _any_of(parts: Sequence[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    expression = {"$or": [part.expression for part in parts]}
    return _Part(expression, frozenset(f for p in parts for f in p.facts), sum(part.tests for part in parts))


def _batches(parts: Sequence[_Part], size: int) -> Iterator[Sequence[_Part]]:
    yield from (parts[start : start + size] for start in range(0, len(parts), size))
