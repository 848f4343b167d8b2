"""The cases of an installation as a population: each given as what is known of its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nrm.engine.bitmaps import pack
from nrm.population.people import NOT_KNOWN, People
from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, WholeFact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nrm.rulebook.vocabulary import Vocabulary


def people_of(caseload: Iterable[Mapping[str, object]], vocabulary: Vocabulary) -> People:
    """Return cases as columns; a case is {fact: value, list of codes, or number}.

    A fact or a value that the vocabulary does not have, as an old case may, is not known.
    """
    cases = list(caseload)
    marks, numbers = {}, {}
    for name, fact in vocabulary.facts.items():
        values = [case.get(name) for case in cases]
        if isinstance(fact, WholeFact):
            column = [
                value if isinstance(value, int) and fact.from_ <= value <= fact.to else NOT_KNOWN for value in values
            ]
            numbers[name] = np.array(column, np.int32)
            continue
        for code in fact.values:
            if isinstance(fact, ChoiceFact) and code == UNKNOWN:
                continue
            held = np.array([code == one or (isinstance(one, list) and code in one) for one in values], bool)
            if held.any():
                marks[name, code] = pack(held)
    return People(len(cases), marks, numbers)
