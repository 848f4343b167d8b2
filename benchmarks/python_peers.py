"""rule-engine and JsonLogic: engines in Python that answer one condition at a time; the layers are a loop."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from benchmarks.contender import Contender, infix
from benchmarks.plain import Flag, Found, Is

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.plain import FlatFacts, Number, PlainRule, PlainRules, PlainTest
    from nrm.engine.facts import Facts


def rule_engine(plain: PlainRules) -> Iterator[Contender]:
    """Yield rule-engine: a compiled `Rule` for each rule.

    Every name is given a value: its `default_value` for absent names works by raising and took thirty times as long.
    """
    module = importlib.import_module("rule_engine")
    absent: FlatFacts = dict.fromkeys([*plain.names, *(_finding(finding) for finding in _findings(plain))])
    compiled = [
        (module.Rule(infix(rule, flag=str, found=_finding)).matches, rule.number, [_finding(f) for f in rule.makes])
        for rule in plain.rules
    ]

    def prepare(facts: Facts) -> FlatFacts:
        return absent | plain.flat(facts)

    yield Contender("rule-engine", "compiled rules in a loop", prepare, _loop(compiled), plain.named)


def json_logic(plain: PlainRules) -> Iterator[Contender]:
    """Yield panzi-json-logic: one JSON tree for each rule, interpreted."""
    apply = importlib.import_module("json_logic").jsonLogic
    trees = [
        (_bound(apply, _tree(rule)), rule.number, [_finding(finding) for finding in rule.makes]) for rule in plain.rules
    ]
    yield Contender("panzi-json-logic", "JSON trees in a loop", plain.flat, _loop(trees), plain.named)


def _loop(
    conditions: list[tuple[Callable[[FlatFacts], Any], int, list[str]]],
) -> Callable[[FlatFacts], list[int]]:
    def decide(facts: FlatFacts) -> list[int]:
        known = dict(facts)
        applied = []
        for holds, number, makes in conditions:
            if holds(known):
                applied.append(number)
                for finding in makes:
                    known[finding] = True
        return applied

    return decide


def _bound(apply: Any, tree: Any) -> Callable[[FlatFacts], Any]:  # noqa: ANN401 - JSON
    return lambda facts: apply(tree, facts)


def _finding(finding: str) -> str:
    return f"f__{finding}"


def _findings(plain: PlainRules) -> set[str]:
    tests = [test for rule in plain.rules for way in rule.ways for clause in way for test in clause]
    return set(plain.makers) | {test.finding for test in tests if isinstance(test, Found)}


def _tree(rule: PlainRule) -> Any:  # noqa: ANN401 - JSON
    ways = [_joined("and", [_joined("or", [_test(test) for test in clause]) for clause in way]) for way in rule.ways]
    return _joined("or", ways)


def _joined(word: str, parts: list[Any]) -> Any:  # noqa: ANN401 - JSON
    if not parts:
        return word == "and"
    return parts[0] if len(parts) == 1 else {word: parts}


def _test(test: PlainTest) -> Any:  # noqa: ANN401 - JSON
    if isinstance(test, Found):
        return {"var": _finding(test.finding)}
    if isinstance(test, Flag):
        return {"var": test.name}
    if isinstance(test, Is):
        sign = "!==" if test.negated else "==="
        parts = [{sign: [{"var": test.fact}, value]} for value in test.values]
        return _joined("and" if test.negated else "or", parts)
    return _number(test)


def _number(test: Number) -> Any:  # noqa: ANN401 - JSON
    value = {"var": test.fact}
    bounds = [(">=", test.low), ("<", test.high)]
    parts: list[Any] = [{"!==": [value, None]}]
    parts += [{sign: [value, bound]} for sign, bound in bounds if bound is not None]
    within = _joined("and", parts)
    return {"or": [{"===": [value, None]}, within]} if test.unknown else within
