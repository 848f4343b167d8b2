"""A counterexample as a story that a policy officer can read: who the people are, and what each gets or misses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nrm.engine.masks import encode, evaluate, indexes
from nrm.proof.claims import AlwaysClaim, GrowthClaim, IndependenceClaim, NeverClaim
from nrm.rulebook.vocabulary import UNKNOWN

if TYPE_CHECKING:
    from nrm.engine.facts import Facts, FactValue
    from nrm.engine.program import Program
    from nrm.proof.claims import Claim
    from nrm.proof.solver import Counterexample

How = Literal["missing", "forbidden", "lost"]


@dataclass(frozen=True)
class Row:
    """One fact and its values, of each person in turn; codes are listed, and an empty list means nothing observed."""

    fact: str
    values: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Point:
    """One outcome that shows the fault, and the rules that give it, or could."""

    code: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """One or two people, and how the outcomes show the fault.

    `missing`: the person should have them; `forbidden`: the person should not; `lost`: the first has them, the second
    has not.
    """

    how: How
    rows: tuple[Row, ...]
    points: tuple[Point, ...]


def story(program: Program, claim: Claim, found: Counterexample) -> Story:
    """Tell the counterexample `found` of `claim`."""
    rows = tuple(
        Row(name, tuple(_said(facts[name]) for facts in found.cases))
        for name in program.facts_read
        if any(_said(facts[name]) not in {(), (UNKNOWN,)} for facts in found.cases)
    )
    first = found.decided[0]
    if isinstance(claim, AlwaysClaim):
        missing = [code for code in claim.codes if code not in first.codes]
        could = {code: program.rulebook.rules_giving(code) for code in missing}
        return Story("missing", rows, tuple(Point(c, tuple(r.name for r in could[c])) for c in missing))
    if isinstance(claim, NeverClaim):
        there = [code for code in dict.fromkeys(claim.codes) if code in first.codes]
        return Story("forbidden", rows, _given(program, found.cases[0], there))
    if isinstance(claim, IndependenceClaim | GrowthClaim):
        second = found.decided[1]
        lost = [slot[1] for slot in claim.slots if slot in first.slots and slot not in second.slots]
        return Story("lost", rows, _given(program, found.cases[0], list(dict.fromkeys(lost))))
    raise AssertionError(claim)


def _given(program: Program, facts: Facts, codes: list[str]) -> tuple[Point, ...]:
    steps = [program.steps[index] for index in indexes(evaluate(program, encode(program, facts)).steps)]
    points = []
    for code in codes:
        rules = [step.rule.name for step in steps if any(program.slots[place][1] == code for place in step.gives)]
        points.append(Point(code, tuple(dict.fromkeys(rules))))
    return tuple(points)


def _said(value: FactValue) -> tuple[str, ...]:
    if isinstance(value, frozenset):
        return tuple(sorted(value))
    return (UNKNOWN if value is None else str(value),)
