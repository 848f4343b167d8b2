"""The coded facts of many people, in columns, whatever rulebook will read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nrm.engine.bitmaps import Bitmap, Population, everyone, holds, pack
from nrm.rulebook.book import FINDING
from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, WholeFact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nrm.engine.facts import Facts, FactValue
    from nrm.engine.program import Atom, Program
    from nrm.rulebook.vocabulary import Vocabulary

NOT_KNOWN = -1
"""In a column of numbers: nobody has said the number."""

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class People:
    """`count` people with what is known of them.

    `marks` has a bitmap for each value of a choice fact and each code of a codes fact that somebody has, `numbers` a
    column for each whole fact that is known of somebody. What is missing in both is unknown, or was not observed.

    INVARIANT (unknown is not stored): `unknown` is whatever no other value of the same fact says, so that nobody can
    be both, and a fact that is new in the vocabulary is unknown for everybody.
    """

    count: int
    marks: Mapping[Atom, Bitmap]
    numbers: Mapping[str, Numbers]

    def known_facts(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        """Return the facts that are known of somebody, in the order of the vocabulary."""
        marked = {fact for (fact, _), bitmap in self.marks.items() if bitmap.any()}
        numbered = {fact for fact, column in self.numbers.items() if (column != NOT_KNOWN).any()}
        return tuple(name for name in vocabulary.facts if name in marked | numbered)

    def facts_of(self, person: int, vocabulary: Vocabulary) -> Facts:
        """Return the facts of one person, counted from 0, as an engine takes them."""
        return {name: self._fact_of(person, name, vocabulary) for name in vocabulary.facts}

    def _fact_of(self, person: int, name: str, vocabulary: Vocabulary) -> FactValue:
        fact = vocabulary.facts[name]
        if isinstance(fact, WholeFact):
            number = int(self.numbers[name][person]) if name in self.numbers else NOT_KNOWN
            return None if number == NOT_KNOWN else number
        held = frozenset(
            value for value in fact.values if (name, value) in self.marks and holds(self.marks[name, value], person)
        )
        return next(iter(held), UNKNOWN) if isinstance(fact, ChoiceFact) else held


def population_for(program: Program, people: People) -> Population:
    """Return the bitmaps of `people` that `program` reads; those of values and codes are shared, not copied."""
    bitmaps: dict[Atom, Bitmap] = {}
    facts = program.rulebook.vocabulary.facts
    for atom in program.atoms:
        name, value = atom
        if name == FINDING:
            continue
        fact = facts[name]
        if isinstance(fact, WholeFact):
            bitmaps[atom] = _numbered(program, people, name, value)
        elif value == UNKNOWN and isinstance(fact, ChoiceFact):
            bitmaps[atom] = _nobody_said(people, name, fact.values)
        elif atom in people.marks:
            bitmaps[atom] = people.marks[atom]
    return Population(people.count, bitmaps)


def _numbered(program: Program, people: People, name: str, value: str) -> Bitmap:
    column = people.numbers.get(name)
    if column is None:
        return pack(np.full(people.count, value == UNKNOWN))
    if value == UNKNOWN:
        return pack(column == NOT_KNOWN)
    interval = next(one for one in program.intervals[name] if one.name == value)
    return pack((column >= interval.low) & (column < interval.high))


def _nobody_said(people: People, name: str, values: Mapping[str, object]) -> Bitmap:
    said = [people.marks[name, value] for value in values if (name, value) in people.marks]
    return reduce(lambda left, bitmap: left & ~bitmap, said, everyone(people.count))
