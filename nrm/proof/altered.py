"""A compiled rulebook with one mutant in it: only the steps of one rule are compiled again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nrm.engine.program import Program, Step
from nrm.rulebook.book import FINDING, BookRule, Rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.proof.mutants import Mutant


def altered_program(program: Program, mutant: Mutant) -> Program:
    """Return `program` with the mutant in place of what it alters; bits and slots stay as they are.

    It keeps the digest of `program`, so it must never decide for a person.
    """
    book = program.rulebook
    if mutant.before is None:
        return replace(program, rulebook=Rulebook(book.country, mutant.words or book.vocabulary, book.rules))
    name = mutant.before.name
    rules = tuple(mutant.altered if rule.name == name else rule for rule in book.rules)
    numbered = [replace(step, index=place) for place, step in enumerate(_with(program, program.steps, mutant))]
    by_branch = {(step.rule.name, step.branch): step for step in numbered}
    layered = [by_branch[step.rule.name, step.branch] for step in _with(program, program.in_layers, mutant)]
    kept = tuple(rule for rule in rules if rule is not None)
    return replace(
        program,
        rulebook=Rulebook(book.country, book.vocabulary, kept),
        steps=tuple(numbered),
        in_layers=tuple(layered),
    )


def _with(program: Program, steps: tuple[Step, ...], mutant: Mutant) -> list[Step]:
    """Put the steps of the altered rule where those of the rule stood."""
    found: list[Step] = []
    for step in steps:
        if mutant.before is None or step.rule.name != mutant.before.name:
            found.append(step)
        elif step.branch == 0 and mutant.altered is not None:
            found.extend(steps_of(program, mutant.altered))
    return found


def steps_of(program: Program, rule: BookRule) -> list[Step]:
    """Compile one rule with the bits and slots of `program`; its steps have no index yet."""
    places = {slot: place for place, slot in enumerate(program.slots)}
    findings = sum(program.bits[FINDING, code] for code in {a.code for a in rule.then if a.kind == "finding"})
    gives = tuple(places[a.kind, a.code, a.by] for a in rule.then)
    limits = tuple((places[a.kind, a.code, a.by], a.within) for a in rule.then if a.within is not None)
    steps = []
    for number, branch in enumerate(rule.branches):
        clauses = tuple(program.atoms_of(clause) for clause in branch.clauses)
        masks = tuple(sum(program.bits[atom] for atom in clause) for clause in clauses)
        steps.append(Step(-1, rule, number, masks, clauses, findings, gives, limits))
    return steps


def fired(program: Program, case: int) -> tuple[Step, ...]:
    """Return the steps that apply to the bits of a case, found in one pass through the layers."""
    found = []
    for step in program.in_layers:
        if all(case & mask for mask in step.masks):
            case |= step.findings
            found.append(step)
    return tuple(sorted(found, key=lambda step: step.index))


def touched(program: Program, rule: BookRule) -> frozenset[str]:
    """Return every outcome that can change when `rule` changes."""
    return reached(program, {addition.code for addition in rule.then})


def reached(program: Program, codes: Iterable[str]) -> frozenset[str]:
    """Return `codes` with all outcomes that can change with them.

    They are what the findings among them lead to, and what the bars among them withhold.
    """
    bars = program.rulebook.vocabulary.bars
    found = set(codes)
    while True:
        grown = found | {code for bar in found & bars.keys() for code in bars[bar].forbids}
        for step in program.steps:
            if any(fact == FINDING and code in found for clause in step.clauses for fact, code in clause):
                grown |= {addition.code for addition in step.rule.then}
        if grown == found:
            return frozenset(found)
        found = grown
