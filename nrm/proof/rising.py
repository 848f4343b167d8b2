"""From less to more: in which order the values of a fact stand for a guarantee that says that more only adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, CodesFact, WholeFact

if TYPE_CHECKING:
    from nrm.engine.program import Program


def goes_up(fact: ChoiceFact | CodesFact | WholeFact) -> bool:
    """Say whether the values of a fact go from less to more: observed codes always do."""
    if isinstance(fact, CodesFact):
        return True
    return bool(fact.order if isinstance(fact, ChoiceFact) else fact.rises)


def order_of(program: Program, name: str) -> tuple[str, ...]:
    """Return the values that `program` knows of a fact that goes up, from least to most.

    Of observed codes each one more is more, in whatever order; theirs is empty.

    INVARIANT (unknown is more than no need): an unknown number stands just above the interval of least need, so that
    whoever was not asked never gets less than somebody who is known to need nothing.
    """
    fact = program.rulebook.vocabulary.facts[name]
    if isinstance(fact, CodesFact):
        return ()
    if isinstance(fact, ChoiceFact):
        return fact.order
    numbers = [interval.name for interval in program.intervals[name]]
    least, *more = numbers if fact.rises == "up" else reversed(numbers)
    return (least, UNKNOWN, *more)
