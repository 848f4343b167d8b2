"""Decide one case with both engines, and never hide it when they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.engine.masks import Reading, encode, evaluate, indexes
from nrm.engine.plan import Dispute, Plan, Reason, make_plan
from nrm.engine.program import Program, compile_rulebook
from nrm.engine.rete import Rete
from nrm.errors import EngineError

if TYPE_CHECKING:
    from datetime import date

    from nrm.engine.facts import Facts
    from nrm.engine.program import Atom
    from nrm.engine.rete import CEngine
    from nrm.rulebook.book import Rulebook


class Engine:
    """A rulebook compiled once for both readings; use it for any number of decisions, from any thread."""

    def __init__(self, rulebook: Rulebook, c_engine: CEngine | None = None) -> None:
        self.program: Program = compile_rulebook(rulebook)
        self.rete = Rete(self.program, c_engine)

    def decide(self, facts: Facts, on: date) -> Plan:
        """Return the plan for `facts`; the same facts and rulebook give the same plan, byte for byte.

        INVARIANT (an error never drops a protection): where the readings differ, or the second cannot answer, the plan
        keeps the union of what both offer, require and forbid, discloses only what both permit, and is disputed.
        """
        program = self.program
        masks = evaluate(program, encode(program, facts))
        try:
            rete: int | None = self.rete.steps(facts)
        except EngineError:
            rete = None
        if rete == masks.steps:
            return make_plan(program, on, reasons(program, masks))
        return self._disputed(masks, rete, on)

    def _disputed(self, masks: Reading, rete: int | None, on: date) -> Plan:
        program = self.program
        agreed = masks.steps & (rete or 0)
        either = masks.steps | (rete or 0)
        case = masks.case
        for index in indexes(either):
            case |= program.steps[index].findings
        # A finding that only one reading made may open further rules: they protect too, and disclose nothing.
        further = evaluate(program, case)
        both = Reading(further.case, either | further.steps)
        dispute = Dispute(
            only_masks=_rules(program, masks.steps & ~agreed),
            only_rete=_rules(program, (rete or 0) & ~agreed),
            rete_failed=rete is None,
        )
        return make_plan(program, on, reasons(program, both), dispute, frozenset(indexes(agreed)))


def reasons(program: Program, reading: Reading) -> list[Reason]:
    """Return one reason for each step that applied, with the facts and findings that made its clauses true."""
    steps, case = program.steps, reading.case
    named: dict[int, tuple[Atom, ...]] = {}  # most steps share a clause, above all "trafficking is suspected"
    found: list[Reason] = []
    for index in indexes(reading.steps):
        step = steps[index]
        relied: tuple[Atom, ...] = ()
        for mask in step.masks:
            held = mask & case
            if held not in named:
                named[held] = _atoms(program, held)
            relied += named[held]
        found.append(Reason(step, relied))
    return found


def _atoms(program: Program, held: int) -> tuple[Atom, ...]:
    return tuple(program.atoms[place] for place in indexes(held))


def _rules(program: Program, steps: int) -> tuple[str, ...]:
    return tuple(sorted({program.steps[index].rule.name for index in indexes(steps)}))
