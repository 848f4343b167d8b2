"""clipspy: CLIPS, a Rete engine in C, with the case as one templated fact and findings as facts of their own.

Slots are set through `assert_fact`; writing the fact out for CLIPS to parse took two to ten times as long. Rules note
themselves in a global, which is read once; calling back into Python or asserting a fact for each took longer. `exists`
around alternatives stops a rule from applying once for each alternative that holds.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from benchmarks.contender import Contender
from benchmarks.plain import Flag, Found, Is

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.plain import Number, PlainRule, PlainRules, PlainTest, Way
    from nrm.engine.facts import Facts

_NOTED = "(defglobal ?*applied* = (create$))"


def contenders(plain: PlainRules) -> Iterator[Contender]:
    """Yield CLIPS with one template for the case."""
    clips = importlib.import_module("clips")
    environment = clips.Environment()
    environment.build(_NOTED)
    environment.build(_template(plain))
    for rule in plain.rules:
        for number, way in enumerate(rule.ways):
            environment.build(_rule(rule, number, way))
    reset, run = environment.reset, environment.run
    assert_case = environment.find_template("case").assert_fact
    applied = next(iter(environment.globals()))
    symbols: dict[str, Any] = {}

    def prepare(facts: Facts) -> dict[str, Any]:
        slots: dict[str, Any] = {}
        for name, value in plain.flat(facts).items():
            word = "yes" if value is True else value
            slots[name] = symbols.setdefault(word, clips.Symbol(word)) if isinstance(word, str) else word
        return slots

    def decide(slots: dict[str, Any]) -> Any:  # noqa: ANN401 - a tuple of rule numbers
        reset()
        assert_case(**slots)
        run()
        return applied.value

    yield Contender("clipspy", "one template, one defrule per branch", prepare, decide, plain.named)


def _template(plain: PlainRules) -> str:
    slots = " ".join(f"(slot {name} (default {'no' if flag else 'unknown'}))" for name, flag in plain.names.items())
    return f"(deftemplate case {slots})"


def _rule(rule: PlainRule, number: int, way: Way) -> str:
    slots: dict[str, str] = {}
    others: list[str] = []
    for clause in way:
        tests = [_test(test) for test in clause]
        slot = tests[0][0] if len(tests) == 1 else None
        if slot is not None and slot not in slots:
            slots[slot] = tests[0][1]
        else:
            patterns = [pattern if slot is None else f"(case ({slot} {pattern}))" for slot, pattern in tests]
            others.append(patterns[0] if len(patterns) == 1 else f"(exists (or {' '.join(patterns)}))")
    # The case first: it is one fact, so a rule whose slots do not match is never joined with a finding.
    case = "(case " + " ".join(f"({name} {pattern})" for name, pattern in slots.items()) + ")"
    made = " ".join(f"(assert (found {finding}))" for finding in rule.makes)
    note = f"(bind ?*applied* (create$ ?*applied* {rule.number}))"
    return f"(defrule r{rule.number}_{number} {case if slots else ''} {' '.join(others)} => {note} {made})"


def _test(test: PlainTest) -> tuple[str | None, str]:
    """Return the slot and what it must match, or None and a pattern of its own."""
    if isinstance(test, Found):
        return None, f"(found {test.finding})"
    if isinstance(test, Flag):
        return test.name, "yes"
    if isinstance(test, Is):
        words = ["unknown" if value is None else value for value in test.values]
        if test.negated:
            return test.fact, "&".join(f"~{word}" for word in words) or "?"
        return test.fact, "|".join(words) or "no_value_at_all"
    return test.fact, _number(test)


def _number(test: Number) -> str:
    # A variable of its own for each fact: one that stood in two slots would ask both to have the same number.
    number = f"?{test.fact}"
    bounds = [(">=", test.low), ("<", test.high)]
    parts = [f"(integerp {number})", *(f"({sign} {number} {bound})" for sign, bound in bounds if bound is not None)]
    within = f"(and {' '.join(parts)})"
    return f"{number}&:(or (eq {number} unknown) {within})" if test.unknown else f"{number}&:{within}"
