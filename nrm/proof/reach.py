"""Can every outcome happen and every rule apply, does each rule add something, and does no duty stand against a bar?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import z3

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.engine.program import Program, Step
    from nrm.proof.claims import ReachableClaim
    from nrm.proof.formula import CaseFormula


def unreachable(
    program: Program, case: CaseFormula, claim: ReachableClaim, seconds: int
) -> tuple[tuple[str, ...], bool]:
    """Return what is wrong, in words, and whether the solver answered every question."""
    solver = z3.Solver()
    solver.set("timeout", seconds * 1000)
    solver.add(case.axioms)
    faults: list[str] = []
    complete = True
    for wanted, question, fault in _questions(program, case, claim):
        answer = solver.check(question)
        if answer == z3.unknown:
            complete = False
        elif answer != wanted:
            faults.append(fault)
    return tuple(dict.fromkeys(faults)), complete


_Question = tuple[z3.CheckSatResult, z3.BoolRef, str]


def _questions(program: Program, case: CaseFormula, claim: ReachableClaim) -> Iterator[_Question]:
    if "outcomes" in claim.checks:
        yield from _outcomes(program, case, claim)
    for step in program.steps:
        if step.rule.name in claim.unless:
            continue
        branch = f"branch {step.branch + 1} of the rule `{step.rule.name}`"
        if "rules" in claim.checks:
            yield z3.sat, case.steps[step.index], f"{branch} can never apply"
        if "not_swallowed" in claim.checks:
            yield z3.sat, _adds_something(program, case, step), f"{branch} adds nothing that other rules do not give"
    if "no_contradiction" in claim.checks:
        yield from _contradictions(program, case)


def _outcomes(program: Program, case: CaseFormula, claim: ReachableClaim) -> Iterator[_Question]:
    words = program.rulebook.vocabulary
    given = {program.slots[place][1] for step in program.steps for place in step.gives}
    for code in words.all_outcome_codes():
        if code in claim.unless or code in claim.elsewhere - given:
            continue
        why = "can never happen" if code in given else "is given by no rule in force"
        yield z3.sat, case.code_in_plan(code), f"the {words.kind_of(code)} `{code}` {why}"


def _adds_something(program: Program, case: CaseFormula, step: Step) -> z3.BoolRef:
    def others(place: int) -> list[z3.BoolRef]:
        return [case.steps[other.index] for other in program.steps if other is not step and place in other.gives]

    return z3.And(case.steps[step.index], z3.Or([z3.Not(z3.Or(others(place))) for place in step.gives]))


def _contradictions(program: Program, case: CaseFormula) -> Iterator[_Question]:
    bars = program.rulebook.vocabulary.bars
    for bar in program.slots:
        for slot in program.slots if bar[0] == "bar" else ():
            if slot[0] == "duty" and slot[1] in bars[bar[1]].forbids:
                both = z3.And(case.given(bar), case.given(slot))
                yield z3.unsat, both, f"the duty `{slot[1]}` can stand against the bar `{bar[1]}`"
