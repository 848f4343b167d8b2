"""Write a rulebook as a durable-rules definition: conditions on one `case` message, joined with `finding` messages.

Built from the rulebook's clauses and not from the masks, so that a fault in the compiler of one reading does not
reach the other. Definition language: https://github.com/jruizgit/rules/blob/master/docs/json/reference.md
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from math import prod
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

_OF = "__"
"""Stands in no code, so no fact or finding can be mistaken for a value of another fact."""

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

MOST_ALTERNATIVES = 24
"""Ways in which one network rule can hold of one message at most.

The C engine walks through every combination of the alternatives in a rule: eight conditions of six codes each took two
seconds for one case, and twelve the whole memory. A rule that has more is cut into partial rules, whose results are
joined like findings.
"""

MOST_JOINS = 12
"""Findings that one network rule joins at most: the C engine joins 16, the case among them."""

MOST_RULES = 120
"""Network rules in one section at most: more than 255 joins on one test are refused by the C engine."""


@dataclass(frozen=True)
class Section:
    """A part of the network with a handle of its own: its rules, and the properties and findings that they read.

    `steps` says which steps of the program each network rule stands for; the anchor stands for none. `partial` names
    what a partial rule finds.
    """

    rules: Mapping[str, Any]
    steps: Mapping[str, tuple[int, ...]]
    properties: tuple[str, ...]
    findings: frozenset[str]
    partial: Mapping[str, str]


@dataclass(frozen=True)
class _NetworkRule:
    name: str
    steps: tuple[int, ...]
    conditions: list[dict[str, Expression]]
    properties: frozenset[str]
    findings: frozenset[str]
    tests: int
    finds: str

    def facts(self) -> list[str]:
        """Return the facts that the rule reads; rules that read the same stand together, so fewer sections do."""
        return sorted({read.partition(_OF)[0] for read in self.properties})


def sections(program: Program) -> tuple[Section, ...]:
    """Cut the network of `program` into sections."""
    made: list[Section] = []
    waiting: list[_NetworkRule] = []
    tests = 0
    for rule in sorted(_network_rules(program), key=lambda rule: (rule.facts(), rule.name)):
        if waiting and (tests + rule.tests > MOST_TESTS or len(waiting) == MOST_RULES):
            made.append(_section(waiting))
            waiting, tests = [], 0
        waiting.append(rule)
        tests += rule.tests
    if waiting:
        made.append(_section(waiting))
    return tuple(made)


def _section(rules: list[_NetworkRule]) -> Section:
    return Section(
        rules={ANCHOR: {"all": [{"c": CASE}]}, **{rule.name: {"all": rule.conditions} for rule in rules}},
        steps={ANCHOR: (), **{rule.name: rule.steps for rule in rules}},
        properties=tuple(sorted({read for rule in rules for read in rule.properties})),
        findings=frozenset(finding for rule in rules for finding in rule.findings),
        partial={rule.name: rule.finds for rule in rules if rule.finds},
    )


def _network_rules(program: Program) -> Iterator[_NetworkRule]:
    """Yield the rules of the network: steps that ask the same share one."""
    words = program.rulebook.vocabulary
    asking: dict[str, tuple[list[_Part], list[str], list[int]]] = {}
    apart: dict[str, list[_NetworkRule]] = {}
    for step in program.steps:
        for on_case, findings in _alternatives(step.rule.branches[step.branch], words, apart):
            key = json.dumps([[part.expression for part in on_case], findings])
            asking.setdefault(key, (on_case, findings, []))[2].append(step.index)
    for number, (on_case, findings, steps) in enumerate(asking.values()):
        *partial, last = _cut(on_case)
        joined = list(findings)
        for parts in partial:
            joined.append(_observed(f"r{number}p{len(joined)}", "holds"))
            yield _network_rule(f"r{number}p{len(joined)}", (), parts, [], joined[-1])
        while len(joined) > MOST_JOINS:
            several, joined = joined[:MOST_JOINS], joined[MOST_JOINS:]
            joined.append(_observed(f"r{number}j{len(joined)}", "hold"))
            yield _network_rule(f"r{number}j{len(joined)}", (), [], several, joined[-1])
        yield _network_rule(f"r{number}", tuple(steps), last, joined)
    yield from (rule for rules in apart.values() for rule in rules)


def _network_rule(
    name: str, steps: tuple[int, ...], on_case: list[_Part], findings: list[str], finds: str = ""
) -> _NetworkRule:
    conditions: list[dict[str, Expression]] = []
    if on_case or not findings:
        conditions.append({"c": _all_of([CASE, *(part.expression for part in on_case)])})
    conditions.extend({f"f{place}": {"finding": code}} for place, code in enumerate(findings))
    return _NetworkRule(
        name=name,
        steps=steps,
        conditions=conditions,
        properties=frozenset(read for part in on_case for read in part.properties),
        findings=frozenset(findings),
        tests=1 + sum(part.tests for part in on_case),
        finds=finds,
    )


def _cut(on_case: list[_Part]) -> list[list[_Part]]:
    """Cut what one rule asks of the case into pieces that the C engine can hold; nearly always there is one."""
    pieces: list[list[_Part]] = [[]]
    for part in on_case:
        piece = [*pieces[-1], part]
        too_long = 1 + sum(held.tests for held in piece) > MOST_TESTS
        if pieces[-1] and (too_long or prod(held.alternatives for held in piece) > MOST_ALTERNATIVES):
            pieces.append([part])
        else:
            pieces[-1] = piece
    return pieces


def case_parts(program: Program, facts: Facts) -> dict[str, str]:
    """Return what a case message says in each of its properties: vocabulary codes and small numbers only.

    `unknown` is written out. A fact of observed codes says that something was observed, and what. A section is told
    only what its rules ask, so that no message has more than the 255 properties that the C engine takes.
    """
    parts: dict[str, str] = {}
    words = program.rulebook.vocabulary.facts
    for name in program.facts_read:
        value = facts.get(name)
        if isinstance(value, frozenset):
            if value:
                parts[name] = f'"{name}":1'
                for code in value:
                    observed = _observed(name, code)
                    parts[observed] = f'"{observed}":1'
        elif isinstance(value, str):
            parts[name] = f'"{name}":"{value}"'
        elif value is not None:
            parts[name] = f'"{name}":{value:d}'
        elif isinstance(words[name], WholeFact):
            parts[_observed(name, UNKNOWN)] = f'"{_observed(name, UNKNOWN)}":1'
        elif not isinstance(words[name], CodesFact):
            parts[name] = f'"{name}":"{UNKNOWN}"'
    return parts


def _observed(fact: str, code: str) -> str:
    return f"{fact}{_OF}{code}"


@dataclass(frozen=True)
class _Part:
    """An expression on the case message, the properties it reads, and how many tests and alternatives it holds."""

    expression: Expression
    properties: frozenset[str]
    tests: int
    alternatives: int = 1


def _alternatives(
    branch: BookBranch, words: Vocabulary, apart: dict[str, list[_NetworkRule]]
) -> Iterator[tuple[list[_Part], list[str]]]:
    """Spell out the ways in which a branch can hold: expressions on the case, and findings to join with it.

    A join cannot be an alternative inside an expression, and one that is too long would overflow its section. Where
    that makes too many ways, clauses are found `apart`, by partial rules of their own.
    """
    clauses = [list(_ways(clause, words)) for clause in branch.clauses]
    if prod(len(ways) for ways in clauses) > MOST_ALTERNATIVES:
        clauses = [[_found_apart(ways, apart)] if len(ways) > 1 else ways for ways in clauses]
    for ways in product(*clauses):
        yield [way for way in ways if isinstance(way, _Part)], sorted({way for way in ways if isinstance(way, str)})


def _found_apart(ways: list[_Part | str], apart: dict[str, list[_NetworkRule]]) -> str:
    """Return the name under which one of `ways` is found, making a partial rule for each."""
    key = json.dumps([way.expression if isinstance(way, _Part) else way for way in ways])
    if key not in apart:
        name = f"c{len(apart)}"
        apart[key] = [
            _network_rule(
                f"{name}p{place}",
                (),
                [way] if isinstance(way, _Part) else [],
                [way] if isinstance(way, str) else [],
                _observed(name, "holds"),
            )
            for place, way in enumerate(ways)
        ]
    return apart[key][0].finds


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
            yield _is_one(test.fact)
        else:
            yield from (_is_one(_observed(test.fact, code)) for code in test.values)
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
        yield _is_one(_observed(test.fact, UNKNOWN))


def _part(read: str, expression: Expression, tests: int = 1) -> _Part:
    return _Part(expression, frozenset({read}), tests)


def _is_one(read: str) -> _Part:
    return _part(read, {read: 1})


def _all_of(expressions: list[Expression]) -> Expression:
    return expressions[0] if len(expressions) == 1 else {"$and": expressions}


def _any_of(parts: Sequence[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    expression = {"$or": [part.expression for part in parts]}
    read = frozenset(read for part in parts for read in part.properties)
    return _Part(expression, read, sum(part.tests for part in parts), len(parts))


def _batches(parts: Sequence[_Part], size: int) -> Iterator[Sequence[_Part]]:
    yield from (parts[start : start + size] for start in range(0, len(parts), size))
