"""Our own engine, whole and in parts. Its time starts from the facts: turning them into bits or messages is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.contender import Contender
from benchmarks.rulebooks import ON
from nrm.engine.decide import Engine
from nrm.engine.masks import encode, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nrm.engine.facts import Facts
    from nrm.engine.masks import Reading
    from nrm.engine.plan import Plan
    from nrm.rulebook.book import Rulebook

DUAL = "nrm, dual with reasons"
MASKS = "nrm, masks alone"
RETE = "nrm, Rete alone"


def contenders(rulebook: Rulebook) -> Iterator[Contender]:
    """Yield the whole decision, the masks and the Rete network."""
    engine = Engine(rulebook)
    program = engine.program

    def named(steps: Iterable[int]) -> frozenset[str]:
        return frozenset(program.steps[index].rule.name for index in steps)

    def masks_applied(reading: Reading) -> frozenset[str]:
        return named(reading.fired)

    def dual(facts: Facts) -> Plan:
        return engine.decide(facts, ON)

    def masks(facts: Facts) -> Reading:
        return evaluate(program, encode(program, facts))

    yield Contender(DUAL, "Engine.decide: both readings, plan, reasons", dict, dual, _reasons_of)
    yield Contender(MASKS, "encode and evaluate", dict, masks, masks_applied)
    yield Contender(RETE, "Rete.evaluate", dict, engine.rete.evaluate, named)


def _reasons_of(plan: Plan) -> frozenset[str]:
    # Every rule that applies adds something, and what a bar withholds keeps its reasons.
    lines = [*plan.withheld, *(line for lines in plan.lines.values() for line in lines)]
    return frozenset(reason.step.rule.name for line in lines for reason in line.reasons)
