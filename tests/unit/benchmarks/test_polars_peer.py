"""Polars is put the same rules as our bitmaps, and says the same of everybody."""

from __future__ import annotations

import pytest
from fakes import REAL, load
from strategies import ON

from benchmarks import bitmaps, polars_peer
from nrm.engine.bitmaps import evaluate_all
from nrm.engine.program import compile_rulebook
from nrm.population.make import made_up
from nrm.population.people import population_for
from nrm.rulebook.resolve import rulebook_on


@pytest.fixture(scope="module")
def program():
    return compile_rulebook(rulebook_on(load(REAL), ON))


@pytest.mark.parametrize("others", [0.0, 0.5])
def test_polars_answers_as_we_do_in_both_forms(program, others):
    people = made_up(500, 1, program.rulebook.vocabulary, others)
    population = population_for(program, people)
    ours = evaluate_all(program, population)
    assert polars_peer.differing(program, ours, polars_peer.booleans(program, population).collect()) == []
    assert polars_peer.differing(program, ours, polars_peer.values(program, people).collect()) == []


def test_a_different_answer_is_noticed(program):
    some, others = (population_for(program, made_up(500, seed, program.rulebook.vocabulary)) for seed in (1, 2))
    theirs = polars_peer.booleans(program, others).collect()
    assert polars_peer.differing(program, evaluate_all(program, some), theirs)


def test_the_tables_and_the_goals_are_written(program):
    results = bitmaps.measure(program, 200, rounds=3)
    assert len(list(bitmaps.table(200, results))) == 2 + len(results)
    assert len(list(bitmaps.growth({200: results, 300: results}))) == 2 + len(results)
    assert list(bitmaps.goals([])) == []
    assert [line.split(" (goal")[1][:9] for line in bitmaps.goals(results)] == [": at most", ": at leas", ": at leas"]
