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

from nrm.engine.expressions import CASE, OF, Expression, Part, all_of, property_of, ways_of
from nrm.rulebook.vocabulary import UNKNOWN, CodesFact, WholeFact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nrm.engine.facts import Facts
    from nrm.engine.program import Program
    from nrm.rulebook.book import BookBranch
    from nrm.rulebook.vocabulary import Vocabulary

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
        return sorted({read.partition(OF)[0] for read in self.properties})


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
    asking: dict[str, tuple[list[Part], list[str], list[int]]] = {}
    apart: dict[str, list[_NetworkRule]] = {}
    for step in program.steps:
        for on_case, findings in _alternatives(step.rule.branches[step.branch], words, apart):
            key = json.dumps([[part.expression for part in on_case], findings])
            asking.setdefault(key, (on_case, findings, []))[2].append(step.index)
    for number, (on_case, findings, steps) in enumerate(asking.values()):
        *partial, last = _cut(on_case)
        joined = list(findings)
        for parts in partial:
            joined.append(property_of(f"r{number}p{len(joined)}", "holds"))
            yield _network_rule(f"r{number}p{len(joined)}", (), parts, [], joined[-1])
        while len(joined) > MOST_JOINS:
            several, joined = joined[:MOST_JOINS], joined[MOST_JOINS:]
            joined.append(property_of(f"r{number}j{len(joined)}", "hold"))
            yield _network_rule(f"r{number}j{len(joined)}", (), [], several, joined[-1])
        yield _network_rule(f"r{number}", tuple(steps), last, joined)
    yield from (rule for rules in apart.values() for rule in rules)


def _network_rule(
    name: str, steps: tuple[int, ...], on_case: list[Part], findings: list[str], finds: str = ""
) -> _NetworkRule:
    conditions: list[dict[str, Expression]] = []
    if on_case or not findings:
        conditions.append({"c": all_of([CASE, *(part.expression for part in on_case)])})
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


def _cut(on_case: list[Part]) -> list[list[Part]]:
    """Cut what one rule asks of the case into pieces that the C engine can hold; nearly always there is one."""
    pieces: list[list[Part]] = [[]]
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
                    seen = property_of(name, code)
                    parts[seen] = f'"{seen}":1'
        elif isinstance(value, str):
            parts[name] = f'"{name}":"{value}"'
        elif value is not None:
            parts[name] = f'"{name}":{value:d}'
        elif isinstance(words[name], WholeFact):
            parts[property_of(name, UNKNOWN)] = f'"{property_of(name, UNKNOWN)}":1'
        elif not isinstance(words[name], CodesFact):
            parts[name] = f'"{name}":"{UNKNOWN}"'
    return parts


def _alternatives(
    branch: BookBranch, words: Vocabulary, apart: dict[str, list[_NetworkRule]]
) -> Iterator[tuple[list[Part], list[str]]]:
    """Spell out the ways in which a branch can hold: expressions on the case, and findings to join with it.

    A join cannot be an alternative inside an expression, and one that is too long would overflow its section. Where
    that makes too many ways, clauses are found `apart`, by partial rules of their own.
    """
    clauses = [list(ways_of(clause, words)) for clause in branch.clauses]
    if prod(len(ways) for ways in clauses) > MOST_ALTERNATIVES:
        clauses = [[_found_apart(ways, apart)] if len(ways) > 1 else ways for ways in clauses]
    for ways in product(*clauses):
        yield [way for way in ways if isinstance(way, Part)], sorted({way for way in ways if isinstance(way, str)})


def _found_apart(ways: list[Part | str], apart: dict[str, list[_NetworkRule]]) -> str:
    """Return the name under which one of `ways` is found, making a partial rule for each."""
    key = json.dumps([way.expression if isinstance(way, Part) else way for way in ways])
    if key not in apart:
        name = f"c{len(apart)}"
        apart[key] = [
            _network_rule(
                f"{name}p{place}",
                (),
                [way] if isinstance(way, Part) else [],
                [way] if isinstance(way, str) else [],
                property_of(name, "holds"),
            )
            for place, way in enumerate(ways)
        ]
    return apart[key][0].finds
