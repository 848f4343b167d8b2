"""Conditions of a rulebook as durable-rules expressions on one `case` message.

Definition language: https://github.com/jruizgit/rules/blob/master/docs/json/reference.md
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nrm.rulebook.book import FindingTest, NumberTest
from nrm.rulebook.vocabulary import UNKNOWN, CodesFact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nrm.rulebook.book import Clause, ValueTest
    from nrm.rulebook.vocabulary import Vocabulary

Expression = dict[str, Any]

OF = "__"
"""Stands in no code, so no fact or finding can be mistaken for a value of another fact."""

MOST_TOGETHER = 12
"""Tests in one `or` at most; a longer one is cut, so that each piece fits into a section of the network."""

CASE: Expression = {"case": 1}
"""True of every case message, and of no finding message."""


def property_of(fact: str, code: str) -> str:
    """Return the name of a value of a fact, as it stands in the case message."""
    return f"{fact}{OF}{code}"


@dataclass(frozen=True)
class Part:
    """An expression on the case message, the properties it reads, and how many tests and alternatives it holds."""

    expression: Expression
    properties: frozenset[str]
    tests: int
    alternatives: int = 1


def ways_of(clause: Clause, words: Vocabulary) -> Iterator[Part | str]:
    """Yield the ways in which a clause can be true: a finding's name, or an expression on the case."""
    parts: list[Part] = []
    for test in clause.tests:
        if isinstance(test, FindingTest):
            yield test.finding
        elif isinstance(test, NumberTest):
            parts.extend(_number(test))
        else:
            parts.extend(_value(test, words))
    for several in _batches(parts, MOST_TOGETHER):
        yield any_of(several)


def _value(test: ValueTest, words: Vocabulary) -> Iterator[Part]:
    fact = words.facts[test.fact]
    values = getattr(fact, "values", {})
    if isinstance(fact, CodesFact):
        if len(test.values) == len(values):
            yield _is_one(test.fact)
        else:
            yield from (_is_one(property_of(test.fact, code)) for code in test.values)
        return
    others = [value for value in values if value not in test.values]
    if len(others) < len(test.values):
        yield _part(test.fact, all_of([CASE, *({"$neq": {test.fact: value}} for value in others)]), len(others) + 1)
    else:
        yield from (_part(test.fact, {test.fact: value}) for value in test.values)


def _number(test: NumberTest) -> Iterator[Part]:
    bounds: list[Expression] = []
    if test.low is not None:
        bounds.append({"$gte": {test.fact: test.low}})
    if test.high is not None:
        bounds.append({"$lt": {test.fact: test.high}})
    yield _part(test.fact, all_of(bounds), len(bounds))
    if test.unknown:
        yield _is_one(property_of(test.fact, UNKNOWN))


def _part(read: str, expression: Expression, tests: int = 1) -> Part:
    return Part(expression, frozenset({read}), tests)


def _is_one(read: str) -> Part:
    return _part(read, {read: 1})


def all_of(expressions: list[Expression]) -> Expression:
    """Return an expression that is true when all are."""
    return expressions[0] if len(expressions) == 1 else {"$and": expressions}


def any_of(parts: Sequence[Part]) -> Part:
    """Return a part that is true when any of them is."""
    if len(parts) == 1:
        return parts[0]
    expression = {"$or": [part.expression for part in parts]}
    read = frozenset(read for part in parts for read in part.properties)
    return Part(expression, read, sum(part.tests for part in parts), len(parts))


def _batches(parts: Sequence[Part], size: int) -> Iterator[Sequence[Part]]:
    yield from (parts[start : start + size] for start in range(0, len(parts), size))
