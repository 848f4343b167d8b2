"""The third reading answers for everybody what masks and plan answer for one person after the other."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_books import book, rule
from strategies import ON, random_facts, rulebooks

from nrm.engine import bitmaps
from nrm.engine.bitmaps import (
    Bitmaps,
    Population,
    count,
    evaluate_all,
    everyone,
    holds,
    in_blocks,
    pack,
    population_of,
    unpack,
)
from nrm.engine.circuit import circuit_of
from nrm.engine.decide import reasons
from nrm.engine.masks import encode, evaluate
from nrm.engine.plan import make_plan
from nrm.engine.program import compile_rulebook

FACTS = {"age": ["child", "adult"], "signs": ("debt", "threats"), "days": (0, 90)}


def expected(program, facts):
    """Return the steps, lines and withheld lines of one person, as masks and plan have them."""
    reading = evaluate(program, encode(program, facts))
    plan = make_plan(program, ON, reasons(program, reading))
    lines = {(line.kind, line.code, line.by) for lines in plan.lines.values() for line in lines}
    return reading.fired, lines, {(line.kind, line.code, line.by) for line in plan.withheld}


def answered(program, answers, person):
    """Return the same of one person, from the bitmaps."""
    steps = frozenset(index for index, bitmap in enumerate(answers.steps) if holds(bitmap, person))
    lines = {program.slots[place] for place, bitmap in answers.lines.items() if holds(bitmap, person)}
    return steps, lines, {program.slots[place] for place, bitmap in answers.withheld.items() if holds(bitmap, person)}


def check_everybody(program, people):
    answers = evaluate_all(program, population_of(program, people))
    assert answers.people == len(people)
    for person, facts in enumerate(people):
        assert answered(program, answers, person) == expected(program, facts), facts
    for bitmap in (*answers.steps, *answers.lines.values(), *answers.withheld.values()):
        assert not (bitmap & ~everyone(len(people))).any(), "a ghost after the last person"
    return answers


def some_people(words, seed, number):
    random = Random(seed)  # noqa: S311 - a test, not a secret
    return [random_facts(words, random, density=random.choice([0.1, 0.5, 1.0])) for _ in range(number)]


@given(rulebooks(), st.integers(0, 2**32), st.integers(0, 130))
def test_everybody_is_answered_as_masks_and_plan_answer_one_by_one_and_nobody_else(random_book, seed, number):
    program = compile_rulebook(random_book)
    check_everybody(program, some_people(random_book.vocabulary, seed, number))


@pytest.mark.parametrize("country", [None, "gb"])
def test_our_own_rulebook_is_answered_alike_for_a_thousand_people(real_application, country):
    program = real_application.engine(ON, country).program
    answers = check_everybody(program, some_people(program.rulebook.vocabulary, 20260301, 1000))
    assert all(bitmap.any() for bitmap in answers.steps)


def test_people_beyond_one_chunk_and_one_block_are_answered_alike(monkeypatch, real_engine):
    people = some_people(real_engine.program.rulebook.vocabulary, 1, 1000)
    monkeypatch.setattr(bitmaps, "CHUNK", 3)
    monkeypatch.setattr(bitmaps, "BLOCK", 5)
    population = population_of(real_engine.program, people)
    whole = check_everybody(real_engine.program, people)
    ready = Bitmaps(real_engine.program)
    blocks = [ready.evaluate(block) for block in in_blocks(population)]
    assert [block.people for block in blocks] == [320, 320, 320, 40]
    for place, bitmap in whole.lines.items():
        assert np.array_equal(np.concatenate([block.lines[place] for block in blocks]), bitmap)


def test_a_bar_withholds_a_line_only_from_those_for_whom_it_is_in_force():
    program = compile_rulebook(
        book(
            FACTS,
            rule("search", when=[("signs", "debt")], then=["duty:search/caseworker/24 hours"]),
            rule("danger", when=[("age", "child")], then=["bar:contact"]),
            forbids={"contact": ("search",)},
        )
    )
    people = [{"signs": frozenset({"debt"}), "age": age} for age in ("child", "adult", "unknown")]
    answers = check_everybody(program, people)
    place = program.slots.index(("duty", "search", "caseworker"))
    assert unpack(answers.lines[place], 3).tolist() == [False, True, True]
    assert unpack(answers.withheld[place], 3).tolist() == [True, False, False]


def test_what_nobody_has_and_what_everybody_has_are_answered():
    program = compile_rulebook(
        book(
            FACTS,
            rule("always", then=["offer:bed"]),
            rule("never", when=["finding:f"], then=["offer:room"]),
            rule("never_a_number", when=[("days", ">=5", "<5")], then=["offer:tent"]),
        )
    )
    answers = evaluate_all(program, Population(70, {}))
    assert {program.slots[place][1]: count(bitmap) for place, bitmap in answers.lines.items()} == {
        "bed": 70,
        "room": 0,
        "tent": 0,
    }


def test_findings_that_a_population_brings_are_read_as_masks_reads_them():
    program = compile_rulebook(book(FACTS, rule("found", when=["finding:f"], then=["offer:room"])))
    answers = evaluate_all(program, Population(2, {("finding", "f"): pack(np.array([False, True]))}))
    assert unpack(answers.lines[0], 2).tolist() == [False, True]


def test_nobody_at_all_is_answered(real_engine):
    answers = evaluate_all(real_engine.program, population_of(real_engine.program, []))
    assert all(len(bitmap) == 0 for bitmap in answers.steps)


def test_answers_cannot_be_written_to_and_the_population_stays_as_it_was(real_engine):
    program = real_engine.program
    population = population_of(program, some_people(program.rulebook.vocabulary, 2, 100))
    before = {atom: bitmap.copy() for atom, bitmap in population.bitmaps.items()}
    answers = evaluate_all(program, population)
    with pytest.raises(ValueError, match="read-only"):
        answers.steps[0][:] = 0
    for atom, bitmap in population.bitmaps.items():
        assert bitmap.flags.writeable
        assert np.array_equal(bitmap, before[atom])


def test_a_bitmap_of_another_population_is_noticed():
    with pytest.raises(AssertionError, match="one bit for each person"):
        Population(65, {("age", "child"): everyone(64)})


def test_what_several_rules_ask_is_one_gate():
    asked = [("signs", "debt", "threats"), ("age", "child", "unknown")]
    rules = [rule(f"rule_{number}", when=asked, then=[f"offer:offer_{number}"]) for number in range(20)]
    one = circuit_of(compile_rulebook(book(FACTS, rules[0])))
    twenty = circuit_of(compile_rulebook(book(FACTS, *rules)))
    assert len(twenty.gates) == len(one.gates) == 3
    assert len(set(twenty.lines.values())) == 1


def test_a_clause_inside_another_is_worked_out_once():
    signs = tuple(f"sign_{number}" for number in range(8))
    program = compile_rulebook(
        book(
            {"signs": signs},
            rule("a_few", when=[("signs", *signs[:6])], then=["offer:bed"]),
            rule("many", when=[("signs", *signs)], then=["offer:room"]),
        )
    )
    assert len(circuit_of(program).gates) == 7


@given(st.lists(st.booleans(), max_size=200))
def test_a_bitmap_gives_back_what_was_packed(chosen):
    bitmap = pack(np.array(chosen, np.bool_))
    assert unpack(bitmap, len(chosen)).tolist() == chosen
    assert [holds(bitmap, person) for person in range(len(chosen))] == chosen
    assert count(bitmap) == sum(chosen)
