"""Who gains and loses is counted as masks and plan decide person by person, and leaves the module protected only."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_books import book, rule
from strategies import ON, random_facts, rulebooks

from nrm.engine import bitmaps
from nrm.engine.bitmaps import evaluate_all, pack, unpack
from nrm.engine.decide import reasons
from nrm.engine.masks import encode, evaluate
from nrm.engine.plan import make_plan
from nrm.engine.program import compile_rulebook
from nrm.population.impact import TABLES, Affected, counted, impact
from nrm.population.make import made_up
from nrm.population.people import NOT_KNOWN, People, population_for
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.vocabulary import ChoiceFact, CodesFact, WholeFact
from nrm.statistics.protect import FEW, HIDDEN, protect, protect_count, protect_shares

FACTS = {"age_status": ["child", "adult"], "gender": ["feminine", "masculine"], "purposes": ("labour", "begging")}


def people_of(words, cases):
    """Return the people of whom `cases` tells the facts."""
    marks, numbers = {}, {}
    for name, fact in words.facts.items():
        values = [case[name] for case in cases]
        if isinstance(fact, WholeFact):
            numbers[name] = np.array([NOT_KNOWN if value is None else value for value in values], np.int32)
            continue
        for code in set(fact.values) - {"unknown"}:
            has = [code in value if isinstance(value, frozenset) else code == value for value in values]
            marks[name, code] = pack(np.array(has, np.bool_))
    return People(len(cases), marks, numbers)


def plan_lines(program, facts):
    plan = make_plan(program, ON, reasons(program, evaluate(program, encode(program, facts))))
    return {(line.kind, line.code, line.by) for lines in plan.lines.values() for line in lines}


def one_by_one(old, new, kinds, tabulated):
    """Return who gains and who loses each line, and under None any line: of each person the atoms that hold.

    `kinds` has pairs of facts and how many people have them.
    """
    gain, lose = {None: []}, {None: []}
    for facts, people in kinds:
        before, after = plan_lines(old, facts), plan_lines(new, facts)
        atoms = [(name, value) for name in tabulated for value in _held(facts[name])]
        for who, lines in ((gain, after - before), (lose, before - after)):
            for line in [*lines, *([None] if lines else [])]:
                who.setdefault(line, []).extend([atoms] * people)
    return gain, lose


def _held(value):
    return value if isinstance(value, frozenset) else [value]


def tallied(tally):
    return tally.people, +tally.atoms


def expected(everybody):
    return len(everybody), Counter(atom for atoms in everybody for atom in atoms)


def published(everybody, tabulated):
    """Return how those people may be shown."""
    people, atoms = expected(everybody)
    by = {}
    for name, fact in tabulated.items():
        cells = {value: atoms[name, value] for value in fact.values}
        by[name] = protect(cells) if isinstance(fact, ChoiceFact) else protect_shares(people, cells)
    return Affected(protect_count(people), by)


@st.composite
def two_books(draw):
    """Two rulebooks that share some of their rules, and bars that forbid less in the new one."""
    both = draw(rulebooks())
    where = draw(st.lists(st.sampled_from(["old", "new", "both"]), min_size=14, max_size=14))
    rules = list(zip(both.rules, where, strict=False))
    bars = {code: bar.model_copy(update={"forbids": bar.forbids[:1]}) for code, bar in both.vocabulary.bars.items()}
    old = replace(both, rules=tuple(one for one, place in rules if place != "new"))
    new = replace(both, rules=tuple(one for one, place in rules if place != "old"))
    return old, replace(new, vocabulary=replace(both.vocabulary, bars=bars))


@given(two_books(), st.integers(0, 2**32), st.integers(0, 12))
def test_gain_and_loss_are_what_masks_and_plan_say_person_by_person(books, seed, number):
    old, new = map(compile_rulebook, books)
    words = books[0].vocabulary
    random = Random(seed)  # noqa: S311 - a test, not a secret
    kinds = [
        (random_facts(words, random, density=random.choice([0.1, 0.5, 1.0])), random.randint(1, 40))
        for _ in range(number)
    ]
    people = people_of(words, [facts for facts, people in kinds for _ in range(people)])
    facts = {name: fact for name, fact in words.facts.items() if isinstance(fact, ChoiceFact | CodesFact)}
    gain, lose = one_by_one(old, new, kinds, facts)
    lines = {*old.slots, *new.slots}

    anything, each = counted(old, new, people, lines, facts, lambda _: None)
    assert each.keys() == lines >= (gain.keys() | lose.keys()) - {None}
    for line, tallies in [(None, anything), *each.items()]:
        assert tallied(tallies.gain) == expected(gain.get(line, []))
        assert tallied(tallies.lose) == expected(lose.get(line, []))

    shown = impact(old, new, people, by=words.facts)
    assert (shown.gain, shown.lose) == (published(gain[None], facts), published(lose[None], facts))
    for one in shown.lines:
        assert one.gain == published(gain.get(one.line, []), facts)
        assert one.lose == published(lose.get(one.line, []), facts)


def without(rulebook, *names):
    return replace(rulebook, rules=tuple(one for one in rulebook.rules if one.name not in names))


@pytest.mark.parametrize("name", ["penalty_for_compelled_act", "interpretation"])
def test_a_rule_that_is_dropped_takes_its_lines_from_those_to_whom_no_other_rule_gives_them(files, vocabulary, name):
    rulebook = rulebook_on(files, ON)
    old, new = compile_rulebook(rulebook), compile_rulebook(without(rulebook, name))
    people = made_up(50_000, 1, vocabulary)
    answers = evaluate_all(old, population_for(old, people))

    def given_by(steps):
        return np.any([unpack(answers.steps[step.index], people.count) for step in steps] or [[False]], axis=0)

    losers = {}
    for line in {(addition.kind, addition.code, addition.by) for addition in rulebook.rule(name).then}:
        place = old.slots.index(line)
        giving = [step for step in old.steps if place in step.gives]
        by_it = given_by([step for step in giving if step.rule.name == name])
        losers[line] = by_it & ~given_by([step for step in giving if step.rule.name != name])

    anything, each = counted(old, new, people, (*old.slots, *new.slots), {}, lambda _: None)
    assert {line: tallies.lose.people for line, tallies in each.items() if tallies.lose.people} == {
        line: who.sum() for line, who in losers.items()
    }
    assert all(who.any() for who in losers.values())
    assert anything.lose.people == np.any(list(losers.values()), axis=0).sum()
    assert anything.gain.people == 0
    shown = impact(old, new, people)
    assert shown.lose.total == anything.lose.people
    assert list(shown.lose.by) == list(TABLES)
    assert (shown.gain.total, set(shown.gain.by["purposes"].cells.values())) == (FEW, {FEW})


def crowd(**groups):
    """Return people by how many there are of each: feminine children who labour, masculine adults who do not."""
    cases = [{"age_status": "child", "gender": "feminine", "purposes": frozenset({"labour"})}] * groups["children"]
    return cases + [{"age_status": "adult", "gender": "masculine", "purposes": frozenset()}] * groups["adults"]


BED = ("offer", "bed", None)


@pytest.mark.parametrize(
    ("children", "adults", "total", "ages", "labour"),
    [
        (4, 5, FEW, (FEW, FEW, FEW), FEW),
        (4, 15, 19, (HIDDEN, HIDDEN, HIDDEN), HIDDEN),
        (4, 40, 44, (FEW, HIDDEN, FEW), FEW),
        (30, 40, 70, (HIDDEN, 40, FEW), 30),
    ],
)
def test_few_are_hidden_in_every_table(children, adults, total, ages, labour):
    small = book(FACTS, rule("bed", then=["offer:bed"]))
    old, new = compile_rulebook(small), compile_rulebook(without(small, "bed"))
    shown = impact(old, new, people_of(small.vocabulary, crowd(children=children, adults=adults)))
    assert [one.line for one in shown.lines] == [BED]
    assert shown.lose == shown.lines[0].lose
    assert shown.lose.total == total
    assert tuple(shown.lose.by["age_status"].cells.values()) == ages
    assert shown.lose.by["purposes"].cells["labour"] == labour
    assert shown.gain.total == FEW


def test_a_bar_that_is_new_takes_the_duty_that_it_forbids_from_whom_it_protects():
    forbids = {"contact": ("search",)}
    search = rule("search", then=["duty:search/caseworker/24 hours"])
    danger = rule("danger", when=[("age_status", "child")], then=["bar:contact"])
    new = book(FACTS, search, danger, forbids=forbids)
    shown = impact(
        compile_rulebook(book(FACTS, search)),
        compile_rulebook(new),
        people_of(new.vocabulary, crowd(children=30, adults=40)),
    )
    seen = {one.line: (one.gain.total, one.lose.total) for one in shown.lines}
    assert seen == {("duty", "search", "caseworker"): (FEW, 30), ("bar", "contact", None): (30, FEW)}
    assert (shown.gain.total, shown.lose.total) == (30, 30)


def test_only_the_lines_that_were_asked_for_count_and_none_that_no_plan_can_have():
    small = book(FACTS, rule("bed", then=["offer:bed", "offer:room"]), rule("room", when=[("gender", "feminine")]))
    old, new = compile_rulebook(small), compile_rulebook(without(small, "bed"))
    look = partial(impact, old, new, people_of(small.vocabulary, crowd(children=30, adults=40)))
    tent = ("offer", "tent", None)
    shown = look([tent, BED])
    assert [(one.line, one.lose.total) for one in shown.lines] == [(tent, FEW), (BED, 70)]
    assert (shown.lose.total, look([tent]).lose.total) == (70, FEW)


def test_a_fact_that_the_vocabulary_lacks_has_no_table_and_a_number_has_none():
    small = book({"gender": ["feminine"], "age_status": (0, 90)}, rule("bed", then=["offer:bed"]))
    program = compile_rulebook(small)
    assert list(impact(program, program, People(70, {}, {})).lose.by) == ["gender"]


def test_blocks_are_added_up_and_progress_hears_of_each(monkeypatch, files, vocabulary):
    rulebook = rulebook_on(files, ON)
    old, new = compile_rulebook(rulebook), compile_rulebook(without(rulebook, "dependants"))
    people = made_up(1000, 1, vocabulary)
    at_once = impact(old, new, people)
    monkeypatch.setattr(bitmaps, "BLOCK", 5)
    done = []
    assert impact(old, new, people, progress=done.append) == at_once
    assert done == [320, 640, 960, 1000]


def test_nobody_at_all_gains_or_loses(files):
    program = compile_rulebook(rulebook_on(files, ON))
    shown = impact(program, program, People(0, {}, {}))
    assert {one.lose.total for one in shown.lines} == {shown.gain.total} == {FEW}


def test_somebody_with_two_values_is_noticed_before_anything_is_shown():
    small = book(FACTS, rule("bed", then=["offer:bed"]))
    both = pack(np.ones(50, np.bool_))
    people = People(50, {("gender", "feminine"): both, ("gender", "masculine"): both}, {})
    with pytest.raises(AssertionError, match="two values of `gender`"):
        impact(compile_rulebook(small), compile_rulebook(without(small, "bed")), people)
