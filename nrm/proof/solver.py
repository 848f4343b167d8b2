"""Ask the solver whether a claim holds in every case, and if not, for the smallest case or pair that breaks it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Literal

import z3

from nrm.engine.masks import encode, evaluate
from nrm.errors import EngineError, Problem
from nrm.proof import SECONDS
from nrm.proof.claims import Decided, GrowthClaim, IndependenceClaim, ListClaim, ReachableClaim
from nrm.proof.formula import CaseFormula
from nrm.proof.reach import unreachable
from nrm.proof.shrink import shrunk
from nrm.rulebook.vocabulary import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nrm.engine.facts import Facts
    from nrm.engine.program import Program
    from nrm.proof.claims import AlwaysClaim, Claim, NeverClaim

Verdict = Literal["proved", "refuted", "not proved"]
"""INVARIANT (unknown is not proved): a solver that gives up or runs out of time proves nothing."""

SOLVER = f"z3 {z3.get_version_string()}"


@dataclass(frozen=True)
class Counterexample:
    """One case, or a pair of cases, that break a claim, with what each gets."""

    cases: tuple[Facts, ...]
    decided: tuple[Decided, ...]


@dataclass(frozen=True)
class Result:
    """What came of one claim."""

    verdict: Verdict
    seconds: float
    counterexample: Counterexample | None = None
    faults: tuple[str, ...] = ()


def decided(program: Program, facts: Facts) -> Decided:
    """Decide a concrete case with the masks that decide real cases; a bar withholds what it forbids."""
    reading = evaluate(program, encode(program, facts))
    slots = {program.slots[place] for index in reading.fired for place in program.steps[index].gives}
    bars = program.rulebook.vocabulary.bars
    forbidden = {code for kind, bar, _ in slots if kind == "bar" for code in bars[bar].forbids}
    return Decided(reading.case, frozenset(slot for slot in slots if slot[1] not in forbidden))


def plainest(solver: z3.Solver, formulas: Sequence[CaseFormula]) -> z3.ModelRef:
    """Return a model in which as little as possible is known, pinned down value by value.

    The solver's own choice depends on whatever it was asked before; this one depends on the question alone, so the same
    fault is always told as the same story. `solver` has just found that there is a model.
    """
    model = solver.model()
    for wish in _wishes(formulas):
        if not z3.is_true(model.eval(wish, model_completion=True)):
            if solver.check(wish) != z3.sat:
                continue
            model = solver.model()
        solver.add(wish)
    return model


def _wishes(formulas: Sequence[CaseFormula]) -> Iterator[z3.BoolRef]:
    """Yield what makes a case plain: each fact unknown, each code unobserved; the facts that stand first are kept."""
    for name, values in reversed(formulas[0].program.bits_by_fact):
        for formula in formulas:
            if (name, UNKNOWN) in formula.facts:
                yield formula.facts[name, UNKNOWN]
        for value in reversed(list(values)):
            for formula in formulas:
                yield z3.Not(formula.facts[name, value])


def _left_open(claim: Claim) -> tuple[str, ...]:
    """Say of which facts nothing was proved, because nobody has said which of their values is more than another."""
    unordered = claim.unordered if isinstance(claim, GrowthClaim) else ()
    return tuple(
        f"the values of `{name}` have no order, so it is not covered: "
        "give it `rises` in the vocabulary, or name it under `unless` with the reason"
        for name in unordered
    )


class Prover:
    """Proves claims about one program; its formulas are built once and asked of many times."""

    def __init__(self, program: Program, seconds: int = SECONDS) -> None:
        self.program = program
        self.seconds = seconds

    @cached_property
    def one(self) -> CaseFormula:
        """All cases, as one case of which nothing is known."""
        return CaseFormula(self.program, "one")

    @cached_property
    def other(self) -> CaseFormula:
        """The second case of a pair."""
        return CaseFormula(self.program, "other")

    def prove(self, claim: Claim) -> Result:
        """Prove `claim` for every case, or find the smallest case or pair that refutes it.

        Raises:
            EngineError: the solver and the masks do not agree on a case; then nothing is proved.
        """
        started = monotonic()
        if isinstance(claim, ListClaim):
            return Result("refuted" if claim.faults else "proved", monotonic() - started, None, claim.faults)
        if isinstance(claim, ReachableClaim):
            faults, complete = unreachable(self.program, self.one, claim, self.seconds)
            verdict: Verdict = "refuted" if faults else "proved" if complete else "not proved"
            return Result(verdict, monotonic() - started, None, faults)
        formulas = [self.one]
        solver = z3.Solver()
        solver.set("timeout", self.seconds * 1000)
        if isinstance(claim, IndependenceClaim | GrowthClaim):
            formulas.append(self.other)
            shared = set(claim.shared(self.program))
            same = (atom for atom in self.one.facts if atom[0] in shared)
            solver.add([self.one.facts[atom] == self.other.facts[atom] for atom in same])
        for formula in formulas:
            solver.add(formula.axiom)
        solver.add(claim.refuted_by(*formulas))
        answer = solver.check()
        if answer == z3.unsat:
            gaps = self._says_nothing(claim) or _left_open(claim)
            return Result("not proved" if gaps else "proved", monotonic() - started, None, gaps)
        if answer != z3.sat:
            why = f"the solver gave up: {solver.reason_unknown()}"
            return Result("not proved", monotonic() - started, None, (why,))
        model = plainest(solver, formulas)
        found = self._counterexample(claim, [formula.facts_in(model) for formula in formulas])
        return Result("refuted", monotonic() - started, found, _left_open(claim))

    def _says_nothing(self, claim: AlwaysClaim | NeverClaim | IndependenceClaim | GrowthClaim) -> tuple[str, ...]:
        """Say why a claim that nothing refutes is still worth nothing: it speaks of no case at all."""
        if isinstance(claim, GrowthClaim):
            return (
                ()
                if claim.rising or claim.unordered
                else ("no rule reads a fact of which it speaks and that goes from less to more",)
            )
        solver = z3.Solver()
        solver.set("timeout", self.seconds * 1000)
        solver.add(self.one.axiom)
        solver.add([self.one.any_of(clause) for clause in claim.clauses])
        return () if solver.check() == z3.sat else ("no case at all fits its conditions, so it protects nobody",)

    def _counterexample(self, claim: Claim, cases: Sequence[Facts]) -> Counterexample:
        shared = claim.shared(self.program) if isinstance(claim, IndependenceClaim | GrowthClaim) else []

        def refutes(candidate: Sequence[Facts]) -> bool:
            if isinstance(claim, ListClaim | ReachableClaim):
                return False
            # A pair is a pair only while the two differ in nothing but the facts of which the claim speaks.
            if any(facts[name] != candidate[0][name] for facts in candidate[1:] for name in shared):
                return False
            return bool(claim.fails(self.program, *(decided(self.program, facts) for facts in candidate)))

        if not refutes(cases):
            raise EngineError(Problem("proof", 0, "the solver and the masks do not agree on a case", "report this"))
        smallest = shrunk(self.program.facts_read, cases, refutes)
        return Counterexample(tuple(smallest), tuple(decided(self.program, facts) for facts in smallest))
