"""A rulebook without our engine: what every peer is given, in the form that costs a peer least.

Facts are flattened: a choice or number under its name, and absent when unknown; `<fact>__<code>` for each observed code
that any rule asks for, and the fact's bare name when anything at all was observed. Conditions take the shorter of "is
one of" and "is none of". Rules with several branches become one condition, because a peer is only asked which rules
apply, and not why.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nrm.rulebook.book import FindingTest, NumberTest, ValueTest
from nrm.rulebook.findings import in_layers
from nrm.rulebook.vocabulary import UNKNOWN, CodesFact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nrm.engine.facts import Facts
    from nrm.rulebook.book import BookRule, Clause, Rulebook, Test
    from nrm.rulebook.vocabulary import Vocabulary

FlatFacts = dict[str, str | int | bool | None]


@dataclass(frozen=True)
class Found:
    """True when the finding was made."""

    finding: str


@dataclass(frozen=True)
class Flag:
    """True when the code was observed."""

    name: str


@dataclass(frozen=True)
class Is:
    """True when the fact has one of the values, or none of them if `negated`; None is unknown."""

    fact: str
    values: tuple[str | None, ...]
    negated: bool


@dataclass(frozen=True)
class Number:
    """True when the number is within the bounds, or unknown and `unknown` is set."""

    fact: str
    low: int | None
    high: int | None
    unknown: bool


PlainTest = Found | Flag | Is | Number
Way = tuple[tuple[PlainTest, ...], ...]
"""Clauses that must all hold; in each, one test must."""


@dataclass(frozen=True)
class PlainRule:
    """One rule: it applies when one of its ways holds. Rules of a layer read only findings of the layers below."""

    number: int
    name: str
    layer: int
    ways: tuple[Way, ...]
    makes: tuple[str, ...]


class PlainRules:
    """All rules of a rulebook in an order in which every finding is made before it is read."""

    def __init__(self, rulebook: Rulebook) -> None:
        words = rulebook.vocabulary
        layer_of: dict[str, int] = {}
        self.rules: list[PlainRule] = []
        self.makers: dict[str, list[PlainRule]] = {}
        for number, rule in enumerate(in_layers(rulebook.rules)):
            ways = tuple(tuple(_clause(clause, words) for clause in branch.clauses) for branch in rule.branches)
            layer = max((layer_of[finding] + 1 for finding in _read(rule) if finding in layer_of), default=0)
            made = tuple(addition.code for addition in rule.then if addition.kind == "finding")
            plain = PlainRule(number, rule.name, layer, ways, made)
            self.rules.append(plain)
            for finding in made:
                layer_of[finding] = max(layer, layer_of.get(finding, 0))
                self.makers.setdefault(finding, []).append(plain)

    @cached_property
    def layers(self) -> tuple[tuple[PlainRule, ...], ...]:
        """The rules layer by layer."""
        deepest = max((rule.layer for rule in self.rules), default=-1)
        return tuple(tuple(rule for rule in self.rules if rule.layer == layer) for layer in range(deepest + 1))

    @cached_property
    def made_by_layer(self) -> tuple[tuple[str, ...], ...]:
        """For each layer, the findings that are settled once its rules have run."""
        settled: list[list[str]] = [[] for _ in self.layers]
        for finding, makers in self.makers.items():
            settled[max(rule.layer for rule in makers)].append(finding)
        return tuple(tuple(findings) for findings in settled)

    @cached_property
    def names(self) -> Mapping[str, bool]:
        """Every name of the flat facts that a rule reads, and whether it is a flag."""
        tests = [test for rule in self.rules for way in rule.ways for clause in way for test in clause]
        flags = {test.name: True for test in tests if isinstance(test, Flag)}
        return {test.fact: False for test in tests if isinstance(test, Is | Number)} | flags

    def flat(self, facts: Facts) -> FlatFacts:
        """Return what is known of `facts` and read by any rule."""
        flat: FlatFacts = {}
        for name, value in facts.items():
            if isinstance(value, frozenset):
                flat.update({observed(name, code): True for code in value})
                if value:
                    flat[name] = True
            elif value not in (None, UNKNOWN):
                flat[name] = value
        return {name: value for name, value in flat.items() if name in self.names}

    def named(self, numbers: Iterable[int]) -> frozenset[str]:
        """Return the names of the rules with these numbers."""
        return frozenset(self.rules[number].name for number in numbers)


def observed(fact: str, code: str) -> str:
    """Return the flat name of an observed code; two underscores stand in no code of the vocabulary."""
    return f"{fact}__{code}"


def _read(rule: BookRule) -> set[str]:
    tests = [test for branch in rule.branches for clause in branch.clauses for test in clause.tests]
    return {test.finding for test in tests if isinstance(test, FindingTest)}


def _clause(clause: Clause, words: Vocabulary) -> tuple[PlainTest, ...]:
    return tuple(plain for test in clause.tests for plain in _plain(test, words))


def _plain(test: Test, words: Vocabulary) -> Iterable[PlainTest]:
    if isinstance(test, FindingTest):
        return [Found(test.finding)]
    if isinstance(test, NumberTest):
        return [Number(test.fact, test.low, test.high, test.unknown)]
    return _value(test, words)


def _value(test: ValueTest, words: Vocabulary) -> Iterable[PlainTest]:
    fact = words.facts[test.fact]
    every = tuple(getattr(fact, "values", ()))
    if isinstance(fact, CodesFact):
        anything = len(test.values) == len(every)
        return [Flag(test.fact)] if anything else [Flag(observed(test.fact, code)) for code in test.values]
    others = tuple(value for value in every if value not in test.values)
    negated = len(others) < len(test.values)
    values = others if negated else test.values
    return [Is(test.fact, tuple(None if value == UNKNOWN else value for value in values), negated)]
