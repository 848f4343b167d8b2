"""Compile a rulebook into masks: one bit for each value of each fact and for each finding, one step for each branch.

A case is the set of its bits. A clause is a mask that is true when it shares a bit with the case; a branch is a tuple
of masks that must all be true. Negation is the rest of the mask inside its own fact, so it needs no special case.
Whole numbers are cut at the thresholds that the rulebook uses, which makes them choices among intervals (DESIGN §2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from nrm.rulebook.book import FINDING, FindingTest, NumberTest, ValueTest
from nrm.rulebook.digest import digest
from nrm.rulebook.findings import in_layers
from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, CodesFact, OutcomeKind, WholeFact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nrm.rulebook.book import BookRule, Clause, Rulebook, Test, Within
    from nrm.rulebook.wording import Wording

Atom = tuple[str, str]
"""(fact, value), (whole fact, interval) or (FINDING, finding)."""

Slot = tuple[OutcomeKind, str, str | None]
"""One line that a plan can have: its kind, its code, and for a duty the role that has it."""


@dataclass(frozen=True)
class Interval:
    """Whole numbers from `low` to just under `high`."""

    low: int
    high: int

    @property
    def name(self) -> str:
        """Return the interval as a reader writes it: `30..89`."""
        return f"{self.low}..{self.high - 1}"


@dataclass(frozen=True)
class Step:
    """One branch of one rule: when every mask shares a bit with the case, the rule applies.

    `index` counts steps by rule name and branch; `gives` names the slots of the plan that it fills, and
    `limits` the time limits of the duties among them.
    """

    index: int
    rule: BookRule
    branch: int
    masks: tuple[int, ...]
    clauses: tuple[tuple[Atom, ...], ...]
    findings: int
    gives: tuple[int, ...]
    limits: tuple[tuple[int, Within], ...]

    def __hash__(self) -> int:
        return hash((self.rule.name, self.index))  # what is said of a step is kept by it; a hash of all of it is slow

    @property
    def because(self) -> Wording:
        """The reason that the rule gives for this branch, in four languages."""
        return self.rule.branches[self.branch].because


@dataclass(frozen=True)
class Program:
    """A compiled rulebook.

    `bits` gives each atom its bit. `steps` stand by their index, `in_layers` in an order in which one pass suffices.
    `slots` are all lines that a plan can have, in the order of the vocabulary.
    """

    rulebook: Rulebook
    digest: str
    bits: Mapping[Atom, int]
    atoms: tuple[Atom, ...]
    intervals: Mapping[str, tuple[Interval, ...]]
    steps: tuple[Step, ...]
    in_layers: tuple[Step, ...]
    slots: tuple[Slot, ...]

    @cached_property
    def facts_read(self) -> tuple[str, ...]:
        """The facts that at least one rule reads, in the order of their bits."""
        return tuple(dict.fromkeys(fact for fact, _ in self.atoms if fact != FINDING))

    @cached_property
    def bits_by_fact(self) -> tuple[tuple[str, Mapping[str, int]], ...]:
        """For each fact that is read: its values (or intervals, and `unknown`) with their bits."""
        return tuple(
            (name, {value: self.bits[fact, value] for fact, value in self.atoms if fact == name})
            for name in self.facts_read
        )

    @cached_property
    def above(self) -> int:
        """How many bits a case has; above them stand the planes of satisfied clauses."""
        return len(self.atoms)

    @cached_property
    def low(self) -> int:
        """All bits of a case."""
        return (1 << self.above) - 1

    @cached_property
    def all_steps(self) -> int:
        """One bit for each step."""
        return (1 << len(self.steps)) - 1

    @cached_property
    def depth(self) -> int:
        """How many planes of clauses there are: at least two, and as many as the longest step has clauses."""
        return max([2, *(len(step.masks) for step in self.in_layers)])

    @cached_property
    def satisfied(self) -> int:
        """The bits of clauses that a step does not have: where nothing is asked, nothing is missing."""
        planes = ((step.index, plane) for step in self.in_layers for plane in range(len(step.masks), self.depth))
        return sum(1 << (self.above + plane * len(self.steps) + index) for index, plane in planes)

    @cached_property
    def codes(self) -> Mapping[Atom, int]:
        """For each atom its bit and, in plane j, one bit for each step whose clause j it satisfies."""
        codes = {atom: self.bits[atom] for atom in self.atoms}
        for step in self.in_layers:
            for plane, mask in enumerate(step.masks):
                place = 1 << (self.above + plane * len(self.steps) + step.index)
                for position, atom in enumerate(self.atoms):
                    if mask >> position & 1:
                        codes[atom] |= place
        return codes

    @cached_property
    def codes_by_fact(self) -> tuple[tuple[str, Mapping[str, int]], ...]:
        """The codes of each fact's values, for encoding a case."""
        return tuple((name, {value: self.codes[name, value] for value in bits}) for name, bits in self.bits_by_fact)

    @cached_property
    def makers(self) -> tuple[tuple[int, int], ...]:
        """For each finding: the steps that make it, one bit each, and its code."""
        made: dict[int, int] = {}
        for step in self.in_layers:
            for atom in self.atoms if step.findings else ():
                if step.findings & self.bits[atom]:
                    made[self.codes[atom]] = made.get(self.codes[atom], 0) | 1 << step.index
        return tuple((steps, code) for code, steps in made.items())

    def atoms_of(self, clause: Clause) -> tuple[Atom, ...]:
        """Return the atoms of a clause that this program was compiled with."""
        return _clause_atoms(clause, self.intervals)

    def interval_of(self, fact: str, number: int) -> str:
        """Return the name of the interval of `fact` in which `number` lies."""
        return next(interval.name for interval in self.intervals[fact] if interval.low <= number < interval.high)


