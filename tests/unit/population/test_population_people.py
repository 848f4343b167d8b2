"""Coded facts in columns are read by a program as the facts of each person are."""

from __future__ import annotations

import numpy as np
import pytest
from strategies import ON

from nrm.engine.bitmaps import count, evaluate_all, holds, pack, population_of
from nrm.engine.masks import encode, evaluate
from nrm.engine.program import compile_rulebook
from nrm.population.make import made_up
from nrm.population.people import NOT_KNOWN, People, population_for
from nrm.rulebook.resolve import rulebook_on


@pytest.fixture(scope="module")
def program(files):
    return compile_rulebook(rulebook_on(files, ON))


@pytest.mark.parametrize("others", [0.0, 0.05, 0.5, 1.0])
def test_columns_give_the_bits_that_each_person_has(program, vocabulary, others):
    people = made_up(300, 5, vocabulary, others)
    population = population_for(program, people)
    one_by_one = population_of(program, [people.facts_of(person, vocabulary) for person in range(300)])
    for atom, bitmap in one_by_one.bitmaps.items():
        assert np.array_equal(population.bitmaps.get(atom, np.zeros_like(bitmap)), bitmap), atom


def test_everybody_is_decided_as_one_by_one(program, vocabulary):
    people = made_up(500, 6, vocabulary)
    answers = evaluate_all(program, population_for(program, people))
    for person in range(500):
        fired = evaluate(program, encode(program, people.facts_of(person, vocabulary))).fired
        assert fired == {index for index, bitmap in enumerate(answers.steps) if holds(bitmap, person)}


def test_people_of_whom_nothing_is_known_are_unknown_in_everything(program, vocabulary):
    nobody_known = People(70, {}, {})
    population = population_for(program, nobody_known)
    unknown = encode(program, {})
    for atom, bitmap in population.bitmaps.items():
        assert count(bitmap) == (70 if unknown & program.bits[atom] else 0), atom
    assert nobody_known.known_facts(vocabulary) == ()


def test_known_facts_are_those_that_somebody_has_in_the_order_of_the_vocabulary(vocabulary):
    people = People(
        2,
        {("gender", "feminine"): pack(np.array([False, True])), ("means", "fraud"): pack(np.array([False, False]))},
        {"months_exploited": np.array([NOT_KNOWN, 3], np.int32), "days_to_eighteenth_birthday": np.array([-1, -1])},
    )
    assert people.known_facts(vocabulary) == ("gender", "months_exploited")
    assert people.facts_of(1, vocabulary)["gender"] == "feminine"
    assert people.facts_of(0, vocabulary)["gender"] == "unknown"
    assert people.facts_of(1, vocabulary)["months_exploited"] == 3
    assert people.facts_of(0, vocabulary)["months_exploited"] is None
    assert people.facts_of(0, vocabulary)["means"] == frozenset()
