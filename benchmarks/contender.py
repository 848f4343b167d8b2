"""What it takes to be measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.plain import Found, Is, Number

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.plain import PlainRule, PlainTest
    from nrm.engine.facts import Facts


@dataclass(frozen=True)
class Contender:
    """One engine with one rulebook loaded into it.

    `prepare` puts facts into the form that the engine takes; only `run` is timed; `applied` reads the names of the
    rules that applied from what `run` returned, so that all contenders can be held to the same answer.
    """

    name: str
    encoding: str
    prepare: Callable[[Facts], Any]
    run: Callable[[Any], Any]
    applied: Callable[[Any], frozenset[str]]


def infix(rule: PlainRule, flag: Callable[[str], str], found: Callable[[str], str]) -> str:
    """Write the condition of `rule` in the syntax that zen-engine and rule-engine share.

    Chains of `==` are used in place of `in […]`: both engines are as fast or faster with them.
    """
    ways = [
        _joined("and", [_joined("or", [_test(t, flag, found) for t in clause]) for clause in way]) for way in rule.ways
    ]
    return _joined("or", ways) if ways else "false"


def _joined(word: str, parts: list[str]) -> str:
    if not parts:
        return "true" if word == "and" else "false"
    return parts[0] if len(parts) == 1 else "(" + f" {word} ".join(parts) + ")"


def _test(test: PlainTest, flag: Callable[[str], str], found: Callable[[str], str]) -> str:
    if isinstance(test, Found):
        return found(test.finding)
    if isinstance(test, Number):
        return _number(test)
    return _is(test) if isinstance(test, Is) else flag(test.name)


def _is(test: Is) -> str:
    sign = "!=" if test.negated else "=="
    parts = [f"{test.fact} {sign} " + ("null" if value is None else f'"{value}"') for value in test.values]
    return _joined("and" if test.negated else "or", parts)


def _number(test: Number) -> str:
    bounds = [(">=", test.low), ("<", test.high)]
    parts = [f"{test.fact} != null", *(f"{test.fact} {sign} {bound}" for sign, bound in bounds if bound is not None)]
    within = _joined("and", parts)
    return f"({test.fact} == null or {within})" if test.unknown else within
