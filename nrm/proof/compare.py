"""What follows for people when one rulebook takes the place of another: which lines can differ, and for whom at least.

The solver asks for every line of the plan whether some case has it under one rulebook and not under the other. Only
lines that a change can reach are asked: all others are the same by construction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import z3

from nrm.engine.masks import encode, evaluate
from nrm.engine.program import compile_rulebook
from nrm.errors import EngineError, Problem, RulebookRefusedError
from nrm.proof import SECONDS
from nrm.proof.altered import reached
from nrm.proof.formula import CaseFormula
from nrm.proof.shrink import shrunk
from nrm.proof.solver import plainest
from nrm.rulebook.book import Clause, FindingTest, Rulebook
from nrm.rulebook.changes import rule_changes
from nrm.rulebook.vocabulary import ChoiceFact, CodesFact, WholeFact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from nrm.engine.facts import Facts
    from nrm.engine.program import Program, Slot
    from nrm.rulebook.vocabulary import Bar, Disclosure, Fact

Direction = Literal["gained", "lost", "sooner", "later", "otherwise", "not decided"]
"""`sooner` and `later`: the duty stands in both plans, with another time limit. `otherwise`: the disclosure stands in
both, and carries something else, or to somebody else. `not decided`: the solver gave up."""

_NEVER = float("inf")


@dataclass(frozen=True)
class Pair:
    """Two rulebooks compiled for the same facts, cut at the same numbers, so that one case can be asked of both."""

    old: Program
    new: Program


@dataclass(frozen=True)
class Difference:
    """One line of the plan that can differ, the smallest case in which it does, and the rules that give it there."""

    slot: Slot
    direction: Direction
    facts: Facts | None = None
    rules: tuple[str, ...] = ()


def paired(old: Rulebook, new: Rulebook) -> Pair:
    """Compile two rulebooks for the facts of both.

    A value that only one vocabulary knows is, for the other rulebook, a value that none of its rules names.

    Raises:
        RulebookRefusedError: a fact is of one type in the one and of another type, or counted in another unit, in the
            other.
    """
    facts = _facts_of_both(old, new)
    books = [Rulebook(book.country, replace(book.vocabulary, facts=facts), book.rules) for book in (old, new)]
    asked = [clause for book in books for clause in _about_facts(book)]
    return Pair(*(compile_rulebook(book, asked) for book in books))


def _facts_of_both(old: Rulebook, new: Rulebook) -> Mapping[str, Fact]:
    facts = dict(new.vocabulary.facts)
    problems = []
    for name, before in old.vocabulary.facts.items():
        after = facts.get(name)
        if after is None:
            facts[name] = before
        elif _form(before) != _form(after):
            what = f"the fact `{name}` is `{_form(before)}` in the old rulebook and `{_form(after)}` in the new one"
            problems.append(Problem("diff", 0, what, "no case fits both: give the new fact a name of its own"))
        elif isinstance(before, WholeFact) and isinstance(after, WholeFact):
            ends = {"from_": min(before.from_, after.from_), "to": max(before.to, after.to)}
            facts[name] = after.model_copy(update=ends)
        elif isinstance(before, ChoiceFact | CodesFact) and isinstance(after, ChoiceFact | CodesFact):
            facts[name] = after.model_copy(update={"values": {**after.values, **before.values}})
    if problems:
        raise RulebookRefusedError(problems)
    return facts


def _form(fact: Fact) -> str:
    return f"{fact.type}, {fact.unit}" if isinstance(fact, WholeFact) else fact.type


def _about_facts(book: Rulebook) -> Iterator[Clause]:
    for rule in book.rules:
        for branch in rule.branches:
            for clause in branch.clauses:
                yield Clause(tuple(test for test in clause.tests if not isinstance(test, FindingTest)))


def lines_touched(pair: Pair) -> tuple[Slot, ...]:
    """Return the lines that can differ at all: what changed rules and bars give, and whatever follows from that."""
    old, new = pair.old, pair.new
    codes = {
        addition.code
        for change in rule_changes(old.rulebook, new.rulebook)
        if change.change != "reworded"
        for rule in (change.before, change.after)
        if rule is not None
        for addition in rule.then
    }
    before, after = old.rulebook.vocabulary.bars, new.rulebook.vocabulary.bars
    for bar in before.keys() | after.keys():
        codes |= _forbidden_by(before, bar) ^ _forbidden_by(after, bar)
    codes |= {code for _, code, _ in new.slots if shares_otherwise(pair, code)}
    both = reached(old, codes) | reached(new, codes)
    return tuple(slot for slot in dict.fromkeys((*new.slots, *old.slots)) if slot[1] in both)


def _forbidden_by(bars: Mapping[str, Bar], code: str) -> frozenset[str]:
    return frozenset(bars[code].forbids) if code in bars else frozenset()


def shares_otherwise(pair: Pair, code: str) -> bool:
    """Say whether `code` is a disclosure of both rulebooks that shares something else, or with somebody else."""
    before, after = (program.rulebook.vocabulary.disclosures.get(code) for program in (pair.old, pair.new))
    return before is not None and after is not None and _shares(before) != _shares(after)


def _shares(disclosure: Disclosure) -> tuple[object, ...]:
    told = disclosure
    return told.recipient, frozenset(told.groups), told.purpose, told.basis, told.duty


def differences(
    pair: Pair, slots: Iterable[Slot], seconds: int = SECONDS, seen: Callable[[Slot], object] = lambda _slot: None
) -> Iterator[Difference]:
    """Yield those of `slots` that can differ, each with the smallest case; `seen` hears of each before its turn.

    INVARIANT (unknown is not the same): a line of which the solver could not say everything is yielded as `not
    decided`, once, after whatever it did find.

    Raises:
        EngineError: the solver and the masks do not agree on a case.
    """
    comparison = _Comparison(pair, seconds)
    for slot in slots:
        seen(slot)
        yield from comparison.of(slot)


class _Comparison:
    """One solver that knows both rulebooks and that they speak of the same case."""

    def __init__(self, pair: Pair, seconds: int) -> None:
        self._pair = pair
        self._old, self._new = CaseFormula(pair.old, "old"), CaseFormula(pair.new, "new")
        self._solver = z3.Solver()
        self._solver.set("timeout", seconds * 1000)
        self._solver.add(*self._old.axioms, *self._new.axioms)
        self._solver.add([self._old.facts[atom] == self._new.facts[atom] for atom in self._old.facts])

    def of(self, slot: Slot) -> Iterator[Difference]:
        gave_up = False
        for direction, asked in self._questions(slot):
            self._solver.push()
            self._solver.add(asked)
            answer = self._solver.check()
            if answer == z3.sat:
                facts = self._old.facts_in(plainest(self._solver, [self._old]))
                yield self._smallest(slot, direction, facts)
            gave_up |= answer == z3.unknown
            self._solver.pop()
        if gave_up:
            yield Difference(slot, "not decided")

    def _questions(self, slot: Slot) -> Iterator[tuple[Direction, z3.BoolRef]]:
        limits = sorted({*_limits(self._pair.old, slot), *_limits(self._pair.new, slot)})
        old, new = _within(self._old, slot, _NEVER), _within(self._new, slot, _NEVER)
        yield "gained", z3.And(new, z3.Not(old))
        yield "lost", z3.And(old, z3.Not(new))
        if shares_otherwise(self._pair, slot[1]):
            yield "otherwise", z3.And(old, new)
        soon = [(_within(self._old, slot, most), _within(self._new, slot, most)) for most in limits[:-1]]
        if soon:
            yield "sooner", z3.And(old, new, z3.Or([z3.And(after, z3.Not(before)) for before, after in soon]))
            yield "later", z3.And(old, new, z3.Or([z3.And(before, z3.Not(after)) for before, after in soon]))

    def _smallest(self, slot: Slot, direction: Direction, facts: Facts) -> Difference:
        pair = self._pair

        def shows(cases: Sequence[Facts]) -> bool:
            return direction_of(pair, slot, cases[0]) == direction

        if not shows([facts]):
            raise EngineError(Problem("diff", 0, "the solver and the masks do not agree on a case", "report this"))
        (smallest,) = shrunk(pair.old.facts_read, [facts], shows)
        giving = pair.old if direction == "lost" else pair.new
        return Difference(slot, direction, smallest, _rules_giving(giving, slot, smallest))


def _within(formula: CaseFormula, slot: Slot, most: float) -> z3.BoolRef:
    """The line is in the plan, with a limit of at most so many hours."""
    program = formula.program
    if slot not in program.slots:
        return z3.BoolVal(val=False)
    if most == _NEVER:
        return formula.in_plan(slot)
    place = program.slots.index(slot)
    soon = [
        formula.steps[step.index]
        for step in program.steps
        if any(at == place and within.nominal_hours() <= most for at, within in step.limits)
    ]
    return z3.And(formula.in_plan(slot), z3.Or(soon))


def direction_of(pair: Pair, slot: Slot, facts: Facts) -> Direction | None:
    """Say how the plan of one case differs in one line, decided by the masks; None when it does not."""
    before, after = (_hours(program, slot, facts) for program in (pair.old, pair.new))
    if before is None or after is None:
        return None if before == after else "gained" if before is None else "lost"
    if shares_otherwise(pair, slot[1]):
        return "otherwise"
    return None if before == after else "sooner" if after < before else "later"


def _hours(program: Program, slot: Slot, facts: Facts) -> float | None:
    """Return the shortest limit of the line in hours, infinity for a line without limit, None when it is not there."""
    steps = [program.steps[index] for index in evaluate(program, encode(program, facts)).fired]
    given = {program.slots[place] for step in steps for place in step.gives}
    bars = program.rulebook.vocabulary.bars
    forbidden = {code for kind, bar, _ in given if kind == "bar" for code in bars[bar].forbids}
    if slot not in given or slot[1] in forbidden:
        return None
    limits = (w.nominal_hours() for step in steps for place, w in step.limits if program.slots[place] == slot)
    return min(limits, default=_NEVER)


def _limits(program: Program, slot: Slot) -> set[float]:
    return {w.nominal_hours() for step in program.steps for place, w in step.limits if program.slots[place] == slot}


def _rules_giving(program: Program, slot: Slot, facts: Facts) -> tuple[str, ...]:
    steps = (program.steps[index] for index in evaluate(program, encode(program, facts)).fired)
    rules = (step.rule.name for step in steps if any(program.slots[place] == slot for place in step.gives))
    return tuple(dict.fromkeys(rules))
