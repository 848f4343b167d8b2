"""Made-up people: what CTDC counts about real ones is as frequent among them, everything else is drawn evenly.

Each margin is drawn by itself, so what goes together in real lives does not go together here. Made-up people are for
trying rules, for measuring and for tests of scale; nothing about trafficking can be learnt from them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nrm.engine.bitmaps import pack, unpack
from nrm.population import margins
from nrm.population.people import NOT_KNOWN, People
from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, WholeFact

if TYPE_CHECKING:
    from nrm.engine.bitmaps import Bitmap
    from nrm.engine.program import Atom
    from nrm.population.people import Numbers
    from nrm.rulebook.vocabulary import CodesFact, Vocabulary

_CHILDREN = sum(margins.AGE_BANDS[band] for band in margins.CHILD_BANDS)
_THIRD_GENDERS = ("transgender_feminine", "transgender_masculine", "non_conforming")

CHOICES: dict[str, dict[str, float]] = {
    "age_status": {"child": _CHILDREN, "adult": sum(margins.AGE_BANDS.values()) - _CHILDREN},
    "gender": {
        "feminine": margins.WOMEN,
        # The recoding does not tell men from people without an entry; the made-up ones are men.
        "masculine": margins.RECORDS - margins.WOMEN - margins.TRANS_OR_NON_CONFORMING,
        **dict.fromkeys(_THIRD_GENDERS, margins.TRANS_OR_NON_CONFORMING / len(_THIRD_GENDERS)),
    },
    "nationality_status": {"national": margins.CITIZENS},
}
"""For each choice fact with a margin: of how many of CTDC's records each value is known."""

_DRAWS = 1 << 16
"""A draw is a number under this: 16 bits are as fine as 91,043 records and cost a quarter of 64."""

Draws = npt.NDArray[np.uint16]


def made_up(count: int, seed: int, vocabulary: Vocabulary, others: float = margins.OTHERS_KNOWN) -> People:
    """Return `count` made-up people; the same count, seed, vocabulary and share give the same people.

    `others` is the share of people of whom a fact without a published margin is known, from 0 to 1. Each fact is drawn
    from random numbers of its own, so a fact that is added to the vocabulary leaves all others as they were.
    """
    return _Maker(count, seed, others).people(vocabulary)


class _Maker:
    """Draws one fact after the other."""

    def __init__(self, count: int, seed: int, others: float) -> None:
        self.count = count
        self.seed = seed
        self.others = others

    def people(self, vocabulary: Vocabulary) -> People:
        marks: dict[Atom, Bitmap] = {}
        numbers: dict[str, Numbers] = {}
        for name, fact in vocabulary.facts.items():
            if isinstance(fact, WholeFact):
                numbers[name] = self._numbers(name, fact)
            elif isinstance(fact, ChoiceFact):
                marks.update(self._choice(name, fact))
            else:
                marks.update(self._codes(name, fact))
        _follow_age(marks, numbers)
        return People(self.count, marks, numbers)

    def _random(self, about: str) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64([self.seed, *about.encode()]))

    def _draws(self, about: str) -> Draws:
        return self._random(about).integers(0, _DRAWS, self.count, np.uint16)

    def _choice(self, name: str, fact: ChoiceFact) -> dict[Atom, Bitmap]:
        values = [value for value in fact.values if value != UNKNOWN]
        if name in CHOICES:
            shares = [CHOICES[name].get(value, 0) / margins.RECORDS for value in values]
        else:
            shares = [self.others / len(values)] * len(values)
        return _split(self._draws(name), [(name, value) for value in values], shares)

    def _codes(self, name: str, fact: CodesFact) -> dict[Atom, Bitmap]:
        marks: dict[Atom, Bitmap] = {}
        merged: dict[str, list[Atom]] = {}
        for code, value in fact.values.items():
            if value.ctdc in margins.VARIABLES:
                merged.setdefault(value.ctdc, []).append((name, code))
            else:
                share = self.others * margins.CODES_OF_KNOWN
                marks.update(_split(self._draws(f"{name}/{code}"), [(name, code)], [share]))
        for variable, atoms in merged.items():
            # Drawn once for the variable, so that whatever facts hold it agree; which of its codes, is drawn evenly.
            share = margins.VARIABLES[variable] / margins.RECORDS / len(atoms)
            marks.update(_split(self._draws(variable), atoms, [share] * len(atoms)))
        return marks

    def _numbers(self, name: str, fact: WholeFact) -> Numbers:
        random = self._random(name)
        known = random.integers(0, _DRAWS, self.count, np.uint16) < round(self.others * _DRAWS)
        return np.where(known, random.integers(fact.from_, fact.to + 1, self.count), NOT_KNOWN).astype(np.int32)


def _split(draws: Draws, atoms: list[Atom], shares: list[float]) -> dict[Atom, Bitmap]:
    """Give the first `shares` of all draws to the first of `atoms`, the next to the next, and the rest to none."""
    edges = np.rint(np.cumsum([0.0, *shares]) * _DRAWS).astype(int).tolist()
    return {
        atom: pack((draws >= low) & (draws < high)) for atom, (low, high) in zip(atoms, pairwise(edges), strict=True)
    }


def _follow_age(marks: dict[Atom, Bitmap], numbers: dict[str, Numbers]) -> None:
    """Let what follows from being a child today follow: a child then, and only a child has days left to 18."""
    child = marks.get(("age_status", "child"))
    if child is None:
        return
    then = {atom: bitmap for atom, bitmap in marks.items() if atom[0] == "age_status_at_exploitation"}
    for atom, bitmap in then.items():
        marks[atom] = bitmap | child if atom[1] == "child" else bitmap & ~child
    left = "days_to_eighteenth_birthday"
    if left in numbers:
        numbers[left] = np.where(unpack(child, len(numbers[left])), numbers[left], NOT_KNOWN).astype(np.int32)
