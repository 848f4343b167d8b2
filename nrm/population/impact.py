"""Who gains and who loses between two rulebooks: one population under both, and what may be seen of the difference.

A line is a slot of a plan. Somebody gains it when it stands in the plan of the new rulebook and not in that of the old,
and loses it the other way round; a line that a bar withholds stands in no plan. What that means goes by the kind: who
gains a bar is better protected, of whom gains a disclosure more is shared. One person can gain and lose.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from nrm.engine.bitmaps import Bitmap, Bitmaps, Population, count, everyone, in_blocks, words
from nrm.population.people import population_for
from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, CodesFact
from nrm.statistics.protect import ProtectedTable, Shown, protect, protect_count, protect_shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nrm.engine.bitmaps import Answers
    from nrm.engine.program import Atom, Program, Slot
    from nrm.population.people import People

    _Facts = Mapping[str, ChoiceFact | CodesFact]

TABLES = ("age_status", "gender", "purposes")
"""The facts by which those who gain or lose are told apart: age, sex and form of exploitation."""


@dataclass(frozen=True)
class Affected:
    """How many people gain or lose, and one table for each fact of `TABLES` that the vocabulary has."""

    total: Shown
    by: Mapping[str, ProtectedTable]


@dataclass(frozen=True)
class LineImpact:
    """Who gains and who loses one line."""

    line: Slot
    gain: Affected
    lose: Affected


@dataclass(frozen=True)
class Impact:
    """Who gains and who loses any of `lines`, and each of them.

    INVARIANT (no raw count): every number of people in it went through `nrm.statistics.protect`. Lines that nobody
    gains or loses are here too, because nobody looks like a few. Each total is protected by itself: who subtracts the
    counts of one line from those of another that nearly the same people gain or lose may find a few, so an impact on
    real people is for those who may see their cases, until somebody has looked at all of its tables together.
    """

    gain: Affected
    lose: Affected
    lines: tuple[LineImpact, ...]


@dataclass
class Tally:
    """Raw counts, which stay in this module: how many people, and how many of them each atom holds for."""

    people: int = 0
    atoms: Counter[Atom] = field(default_factory=Counter)

    def add(self, who: Bitmap, groups: Mapping[Atom, Bitmap]) -> None:
        """Count the people in one block."""
        if not who.any():
            return
        self.people += count(who)
        for atom, bitmap in groups.items():
            self.atoms[atom] += count(who & bitmap)


@dataclass
class Tallies:
    """Raw counts of those who gain and those who lose."""

    gain: Tally = field(default_factory=Tally)
    lose: Tally = field(default_factory=Tally)


def impact(
    old: Program,
    new: Program,
    people: People,
    lines: Iterable[Slot] | None = None,
    by: Iterable[str] = TABLES,
    progress: Callable[[int], None] = lambda _done: None,
) -> Impact:
    """Return who gains and who loses when `new` takes the place of `old`, protected.

    The two have a vocabulary with the same facts; rules, outcomes and bars may differ. Without `lines` every line that
    either of them can give is looked at. `by` names the facts that are tabulated; whole numbers, and facts that the
    vocabulary does not have, are left out. `progress` hears after each block how many people are done.
    """
    known = new.rulebook.vocabulary.facts
    facts = {name: fact for name in by if isinstance(fact := known.get(name), ChoiceFact | CodesFact)}
    asked = (*old.slots, *new.slots) if lines is None else lines
    anything, each = counted(old, new, people, asked, facts, progress)
    return Impact(
        gain=_protected(anything.gain, facts),
        lose=_protected(anything.lose, facts),
        lines=tuple(
            LineImpact(line, _protected(tallies.gain, facts), _protected(tallies.lose, facts))
            for line, tallies in each.items()
        ),
    )


def counted(
    old: Program,
    new: Program,
    people: People,
    lines: Iterable[Slot],
    facts: _Facts,
    progress: Callable[[int], None],
) -> tuple[Tallies, dict[Slot, Tallies]]:
    """Return the raw counts for any of `lines` and for each; nobody but `impact` and its tests may see them."""
    anything = Tallies()
    each = {line: Tallies() for line in lines}
    done = 0
    for before, after, groups in _blocks(old, new, people, facts):
        nobody = np.zeros(words(before.people), np.uint64)
        gain_any, lose_any = nobody.copy(), nobody.copy()
        had, has = _by_line(old, before), _by_line(new, after)
        for line, tallies in each.items():
            once, now = had.get(line, nobody), has.get(line, nobody)
            gain, lose = now & ~once, once & ~now
            gain_any |= gain
            lose_any |= lose
            tallies.gain.add(gain, groups)
            tallies.lose.add(lose, groups)
        anything.gain.add(gain_any, groups)
        anything.lose.add(lose_any, groups)
        done += before.people
        progress(done)
    return anything, each


def _blocks(
    old: Program, new: Program, people: People, facts: _Facts
) -> Iterator[tuple[Answers, Answers, Mapping[Atom, Bitmap]]]:
    """Yield block after block what both programs answer, and who is in which group; memory stays small."""
    before, after = Bitmaps(old), Bitmaps(new)
    populations = population_for(old, people), population_for(new, people), _groups(people, facts)
    for one, same, groups in zip(*map(in_blocks, populations), strict=True):
        yield before.evaluate(one), after.evaluate(same), groups.bitmaps


def _by_line(program: Program, answers: Answers) -> dict[Slot, Bitmap]:
    return {program.slots[place]: bitmap for place, bitmap in answers.lines.items()}


def _groups(people: People, facts: _Facts) -> Population:
    """Return for each value of the facts who has it; of a choice fact that nobody has said, `unknown`."""
    groups: dict[Atom, Bitmap] = {}
    for name, fact in facts.items():
        said = {(name, value): people.marks[name, value] for value in fact.values if (name, value) in people.marks}
        groups.update(said)
        if isinstance(fact, ChoiceFact):
            groups[name, UNKNOWN] = reduce(lambda left, one: left & ~one, said.values(), everyone(people.count))
    return Population(people.count, groups)


def _protected(tally: Tally, facts: _Facts) -> Affected:
    tables: dict[str, ProtectedTable] = {}
    for name, fact in facts.items():
        cells = {value: tally.atoms[name, value] for value in fact.values}
        if isinstance(fact, CodesFact):
            tables[name] = protect_shares(tally.people, cells)
        else:
            assert sum(cells.values()) == tally.people, f"somebody has two values of `{name}`"
            tables[name] = protect(cells)
    return Affected(protect_count(tally.people), tables)
