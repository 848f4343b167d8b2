"""The first reading: the rulebook as masks on one Python integer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nrm.rulebook.book import FINDING
from nrm.rulebook.vocabulary import UNKNOWN

if TYPE_CHECKING:
    from nrm.engine.facts import Facts
    from nrm.engine.program import Program


class Reading(NamedTuple):
    """What a reading found: the bits of the case with all findings, and the indexes of the steps that applied."""

    case: int
    fired: frozenset[int]


def encode(program: Program, facts: Facts) -> int:
    """Return the bits of `facts`; a fact that is missing counts as unknown, or as nothing observed."""
    case = 0
    for name, bits in program.bits_by_fact:
        value = facts.get(name)
        if isinstance(value, str):
            case |= bits[value]
        elif isinstance(value, frozenset):
            for code in value:
                case |= bits[code]
        elif value is None:
            case |= bits.get(UNKNOWN, 0)
        else:
            case |= bits[program.interval_of(name, value)]
    return case


def evaluate(program: Program, case: int) -> Reading:
    """Run every step once, in order; findings become bits that later steps read.

    INVARIANT (rules only add): no step ever clears a bit, so one pass over the layers is the fixed point.
    """
    fired = []
    for step in program.in_layers:
        for mask in step.masks:
            if not case & mask:
                break
        else:
            case |= step.findings
            fired.append(step.index)
    return Reading(case, frozenset(fired))


def decode(program: Program, case: int) -> list[tuple[str, str]]:
    """Return the atoms whose bits are set in `case`, in the order of the bits."""
    return [atom for atom in program.atoms if case & program.bits[atom]]


def findings(program: Program, case: int) -> list[str]:
    """Return the findings in `case`."""
    return [value for name, value in decode(program, case) if name == FINDING]