def compile_rulebook(rulebook: Rulebook, also: Iterable[Clause] = ()) -> Program:
    """Compile `rulebook`; `also` names clauses that are not rules but will be asked of the same bits.

    Raises:
        ValueError: the findings go round in a circle.
    """
    tests = [t for rule in rulebook.rules for b in rule.branches for c in b.clauses for t in c.tests]
    tests.extend(test for clause in also for test in clause.tests)
    intervals = _intervals(rulebook, [test for test in tests if isinstance(test, NumberTest)])
    read = {test.fact for test in tests if not isinstance(test, FindingTest)}
    atoms = (*_fact_atoms(rulebook, read, intervals), *((FINDING, code) for code in rulebook.vocabulary.findings))
    bits = {atom: 1 << position for position, atom in enumerate(atoms)}
    slots = _slots(rulebook)
    places = {slot: place for place, slot in enumerate(slots)}
    steps: dict[tuple[str, int], Step] = {}
    for rule in sorted(rulebook.rules, key=lambda rule: rule.name):
        findings = sum(bits[FINDING, code] for code in {a.code for a in rule.then if a.kind == "finding"})
        gives = tuple(places[a.kind, a.code, a.by] for a in rule.then)
        limits = tuple((places[a.kind, a.code, a.by], a.within) for a in rule.then if a.within is not None)
        for number, branch in enumerate(rule.branches):
            clauses = tuple(_clause_atoms(clause, intervals) for clause in branch.clauses)
            masks = tuple(sum(bits[atom] for atom in clause) for clause in clauses)
            steps[rule.name, number] = Step(len(steps), rule, number, masks, clauses, findings, gives, limits)
    layered = tuple(
        steps[rule.name, number] for rule in in_layers(rulebook.rules) for number in range(len(rule.branches))
    )
    return Program(rulebook, digest(rulebook), bits, atoms, intervals, tuple(steps.values()), layered, slots)


def _slots(rulebook: Rulebook) -> tuple[Slot, ...]:
    rank = {code: place for place, code in enumerate(rulebook.vocabulary.all_outcome_codes())}
    slots = {(addition.kind, addition.code, addition.by) for rule in rulebook.rules for addition in rule.then}
    return tuple(sorted(slots, key=lambda slot: (rank[slot[1]], slot[2] or "")))


def _intervals(rulebook: Rulebook, tests: Iterable[NumberTest]) -> dict[str, tuple[Interval, ...]]:
    cuts: dict[str, set[int]] = {}
    for test in tests:
        cuts.setdefault(test.fact, set()).update(cut for cut in (test.low, test.high) if cut is not None)
    intervals: dict[str, tuple[Interval, ...]] = {}
    for name, inner in cuts.items():
        fact = rulebook.vocabulary.facts[name]
        if isinstance(fact, WholeFact):
            edges = [fact.from_, *sorted(cut for cut in inner if fact.from_ < cut <= fact.to), fact.to + 1]
            intervals[name] = tuple(Interval(low, high) for low, high in pairwise(edges))
    return intervals


def _fact_atoms(rulebook: Rulebook, read: set[str], intervals: Mapping[str, tuple[Interval, ...]]) -> Iterable[Atom]:
    for name, fact in rulebook.vocabulary.facts.items():
        if name not in read:
            continue
        if isinstance(fact, ChoiceFact | CodesFact):
            yield from ((name, value) for value in fact.values)
        else:
            yield from ((name, interval.name) for interval in intervals[name])
            yield name, UNKNOWN


def _clause_atoms(clause: Clause, intervals: Mapping[str, tuple[Interval, ...]]) -> tuple[Atom, ...]:
    atoms = [atom for test in clause.tests for atom in _test_atoms(test, intervals)]
    return tuple(dict.fromkeys(atoms))


def _test_atoms(test: Test, intervals: Mapping[str, tuple[Interval, ...]]) -> Iterable[Atom]:
    if isinstance(test, FindingTest):
        yield FINDING, test.finding
    elif isinstance(test, ValueTest):
        yield from ((test.fact, value) for value in test.values)
    else:
        for interval in intervals[test.fact]:
            above = test.low is None or interval.low >= test.low
            below = test.high is None or interval.high <= test.high
            if above and below:
                yield test.fact, interval.name
        if test.unknown:
            yield test.fact, UNKNOWN
