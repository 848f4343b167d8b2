"""What must be true of every rulebook and every case, however strange."""

from __future__ import annotations

import gc
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import ON, facts_of, random_facts, rulebooks

from nrm.bootstrap import Application
from nrm.config import settings as project_settings
from nrm.engine.decide import Engine
from nrm.engine.masks import encode, evaluate
from nrm.engine.view import view
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.vocabulary import CodesFact

pytestmark = pytest.mark.no_cover
"""Campaigns of many decisions: measuring coverage would double their time, and the unit tests reach the same lines."""

OURS = {None: 35_000, "gb": 15_000}
"""Decisions on our own rulebooks, by country."""
OF_ONE_RANDOM_RULEBOOK = 100
RANDOM_RULEBOOKS = 500
"""Together at least 100,000 decisions on which both engines must agree."""


@pytest.fixture(scope="module")
def application():
    return Application(project_settings())


@pytest.fixture(scope="module", params=[None, "gb"], ids=["base", "gb"])
def engine(request, application):
    return Engine(rulebook_on(application.files, ON, request.param))


def codes(plan):
    return {kind: plan.codes(kind) for kind in ("finding", "offer", "duty", "bar", "disclosure")}


def test_both_engines_agree_on_every_case_of_our_own_rulebook(engine):
    random = Random(20260301)  # noqa: S311 - a test, not a secret
    words = engine.program.rulebook.vocabulary
    for number in range(OURS[engine.program.rulebook.country]):
        facts = random_facts(words, random, density=random.choice([0.05, 0.2, 0.6, 1.0]))
        masks = evaluate(engine.program, encode(engine.program, facts)).fired
        assert engine.rete.evaluate(facts) == masks, f"case {number} of this seed"


@settings(max_examples=RANDOM_RULEBOOKS, deadline=None)
@given(rulebooks(), st.integers(0, 2**32))
def test_both_engines_agree_on_any_rulebook_and_any_facts(book, seed):
    engine = Engine(book)
    random = Random(seed)  # noqa: S311
    for _ in range(OF_ONE_RANDOM_RULEBOOK):
        facts = random_facts(book.vocabulary, random, density=random.choice([0.1, 0.5, 1.0]))
        masks = evaluate(engine.program, encode(engine.program, facts)).fired
        assert engine.rete.evaluate(facts) == masks, facts
    engine.rete.close()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_one_more_observed_code_never_removes_an_offer_a_bar_or_a_finding(data):
    book = data.draw(rulebooks())
    engine = Engine(book)
    facts = data.draw(facts_of(book.vocabulary))
    observable = [
        (name, code)
        for name, fact in book.vocabulary.facts.items()
        if isinstance(fact, CodesFact)
        for code in fact.values
        if code not in facts[name]
    ]
    before = codes(engine.decide(facts, ON))
    for name, code in observable:
        after = codes(engine.decide({**facts, name: facts[name] | {code}}, ON))
        for kind in ("finding", "offer", "bar"):
            assert before[kind] <= after[kind], (name, code, kind)
    engine.rete.close()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_bar_always_wins(data):
    book = data.draw(rulebooks())
    engine = Engine(book)
    plan = engine.decide(data.draw(facts_of(book.vocabulary)), ON)
    for bar in plan.of("bar"):
        forbidden = set(book.vocabulary.bars[bar.code].forbids)
        assert not forbidden & (plan.codes("duty") | plan.codes("disclosure"))
        assert set(bar.withholds) == forbidden & {line.code for line in plan.withheld}
    # What no bar in force forbids is never held back.
    in_force = {code for bar in plan.of("bar") for code in book.vocabulary.bars[bar.code].forbids}
    assert all(line.code in in_force for line in plan.withheld)
    engine.rete.close()


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_line_has_a_reason_that_is_true_of_the_case(data):
    book = data.draw(rulebooks())
    engine = Engine(book)
    facts = data.draw(facts_of(book.vocabulary))
    plan = engine.decide(facts, ON)
    found = plan.codes("finding")
    for line in (*plan.of("offer"), *plan.of("duty"), *plan.of("bar"), *plan.of("disclosure"), *plan.of("finding")):
        assert line.reasons
        for reason in line.reasons:
            assert any(addition.code == line.code for addition in reason.step.rule.then)
            for name, value in reason.relied:
                if name == "finding":
                    assert value in found
                elif isinstance(facts[name], frozenset):
                    assert value in facts[name]
                elif isinstance(facts[name], str):
                    assert value == facts[name]
            clauses = reason.step.clauses
            assert all(set(clause) & set(reason.relied) for clause in clauses)
    engine.rete.close()


def test_the_same_facts_and_rulebook_give_the_same_plan_byte_for_byte(application, engine):
    other = Engine(rulebook_on(application.files, ON, engine.program.rulebook.country))
    assert other.program.digest == engine.program.digest
    random = Random(7)  # noqa: S311
    for language in ("en", "fr", "es", "ar"):
        speaker = application.speaker(language)
        for _ in range(25):
            facts = random_facts(engine.program.rulebook.vocabulary, random)
            shuffled = dict(random.sample(list(facts.items()), len(facts)))
            first = view(engine.decide(facts, ON), speaker).model_dump_json()
            assert view(other.decide(shuffled, ON), speaker).model_dump_json() == first


def test_protection_on_our_rulebook_never_depends_on_testifying(engine):
    random = Random(13)  # noqa: S311
    words = engine.program.rulebook.vocabulary
    for _ in range(400):
        facts = random_facts(words, random)
        plans = [
            codes(engine.decide({**facts, name: value}, ON))
            for name in ("willing_to_testify", "willing_to_cooperate")
            for value in words.facts[name].values
        ]
        for kind in ("finding", "offer", "duty", "bar"):
            assert len({plan[kind] for plan in plans}) == 1


def test_going_from_no_to_unknown_to_yes_in_a_need_risk_or_indicator_removes_no_offer_and_no_bar(engine):
    random = Random(17)  # noqa: S311
    words = engine.program.rulebook.vocabulary
    rising = [
        name
        for name, fact in words.facts.items()
        if fact.nature in {"need", "risk", "indicator"} and set(getattr(fact, "values", ())) == {"yes", "no", "unknown"}
    ]
    assert len(rising) > 20
    for _ in range(60):
        facts = random_facts(words, random)
        for name in rising:
            steps = [codes(engine.decide({**facts, name: value}, ON)) for value in ("no", "unknown", "yes")]
            for less, more in ((0, 1), (1, 2)):
                assert steps[less]["offer"] <= steps[more]["offer"], name
                assert steps[less]["bar"] <= steps[more]["bar"], name


def test_ten_thousand_decisions_leave_no_session_in_the_c_engine(engine):
    random = Random(23)  # noqa: S311
    facts = random_facts(engine.program.rulebook.vocabulary, random)
    resident = []
    for _ in range(3):
        for _ in range(2_000):
            engine.rete.evaluate(facts)
        gc.collect()
        resident.append(_resident_pages())
    # The first round may grow buffers; after it, memory stays flat (256 pages are one megabyte).
    assert resident[2] - resident[1] < 512


def _resident_pages():
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - not a file of ours
        return int(statm.read().split()[1])


def test_a_date_before_the_first_rule_is_refused_and_never_answered_with_nothing(application):
    from nrm.errors import UnknownNameError  # noqa: PLC0415

    with pytest.raises(
        UnknownNameError, match="no rule is in force on `2025-12-31`; the first rule begins on 2026-01-01"
    ):
        application.engine(date(2025, 12, 31))
