"""The first reading: the rulebook as masks on one Python integer."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from nrm.rulebook.book import FINDING
from nrm.rulebook.vocabulary import UNKNOWN

if TYPE_CHECKING:
    from nrm.engine.facts import Facts
    from nrm.engine.program import Program


class Reading(NamedTuple):
    """What a reading found: the bits of the case with all findings, and one bit for each step that applied."""

    case: int
    steps: int

    @property
    def fired(self) -> frozenset[int]:
        """The indexes of the steps that applied."""
        return frozenset(indexes(self.steps))


def indexes(bits: int) -> list[int]:
    """Return the places of the bits that are set, from the lowest."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found


def encode(program: Program, facts: Facts) -> int:
    """Return the bits of `facts`, and above them the clauses that they satisfy (`Program.codes`).

    A fact that is missing counts as unknown, or as nothing observed.
    """
    case = 0
    for name, codes in program.codes_by_fact:
        value = facts.get(name)
        if isinstance(value, str):
            case |= codes[value]
        elif isinstance(value, frozenset):
            for code in value:
                case |= codes[code]
        elif value is None:
            case |= codes.get(UNKNOWN, 0)
        else:
            case |= codes[program.interval_of(name, value)]
    return case


def evaluate(program: Program, case: int) -> Reading:
    """Find the steps that apply to `case`; findings become bits that further steps read.

    `case` comes from `encode`, or is a set of bits alone. All steps are looked at together: a step applies when each of
    its clauses is satisfied, and those stand in planes of one bit for each step.

    INVARIANT (rules only add): no step ever clears a bit, so adding findings until none is new is the fixed point.
    """
    width, low = len(program.steps), program.low
    if case <= low:
        case = reduce(or_, (program.codes[atom] for atom in decode(program, case)), 0)
    while True:
        steps = (case | program.satisfied) >> program.above
        applied = steps & (steps >> width)
        for plane in range(2, program.depth):
            applied &= steps >> (plane * width)
        applied &= program.all_steps
        grown = case
        for makers, code in program.makers:
            if applied & makers:
                grown |= code
        if grown == case:
            return Reading(case & low, applied)
        case = grown


def decode(program: Program, case: int) -> list[tuple[str, str]]:
    """Return the atoms whose bits are set in `case`, in the order of the bits."""
    return [atom for atom in program.atoms if case & program.bits[atom]]


def findings(program: Program, case: int) -> list[str]:
    """Return the findings in `case`."""
    return [value for name, value in decode(program, case) if name == FINDING]
