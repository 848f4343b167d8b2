"""The third reading: a compiled rulebook as a logic formula over one made-up case, or over a pair of them.

A choice fact is one Boolean for each value, exactly one of them true; an observed code is a Boolean of its own; a whole
number is one Boolean for each interval between thresholds. A finding is the disjunction of the steps that make it, so
the formula has no fixed point to compute: findings form layers. https://microsoft.github.io/z3guide/
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import z3

from nrm.rulebook.book import FINDING
from nrm.rulebook.vocabulary import UNKNOWN, CodesFact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nrm.engine.facts import FactValue
    from nrm.engine.program import Atom, Program, Slot


class CaseFormula:
    """All cases at once: a Boolean for each fact's value, and what follows from them.

    Two formulas with different `name` are two cases.
    """

    def __init__(self, program: Program, name: str) -> None:
        self.program = program
        self.name = name
        self.facts: dict[Atom, z3.BoolRef] = {
            atom: z3.Bool(f"{name}:{atom[0]}={atom[1]}") for atom in program.atoms if atom[0] != FINDING
        }
        self.steps: list[z3.BoolRef] = [z3.BoolVal(val=False)] * len(program.steps)
        self.findings: dict[str, z3.BoolRef] = {}
        self._in_plan: dict[Slot, z3.BoolRef] = {}
        self._follow()

    def _follow(self) -> None:
        """Give each step and finding its formula, layer by layer, in the order in which one pass suffices."""
        making: dict[str, list[z3.BoolRef]] = {code: [] for code in self.program.rulebook.vocabulary.findings}
        for step in self.program.in_layers:
            clauses = [z3.Or([self._atom(atom, making) for atom in clause]) for clause in step.clauses]
            applies = z3.Bool(f"{self.name}:step {step.index}")
            self.steps[step.index] = applies
            self._defined.append(applies == z3.And(clauses))
            for addition in step.rule.then:
                if addition.kind == "finding":
                    making[addition.code].append(applies)
        for code, steps in making.items():
            self.findings[code] = z3.Or(steps)

    def _atom(self, atom: Atom, making: Mapping[str, list[z3.BoolRef]]) -> z3.BoolRef:
        # The layers are in order, so every step that makes this finding has been seen by now.
        return z3.Or(making[atom[1]]) if atom[0] == FINDING else self.facts[atom]

    @cached_property
    def _defined(self) -> list[z3.BoolRef]:
        return []

    @cached_property
    def axioms(self) -> list[z3.BoolRef]:
        """What is true of every case: one value for each choice and number, and each step as its clauses say."""
        axioms = list(self._defined)
        for name, values in self.program.bits_by_fact:
            if not isinstance(self.program.rulebook.vocabulary.facts[name], CodesFact):
                one_of = [self.facts[name, value] for value in values]
                axioms.append(z3.Or(one_of))
                axioms.append(z3.AtMost(*one_of, 1))
        return axioms

    @cached_property
    def axiom(self) -> z3.BoolRef:
        """All axioms as one formula; a new solver takes it much faster than a thousand one by one."""
        return z3.And(self.axioms)

    @cached_property
    def _giving(self) -> Mapping[Slot, list[z3.BoolRef]]:
        """The steps that give each line."""
        giving: dict[Slot, list[z3.BoolRef]] = {slot: [] for slot in self.program.slots}
        for step in self.program.steps:
            for place in dict.fromkeys(step.gives):
                giving[self.program.slots[place]].append(self.steps[step.index])
        return giving

    @cached_property
    def _forbidding(self) -> Mapping[str, list[Slot]]:
        """The bars that forbid each code."""
        forbidding: dict[str, list[Slot]] = {}
        for slot in self.program.slots:
            for code in self.program.rulebook.vocabulary.bars[slot[1]].forbids if slot[0] == "bar" else ():
                forbidding.setdefault(code, []).append(slot)
        return forbidding

    @cached_property
    def _by_code(self) -> Mapping[str, list[Slot]]:
        by_code: dict[str, list[Slot]] = {}
        for slot in self.program.slots:
            by_code.setdefault(slot[1], []).append(slot)
        return by_code

    def given(self, slot: Slot) -> z3.BoolRef:
        """Some rule gives this line, whatever a bar says of it."""
        return z3.Or(self._giving[slot])

    def in_plan(self, slot: Slot) -> z3.BoolRef:
        """The line is in the plan: given, and forbidden by no bar that is given (a bar beats everything)."""
        if slot not in self._in_plan:
            forbidding = self._forbidding.get(slot[1], ())
            self._in_plan[slot] = z3.And(self.given(slot), *(z3.Not(self.given(bar)) for bar in forbidding))
        return self._in_plan[slot]

    def code_in_plan(self, code: str) -> z3.BoolRef:
        """Some line with this code is in the plan; a finding counts as soon as it is made."""
        if code in self.findings:
            return self.findings[code]
        return z3.Or([self.in_plan(slot) for slot in self._by_code.get(code, ())])

    def any_of(self, atoms: Iterable[Atom]) -> z3.BoolRef:
        """At least one of these atoms holds; an atom of a fact that no rule reads is left open."""
        return z3.Or([self.findings[v] if f == FINDING else self.atom(f, v) for f, v in atoms])

    def atom(self, fact: str, value: str) -> z3.BoolRef:
        """One value of one fact."""
        return self.facts[fact, value]

    def facts_in(self, model: z3.ModelRef) -> dict[str, FactValue]:
        """Return the case that `model` describes, as coded facts; what it leaves open is unknown or not observed."""
        facts: dict[str, FactValue] = {}
        for name, values in self.program.bits_by_fact:
            fact = self.program.rulebook.vocabulary.facts[name]
            true = [value for value in values if z3.is_true(model.eval(self.facts[name, value]))]
            if isinstance(fact, CodesFact):
                facts[name] = frozenset(true)
            elif name in self.program.intervals:
                inside = [interval.low for interval in self.program.intervals[name] if interval.name in true]
                facts[name] = inside[0] if inside else None
            else:
                facts[name] = true[0] if true else UNKNOWN
        return facts
