"""The third reading agrees with the other two: masks, Rete and formula find the same steps, findings and lines."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import real_files
from strategies import random_facts, rulebooks

from nrm.engine.decide import Engine
from nrm.engine.masks import encode, evaluate, findings
from nrm.proof.formula import CaseFormula
from nrm.proof.solver import decided
from nrm.rulebook.resolve import rulebook_on

ON = date(2026, 3, 1)
MODELS_OF_OURS = 60
CASES_OF_OURS = 60


def agree(engine, formula, model):
    """Assert that all three readings agree on the case that `model` describes; return its facts."""
    program = engine.program
    facts = formula.facts_in(model)
    reading = evaluate(program, encode(program, facts))
    assert engine.rete.evaluate(facts) == reading.fired

    def true(term):
        return z3.is_true(model.eval(term, model_completion=True))

    assert {step.index for step in program.steps if true(formula.steps[step.index])} == reading.fired
    made = {code for code, term in formula.findings.items() if true(term)}
    assert made == set(findings(program, reading.case))
    lines = decided(program, facts).slots
    assert {slot for slot in program.slots if true(formula.in_plan(slot))} == lines
    plan = engine.decide(facts, ON)
    for kind in ("finding", "offer", "duty", "bar", "disclosure"):
        assert set(plan.codes(kind)) == {slot[1] for slot in lines if slot[0] == kind}
    return facts


def pinned(program, formula, facts):
    """Return the formula's facts as they stand in `facts`: true or negated, one by one."""
    bits = encode(program, facts)
    return [term if bits & program.bits[atom] else z3.Not(term) for atom, term in formula.facts.items()]


def model_of(formula, *more):
    solver = z3.Solver()
    solver.add(formula.axioms)
    solver.add(*more)
    return solver.model() if solver.check() == z3.sat else None


def some_of(formula, random):
    """Random demands on the case: values of facts, steps that apply and steps that do not."""
    terms = [*formula.facts.values(), *formula.steps]
    return [term if random.random() < 0.5 else z3.Not(term) for term in random.sample(terms, min(6, len(terms)))]


@pytest.fixture(scope="module", params=[None, "gb"], ids=["base", "gb"])
def engine(request):
    return Engine(rulebook_on(real_files(), ON, request.param))


def test_all_three_readings_agree_on_what_the_solver_makes_up_for_our_own_rulebook(engine):
    random = Random(20260302)  # noqa: S311 - a test, not a secret
    formula = CaseFormula(engine.program, "one")
    seen = 0
    for _ in range(MODELS_OF_OURS):
        model = model_of(formula, *some_of(formula, random))
        if model is not None:
            agree(engine, formula, model)
            seen += 1
    assert seen > MODELS_OF_OURS / 4


def test_all_three_readings_agree_on_random_cases_of_our_own_rulebook(engine):
    random = Random(20260303)  # noqa: S311
    formula = CaseFormula(engine.program, "one")
    words = engine.program.rulebook.vocabulary
    for _ in range(CASES_OF_OURS):
        facts = random_facts(words, random, density=random.choice([0.05, 0.3, 1.0]))
        model = model_of(formula, *pinned(engine.program, formula, facts))
        assert model is not None
        found = agree(engine, formula, model)
        assert encode(engine.program, found) == encode(engine.program, facts)


@settings(max_examples=100, deadline=None)
@given(rulebooks(), st.integers(0, 2**32))
def test_all_three_readings_agree_on_any_rulebook(book, seed):
    engine = Engine(book)
    random = Random(seed)  # noqa: S311
    formula = CaseFormula(engine.program, "one")
    for _ in range(4):
        facts = random_facts(book.vocabulary, random, density=random.choice([0.1, 0.5, 1.0]))
        agree(engine, formula, model_of(formula, *pinned(engine.program, formula, facts)))
        made_up = model_of(formula, *some_of(formula, random))
        if made_up is not None:
            agree(engine, formula, made_up)
    engine.rete.close()
