"""Guarantees resolved against one rulebook: what the solver asks, and what a found case must really show.

Each claim can be asked of all cases at once (`refuted_by`, a formula that is satisfiable exactly when the claim is
false) and of concrete cases (`fails`), so that every counterexample is checked by the masks that decide real cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import z3

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nrm.engine.program import Atom, Program, Slot
    from nrm.proof.formula import CaseFormula

Clauses = tuple[tuple["Atom", ...], ...]


def holds(program: Program, clauses: Clauses, case: int) -> bool:
    """Say whether all clauses are true of the bits of a case with its findings."""
    return all(any(case & program.bits.get(atom, 0) for atom in clause) for clause in clauses)


def _conditions(case: CaseFormula, clauses: Clauses) -> z3.BoolRef:
    return z3.And([case.any_of(clause) for clause in clauses])


@dataclass(frozen=True)
class Decided:
    """What the masks make of one concrete case: its bits with findings, and the slots in its plan."""

    case: int
    slots: frozenset[Slot]

    @property
    def codes(self) -> frozenset[str]:
        """The codes in the plan."""
        return frozenset(code for _, code, _ in self.slots)


@dataclass(frozen=True)
class AlwaysClaim:
    """Wherever the clauses hold, every one of the codes is in the plan."""

    clauses: Clauses
    codes: tuple[str, ...]
    cases = 1

    def refuted_by(self, case: CaseFormula) -> z3.BoolRef:
        """A case in which the clauses hold and a code is missing."""
        missing = z3.Or([z3.Not(case.code_in_plan(code)) for code in self.codes])
        return z3.And(_conditions(case, self.clauses), missing)

    def fails(self, program: Program, decided: Decided) -> bool:
        """Say whether one decided case refutes the claim."""
        return holds(program, self.clauses, decided.case) and not set(self.codes) <= decided.codes


@dataclass(frozen=True)
class NeverClaim:
    """Wherever the clauses hold, none of the codes is in the plan."""

    clauses: Clauses
    codes: tuple[str, ...]
    cases = 1

    def refuted_by(self, case: CaseFormula) -> z3.BoolRef:
        """A case in which the clauses hold and a code is there."""
        return z3.And(_conditions(case, self.clauses), z3.Or([case.code_in_plan(code) for code in self.codes]))

    def fails(self, program: Program, decided: Decided) -> bool:
        """Say whether one decided case refutes the claim."""
        return holds(program, self.clauses, decided.case) and bool(set(self.codes) & decided.codes)


@dataclass(frozen=True)
class IndependenceClaim:
    """Two cases in which the clauses hold and that differ only in `facts` have the same of `slots`."""

    facts: frozenset[str]
    clauses: Clauses
    slots: tuple[Slot, ...]
    cases = 2

    def shared(self, program: Program) -> list[str]:
        """Return the facts that the two cases have in common."""
        return [name for name in program.facts_read if name not in self.facts]

    def refuted_by(self, one: CaseFormula, other: CaseFormula) -> z3.BoolRef:
        """A pair in which one case has a line that the other has not."""
        lost = z3.Or([z3.And(one.in_plan(slot), z3.Not(other.in_plan(slot))) for slot in self.slots])
        return z3.And(_conditions(one, self.clauses), _conditions(other, self.clauses), lost)

    def fails(self, program: Program, one: Decided, other: Decided) -> bool:
        """Say whether a decided pair refutes the claim; the caller keeps the other facts equal."""
        in_scope = holds(program, self.clauses, one.case) and holds(program, self.clauses, other.case)
        return in_scope and bool(one.slots.intersection(self.slots) - other.slots)


@dataclass(frozen=True)
class GrowthClaim:
    """A case with as much or more of the rising facts keeps every one of `slots` that the other has.

    `rising` gives for each fact its values from least to most; a fact of codes rises with each code. `unordered` are
    facts of which the guarantee speaks but whose values have no order: of them nothing is claimed.
    """

    rising: Mapping[str, tuple[str, ...]]
    slots: tuple[Slot, ...]
    unordered: tuple[str, ...] = ()
    cases = 2

    def shared(self, program: Program) -> list[str]:
        """Return the facts that the two cases have in common."""
        return [name for name in program.facts_read if name not in self.rising]

    def refuted_by(self, less: CaseFormula, more: CaseFormula) -> z3.BoolRef:
        """A pair in which the case with more has lost a line."""
        ordered = [self._not_less(less, more, fact, order) for fact, order in self.rising.items()]
        lost = z3.Or([z3.And(less.in_plan(slot), z3.Not(more.in_plan(slot))) for slot in self.slots])
        return z3.And(*ordered, lost)

    def _not_less(self, less: CaseFormula, more: CaseFormula, fact: str, order: Sequence[str]) -> z3.BoolRef:
        if not order:  # observed codes: each one that is seen stays seen
            atoms = [atom for atom in less.facts if atom[0] == fact]
            return z3.And([z3.Implies(less.facts[atom], more.facts[atom]) for atom in atoms])
        # At least this much in the smaller case is at least this much in the greater.
        return z3.And(
            [
                z3.Implies(
                    z3.Or([less.facts[fact, value] for value in order[place:]]),
                    z3.Or([more.facts[fact, value] for value in order[place:]]),
                )
                for place in range(1, len(order))
            ]
        )

    def fails(self, program: Program, less: Decided, more: Decided) -> bool:
        """Say whether a decided pair refutes the claim."""
        for fact, order in self.rising.items():
            values = [value for name, value in program.atoms if name == fact]
            seen = [{v for v in values if decided.case & program.bits[fact, v]} for decided in (less, more)]
            if not order:
                if not seen[0] <= seen[1]:
                    return False
            elif order.index(seen[0].pop()) > order.index(seen[1].pop()):
                return False
        return bool(less.slots.intersection(self.slots) - more.slots)


@dataclass(frozen=True)
class ListClaim:
    """Something that can be read off the rulebook without any case; `faults` says what is wrong with it."""

    faults: tuple[str, ...]
    cases = 0


@dataclass(frozen=True)
class ReachableClaim:
    """Outcomes are given and can happen, rules can apply, none is swallowed, no duty stands against a bar.

    `elsewhere` are outcomes that this rulebook need not give: other countries or later versions do.
    """

    checks: frozenset[str]
    unless: frozenset[str]
    elsewhere: frozenset[str] = frozenset()
    cases = -1


Claim = AlwaysClaim | NeverClaim | IndependenceClaim | GrowthClaim | ListClaim | ReachableClaim
