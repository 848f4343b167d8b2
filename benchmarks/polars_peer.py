"""The rules as Polars expressions over whole columns, in the two forms in which a person would hold the facts."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from nrm.engine.bitmaps import pack, unpack
from nrm.rulebook.book import FINDING, FindingTest, NumberTest
from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, CodesFact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy.typing as npt

    from nrm.engine.bitmaps import Answers, Population
    from nrm.engine.program import Atom, Program, Step
    from nrm.population.people import People
    from nrm.rulebook.book import Test

BOOLEANS = "Polars, one Boolean column for each atom"
VALUES = "Polars, Enum, Boolean and Int32 columns"

YES, NO = pl.lit(True), pl.lit(False)  # noqa: FBT003 - Polars' own way to say so


def booleans(program: Program, population: Population) -> pl.LazyFrame:
    """Return the query over the same bits that we read: Polars too keeps a Boolean in one bit."""
    nobody = np.zeros(population.people, np.bool_)
    columns = {
        _name(atom): unpack(population.bitmaps[atom], population.people) if atom in population.bitmaps else nobody
        for atom in program.atoms
        if atom[0] != FINDING
    }

    def clauses(step: Step) -> list[pl.Expr]:
        return [_any(pl.col(_name(atom)) for atom in clause) for clause in step.clauses]

    return _query(program, pl.DataFrame(columns).lazy(), clauses)


def values(program: Program, people: People) -> pl.LazyFrame:
    """Return the query over one column for each choice, code and number, with conditions as the rules write them."""
    facts = program.rulebook.vocabulary.facts
    columns: dict[str, pl.Series] = {}
    for name in program.facts_read:
        fact = facts[name]
        if isinstance(fact, ChoiceFact):
            known = [value for value in fact.values if value != UNKNOWN]
            places = np.zeros(people.count, np.uint8)
            for place, value in enumerate(known, start=1):
                places[_held(people, (name, value))] = place
            words = pl.Series([UNKNOWN, *known], dtype=pl.Enum([UNKNOWN, *known]))
            columns[name] = words.gather(pl.Series(places))
        elif isinstance(fact, CodesFact):
            columns.update({_name((name, code)): pl.Series(_held(people, (name, code))) for code in fact.values})
        else:
            column = pl.Series(people.numbers[name])
            columns[name] = column.set(column < 0, None)

    def clauses(step: Step) -> list[pl.Expr]:
        written = step.rule.branches[step.branch].clauses
        return [_any(_test(program, test) for test in clause.tests) for clause in written]

    return _query(program, pl.DataFrame(columns).lazy(), clauses)


def differing(program: Program, ours: Answers, theirs: pl.DataFrame) -> list[str]:
    """Return the columns of Polars' answer that are not what we answered."""
    wanted = {_step_name(step): ours.steps[step.index] for step in program.steps}
    wanted.update({f"line {place}": bitmap for place, bitmap in ours.lines.items()})
    wanted.update({f"withheld {place}": bitmap for place, bitmap in ours.withheld.items()})
    assert wanted.keys() == set(theirs.columns)
    return [name for name, bitmap in wanted.items() if not np.array_equal(pack(theirs[name].to_numpy()), bitmap)]


def _query(program: Program, frame: pl.LazyFrame, clauses: Callable[[Step], list[pl.Expr]]) -> pl.LazyFrame:
    makers = {
        code: [step for step in program.steps if step.findings & program.bits[FINDING, code]]
        for code in program.rulebook.vocabulary.findings
    }
    levels = _levels(program, makers)
    for level in range(max(levels.values(), default=0) + 1):
        here = [step for step in program.steps if levels[step.index] == level]
        frame = frame.with_columns(reduce(and_, clauses(step), YES).alias(_step_name(step)) for step in here)
        ready = [code for code, by in makers.items() if max((levels[s.index] for s in by), default=0) == level]
        frame = frame.with_columns(_applied(makers[code]).alias(_name((FINDING, code))) for code in ready)
    given = {place: _applied([s for s in program.steps if place in s.gives]) for place in range(len(program.slots))}
    frame = frame.with_columns(expression.alias(f"given {place}") for place, expression in given.items())
    answers = [pl.col(_step_name(step)) for step in program.steps]
    forbids = {code: bar.forbids for code, bar in program.rulebook.vocabulary.bars.items()}
    for place, (_, code, _) in enumerate(program.slots):
        bars = [other for other, slot in enumerate(program.slots) if code in forbids.get(slot[1], ())]
        line = pl.col(f"given {place}")
        if bars:
            ban = _any(pl.col(f"given {bar}") for bar in bars)
            answers += [(line & ~ban).alias(f"line {place}"), (line & ban).alias(f"withheld {place}")]
        else:
            answers.append(line.alias(f"line {place}"))
    return frame.select(answers)


def _levels(program: Program, makers: dict[str, list[Step]]) -> dict[int, int]:
    """Return for each step how many layers of findings lie under it."""
    levels: dict[int, int] = {}
    for step in program.in_layers:
        read = {code for clause in step.clauses for fact, code in clause if fact == FINDING}
        levels[step.index] = max((levels[maker.index] + 1 for code in read for maker in makers[code]), default=0)
    return levels


def _test(program: Program, test: Test) -> pl.Expr:
    if isinstance(test, FindingTest):
        return pl.col(_name((FINDING, test.finding)))
    if isinstance(test, NumberTest):
        column = pl.col(test.fact)
        above = YES if test.low is None else column >= test.low
        below = YES if test.high is None else column < test.high
        return (above & below).fill_null(test.unknown)
    if isinstance(program.rulebook.vocabulary.facts[test.fact], ChoiceFact):
        return pl.col(test.fact).is_in(list(test.values))
    return _any(pl.col(_name((test.fact, code))) for code in test.values)


def _any(expressions: Iterable[pl.Expr]) -> pl.Expr:
    first, *others = [*expressions] or [NO]
    return reduce(or_, others, first)


def _applied(steps: list[Step]) -> pl.Expr:
    return _any(pl.col(_step_name(step)) for step in steps)


def _held(people: People, atom: Atom) -> npt.NDArray[np.bool_]:
    bitmap = people.marks.get(atom)
    return np.zeros(people.count, np.bool_) if bitmap is None else unpack(bitmap, people.count)


def _name(atom: Atom) -> str:
    return f"{atom[0]} {atom[1]}"


def _step_name(step: Step) -> str:
    return f"step {step.index}"
