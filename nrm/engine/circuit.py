"""A program as a circuit of AND and OR gates, in which whatever several rules ask is worked out once.

Most rules share conditions, above all "trafficking is suspected". Every value is therefore numbered by what it is made
of, and equal values get one number: a clause that ten steps read is one gate, and a line that only one step gives is
the value of that step itself.

Value numbering: J. Cocke and J. T. Schwartz, Programming Languages and Their Compilers, New York University, 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from nrm.engine.masks import indexes
from nrm.rulebook.book import FINDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nrm.engine.program import Program, Step

Operator = Literal["and", "or", "and_not"]


class Gate(NamedTuple):
    """One gate: `value` becomes `left` operator `right`; `left` may be `value` itself, which then grows in place."""

    operator: Operator
    left: int
    right: int
    value: int


@dataclass(frozen=True)
class Circuit:
    """The gates in the order in which they run, and the number of each value that somebody asks for.

    The first values are the atoms of the program, in their order; then follow `everyone`, which is true for all,
    `nobody`, which is true for none, and one value after the other that a gate makes. `lines` and `withheld` go by the
    place of the slot; `withheld` has only those slots that a bar of the same rulebook can forbid.
    """

    everyone: int
    nobody: int
    gates: tuple[Gate, ...]
    steps: tuple[int, ...]
    lines: Mapping[int, int]
    withheld: Mapping[int, int]


def circuit_of(program: Program) -> Circuit:
    """Return the circuit of `program`."""
    builder = _Builder(program)
    steps = builder.steps()
    given = builder.slots(steps)
    forbidden = builder.forbidden(given)
    lines, withheld = dict(given), {}
    for place, ban in forbidden.items():
        # INVARIANT (a bar beats everything): as in `plan.make_plan`, a line that a bar in force forbids is withheld.
        lines[place] = builder.value("and_not", (given[place], ban))
        withheld[place] = builder.value("and", (given[place], ban))
    return Circuit(
        everyone=builder.everyone,
        nobody=builder.nobody,
        gates=tuple(builder.gates),
        steps=tuple(steps[step.index] for step in program.steps),
        lines=lines,
        withheld=withheld,
    )


class _Builder:
    """Numbers values and writes a gate for each that is new."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.gates: list[Gate] = []
        self.everyone = len(program.atoms)
        self.nobody = self.everyone + 1
        self._next = self.nobody + 1
        self._known: dict[tuple[Operator, frozenset[int] | tuple[int, ...]], int] = {}
        self._shelves: dict[tuple[Operator, int], list[tuple[frozenset[int], int]]] = {}
        self._findings: dict[int, list[int]] = {}
        self._found: dict[int, int] = {}

    def steps(self) -> dict[int, int]:
        """Return the value of each step, by its index.

        INVARIANT (rules only add): a finding is asked for only after all steps that make it, because the steps stand
        in layers; so one pass is the fixed point here too.
        """
        values: dict[int, int] = {}
        for step in self.program.in_layers:
            values[step.index] = self._step(step)
            for atom in indexes(step.findings):
                assert atom not in self._found, "a finding was read before all of its steps had run"
                self._findings.setdefault(atom, []).append(values[step.index])
        return values

    def _step(self, step: Step) -> int:
        clauses = [self.value("or", [self._atom(place) for place in indexes(mask)]) for mask in step.masks]
        return self.value("and", clauses) if clauses else self.everyone

    def _atom(self, place: int) -> int:
        if self.program.atoms[place][0] != FINDING:
            return place
        if place not in self._found:
            self._found[place] = self.value("or", (place, *self._findings.get(place, ())))
        return self._found[place]

    def slots(self, steps: Mapping[int, int]) -> dict[int, int]:
        """Return for each slot the value that says who is given it by any step, before any bar."""
        giving: dict[int, list[int]] = {}
        for step in self.program.steps:
            for place in step.gives:
                giving.setdefault(place, []).append(steps[step.index])
        return {place: self.value("or", giving[place]) for place in sorted(giving)}

    def forbidden(self, given: Mapping[int, int]) -> dict[int, int]:
        """Return for each slot that a bar can forbid the value that says for whom one does."""
        bars = self.program.rulebook.vocabulary.bars
        banning: dict[str, list[int]] = {}
        for place, value in given.items():
            code = self.program.slots[place][1]
            for forbids in bars[code].forbids if code in bars else ():
                banning.setdefault(forbids, []).append(value)
        codes = {place: self.program.slots[place][1] for place in given}
        return {place: self.value("or", banning[code]) for place, code in codes.items() if code in banning}

    def value(self, operator: Operator, parts: Iterable[int]) -> int:
        """Return the number of the value that `operator` makes of `parts`, with new gates only where it is new."""
        key = tuple(parts) if operator == "and_not" else frozenset(parts)
        if operator != "and_not" and len(key) <= 1:
            # A clause of no atom at all, such as a number below every interval, is true for nobody.
            return next(iter(key), self.nobody)
        known = self._known.get((operator, key))
        if known is not None:
            return known
        first, *others = key if isinstance(key, tuple) else self._cover(operator, key)
        number = self._next
        self._next += 1
        left = first
        for other in others:
            self.gates.append(Gate(operator, left, other, number))
            left = number
        self._known[operator, key] = number
        if isinstance(key, frozenset):
            self._shelve(operator, key, number)
        return number

    def _shelve(self, operator: Operator, key: frozenset[int], number: int) -> None:
        # A value lies on one shelf only, the emptiest of its parts', and is found there by whatever has all its parts.
        part = min(sorted(key), key=lambda one: len(self._shelves.get((operator, one), ())))
        self._shelves.setdefault((operator, part), []).append((key, number))

    def _cover(self, operator: Operator, parts: frozenset[int]) -> list[int]:
        """Return values that together make `parts`: the largest known ones first, then what is left."""
        shelved = [one for part in parts for one in self._shelves.get((operator, part), ())]
        smaller = [(key, value) for key, value in shelved if key < parts]
        chosen: list[int] = []
        left = set(parts)
        while left:
            best, value = max(smaller, key=lambda one: len(one[0] & left), default=(frozenset[int](), 0))
            if len(best & left) < _WORTH_SHARING:
                break
            chosen.append(value)
            left -= best
        return chosen + sorted(left)


_WORTH_SHARING = 2
"""A known value saves a gate only when it stands for at least two parts."""
