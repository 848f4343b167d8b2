"""The examples of one rulebook, encoded and decided once, and asked again only where a mutant changes something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.engine.examples import differences
from nrm.engine.facts import check_facts
from nrm.engine.masks import encode, evaluate
from nrm.engine.plan import Reason, make_plan
from nrm.proof.altered import altered_program, fired, steps_of, touched
from nrm.rulebook.dates import change_dates

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from nrm.engine.program import Program
    from nrm.proof.mutants import Mutant
    from nrm.rulebook.files import ExampleFile, Files
    from nrm.rulebook.rule import Example


@dataclass(frozen=True)
class Sample:
    """One example: the bits of its facts, and those bits with all findings of the sound rulebook.

    `speaks_of` are the outcomes on which its coming out depends.
    """

    rule: str
    example: Example
    facts: int
    case: int
    speaks_of: frozenset[str]


def samples(program: Program, files: Files, found: Iterable[ExampleFile], on: date) -> tuple[Sample, ...]:
    """Encode the examples of the country of `program` that are decided by the same versions as on `on`."""
    country = program.rulebook.country
    dates = change_dates(files, country)

    def version(day: date) -> date | None:
        return max((change for change in dates if change <= day), default=None)

    made = []
    for file in found:
        beside = program.rulebook.rule(file.rule)
        given = {addition.code for addition in beside.then} if beside is not None else set()
        for example in file.examples if file.country == country else ():
            if version(example.on) == version(on):
                facts = encode(program, check_facts(example.given, files.vocabulary)) & program.low
                codes = frozenset({*given, *example.expect, *example.expect_bar, *example.expect_not})
                made.append(Sample(file.rule, example, facts, evaluate(program, facts).case, codes))
    return tuple(made)


def failing(program: Program, found: Iterable[Sample], mutant: Mutant) -> Sample | None:
    """Return the first example that no longer comes out when the mutant stands in `program`, or None.

    The examples beside the altered rule are asked first.

    INVARIANT (a rule reads only layers below it): what a rule reads is the same with and without its own mistake, so
    the findings of the sound rulebook say whether the altered rule applies, and other examples need not be run again.
    """
    if mutant.before is None:
        return None
    name = mutant.before.name
    codes = touched(program, mutant.before)
    before = [step.masks for step in program.steps if step.rule.name == name]
    after = [step.masks for step in steps_of(program, mutant.altered)] if mutant.altered else []
    same_outcomes = mutant.altered is None or mutant.altered.then == mutant.before.then
    altered = altered_program(program, mutant)
    speaking = (sample for sample in found if sample.speaks_of & codes)
    for sample in sorted(speaking, key=lambda sample: sample.rule != name):
        applied, applies = _applies(before, sample.case), _applies(after, sample.case)
        if (applied != applies or (applies and not same_outcomes)) and not comes_out(altered, sample):
            return sample
    return None


def _applies(branches: Iterable[tuple[int, ...]], case: int) -> bool:
    return any(all(case & mask for mask in masks) for masks in branches)


def comes_out(program: Program, sample: Sample) -> bool:
    """Say whether the example gets all that it expects under `program`, decided by the masks alone."""
    reasons = [Reason(step, ()) for step in fired(program, sample.facts)]
    plan = make_plan(program, sample.example.on, reasons)
    return next(differences(sample.rule, sample.example, plan), None) is None
