"""Questions to the solver about one mutant, all with one formula of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import z3

from nrm.errors import EngineError, Problem
from nrm.proof.claims import GrowthClaim, IndependenceClaim, ListClaim, ReachableClaim
from nrm.proof.formula import CaseFormula
from nrm.proof.reach import unreachable
from nrm.proof.solver import decided

if TYPE_CHECKING:
    from collections.abc import Collection

    from nrm.engine.program import Program
    from nrm.proof.claims import Claim


class Questions:
    """Asks whether claims are false of one altered program.

    INVARIANT (unknown kills nothing): a solver that gives up has refuted no claim and shown no two plans to be alike.
    """

    def __init__(self, program: Program, seconds: int) -> None:
        self._program = program
        self._seconds = seconds

    @cached_property
    def _one(self) -> CaseFormula:
        return CaseFormula(self._program, "one")

    @cached_property
    def _other(self) -> CaseFormula:
        return CaseFormula(self._program, "other")

    @cached_property
    def _single(self) -> z3.Solver:
        return self._solver(self._one)

    @cached_property
    def _pair(self) -> z3.Solver:
        return self._solver(self._one, self._other)

    def _solver(self, *formulas: CaseFormula) -> z3.Solver:
        solver = z3.Solver()
        solver.set("timeout", self._seconds * 1000)
        for formula in formulas:
            solver.add(formula.axioms)
        return solver

    def refutes(self, claim: Claim) -> bool:
        """Say whether some case, or pair of cases, makes `claim` false.

        Raises:
            EngineError: the solver and the masks do not agree on the case that it found.
        """
        if isinstance(claim, ListClaim):
            return bool(claim.faults)
        if isinstance(claim, ReachableClaim):
            faults, _ = unreachable(self._program, self._one, claim, self._seconds)
            return bool(faults)
        formulas, solver, same = [self._one], self._single, []
        if isinstance(claim, IndependenceClaim | GrowthClaim):
            formulas, solver = [self._one, self._other], self._pair
            shared = set(claim.shared(self._program))
            same = [self._one.facts[a] == self._other.facts[a] for a in self._one.facts if a[0] in shared]
        solver.push()
        solver.add(*same, claim.refuted_by(*formulas))
        found = [f.facts_in(solver.model()) for f in formulas] if solver.check() == z3.sat else None
        solver.pop()
        if found is None:
            return False
        if not claim.fails(self._program, *(decided(self._program, facts) for facts in found)):
            raise EngineError(Problem("mutate", 0, "the solver and the masks do not agree on a case", "report this"))
        return True

    def same_plans(self, sound: CaseFormula, codes: Collection[str]) -> bool:
        """Say whether it is proved that no case has other lines among `codes` than under the formula `sound`."""
        solver = self._solver(self._one, sound)
        solver.add([self._one.facts[atom] == sound.facts[atom] for atom in sound.facts])
        lines = [slot for slot in self._program.slots if slot[1] in codes]
        solver.add(z3.Or([self._one.in_plan(slot) != sound.in_plan(slot) for slot in lines]))
        return bool(solver.check() == z3.unsat)
