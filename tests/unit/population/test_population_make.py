"""Made-up people: as frequent as CTDC counts, the same from the same seed, and possible."""

from __future__ import annotations

import numpy as np
import pytest

from nrm.engine.bitmaps import count, unpack
from nrm.population import margins
from nrm.population.make import CHOICES, made_up
from nrm.population.people import NOT_KNOWN
from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, CodesFact, Vocabulary, WholeFact

COUNT = 100_000
NEAR = 0.006
"""Four standard deviations of a share among so many people."""


@pytest.fixture(scope="module")
def people(vocabulary):
    return made_up(COUNT, 1, vocabulary)


def share(people, *atoms):
    return count(np.bitwise_or.reduce([people.marks[atom] for atom in atoms])) / people.count


def test_each_choice_with_a_margin_is_as_frequent_as_ctdc_counts(people):
    for name, counts in CHOICES.items():
        for value, known in counts.items():
            assert share(people, (name, value)) == pytest.approx(known / margins.RECORDS, abs=NEAR), (name, value)


def test_each_variable_is_as_frequent_as_ctdc_counts_in_every_fact_that_holds_it(people, vocabulary):
    seen = set()
    for name, fact in vocabulary.facts.items():
        if not isinstance(fact, CodesFact):
            continue
        for variable, known in margins.VARIABLES.items():
            atoms = [(name, code) for code, value in fact.values.items() if value.ctdc == variable]
            if atoms:
                seen.add(variable)
                assert share(people, *atoms) == pytest.approx(known / margins.RECORDS, abs=NEAR), (name, variable)
    assert seen == set(margins.VARIABLES)


def test_a_variable_that_two_facts_hold_says_the_same_in_both(people, vocabulary):
    held = {
        name: [
            people.marks[name, code]
            for code, value in vocabulary.facts[name].values.items()
            if value.ctdc == "meansThreats"
        ]
        for name in ("means", "methods_of_control", "indicators")
    }
    first, *others = [np.bitwise_or.reduce(bitmaps) for bitmaps in held.values()]
    assert all(np.array_equal(first, other) for other in others)


def test_nobody_has_two_values_of_one_fact(people, vocabulary):
    for name, fact in vocabulary.facts.items():
        if isinstance(fact, ChoiceFact):
            values = [people.marks[name, value] for value in fact.values if value != UNKNOWN]
            assert sum(map(count, values)) == count(np.bitwise_or.reduce(values)), name


def test_numbers_stay_inside_their_bounds(people, vocabulary):
    for name, fact in vocabulary.facts.items():
        if isinstance(fact, WholeFact):
            known = people.numbers[name][people.numbers[name] != NOT_KNOWN]
            assert fact.from_ <= known.min() <= known.max() <= fact.to


def test_a_child_was_a_child_when_exploited_and_only_a_child_has_days_left(people):
    child = unpack(people.marks["age_status", "child"], COUNT)
    then = unpack(people.marks["age_status_at_exploitation", "child"], COUNT)
    assert then[child].all()
    assert not unpack(people.marks["age_status_at_exploitation", "adult"], COUNT)[child].any()
    assert (people.numbers["days_to_eighteenth_birthday"][~child] == NOT_KNOWN).all()


def test_the_same_seed_makes_the_same_people_and_another_seed_others(people, vocabulary):
    again, other = made_up(COUNT, 1, vocabulary), made_up(COUNT, 2, vocabulary)
    assert all(np.array_equal(people.marks[atom], again.marks[atom]) for atom in people.marks)
    assert all(np.array_equal(column, again.numbers[name]) for name, column in people.numbers.items())
    assert any(not np.array_equal(people.marks[atom], other.marks[atom]) for atom in people.marks)


def test_a_fact_that_is_added_leaves_the_others_as_they_were(people, vocabulary):
    fewer = Vocabulary(facts={name: vocabulary.facts[name] for name in ("means", "gender")})
    made = made_up(COUNT, 1, fewer)
    assert all(np.array_equal(people.marks[atom], bitmap) for atom, bitmap in made.marks.items())
    assert made.numbers == {}


@pytest.mark.parametrize(("others", "known"), [(0.0, 0), (1.0, 1000)])
def test_others_is_the_share_of_whom_all_else_is_known(vocabulary, others, known):
    people = made_up(1000, 3, vocabulary, others)
    values = [people.marks[atom] for atom in people.marks if atom[0] == "residence_status"]
    assert sum(map(count, values)) == known
    assert (people.numbers["months_exploited"] != NOT_KNOWN).sum() == known
