"""The second reading: driven in C directly, and given nothing of a person to keep."""

import json

import pytest
from c_engines import FailsAtFact, FailsToDelete, ObservedBefore, RefusesToLoad, WatchedEngine
from small_books import book, rule

from nrm.engine.masks import encode, evaluate
from nrm.engine.program import compile_rulebook
from nrm.engine.rete import TRIES, Rete
from nrm.errors import EngineError

FACTS = {"age": ["child", "adult"], "signs": ("debt", "threats"), "days": (0, 90)}
CASE = {"age": "child", "signs": frozenset({"debt"}), "days": 40}


@pytest.fixture(scope="module")
def program():
    return compile_rulebook(
        book(
            FACTS,
            rule("suspected", when=[("signs", "debt", "threats")], then=["finding:f"]),
            rule("child", when=["finding:f", ("age", "child", "unknown")], then=["finding:g", "offer:school"]),
            rule("bed", when=[["finding:g", ("days", ">=30", "unknown")]], then=["offer:bed"]),
            rule("both", when=["finding:f", "finding:g", ("days", ">=10", "<50")], then=["offer:both"]),
            rule("everyone", then=["offer:advice"]),
            rule("never", when=[("age", "adult"), ("signs", "threats")], then=["offer:never"]),
        )
    )


@pytest.fixture
def watched(program):
    c_engine = WatchedEngine()
    rete = Rete(program, c_engine)
    yield c_engine, rete
    rete.close()


def names(program, fired):
    return sorted(program.steps[index].rule.name for index in fired)


def test_it_chains_forward_from_the_case_through_findings(program, watched):
    fired = watched[1].evaluate(CASE)
    assert names(program, fired) == ["bed", "both", "child", "everyone", "suspected"]
    assert fired == evaluate(program, encode(program, CASE)).fired


def test_a_finding_is_asserted_once_however_many_alternatives_make_it(watched):
    c_engine, rete = watched
    rete.evaluate(CASE)
    findings = [json.loads(fact)["finding"] for fact in c_engine.facts if "finding" in fact]
    assert sorted(findings) == ["f", "g"]


def test_every_session_is_deleted_and_none_before_it_acted(watched):
    c_engine, rete = watched
    for _ in range(20):
        rete.evaluate(CASE)
        rete.evaluate({})
    assert c_engine.open == set()


def test_no_fact_is_given_to_the_c_engine_that_no_rule_reads(watched):
    c_engine, rete = watched
    rete.evaluate({**CASE, "first_name": "Marisol"})
    assert not any("Marisol" in fact or "first_name" in fact for fact in c_engine.facts)


@pytest.mark.parametrize("times", range(1, TRIES))
def test_a_session_whose_facts_collide_is_tried_again_in_a_fresh_one(program, times):
    c_engine = ObservedBefore(times)
    rete = Rete(program, c_engine)
    assert rete.evaluate(CASE) == evaluate(program, encode(program, CASE)).fired
    assert c_engine.open == set()
    sessions = {json.loads(fact)["sid"] for fact in c_engine.facts}
    assert sessions == {str(times)}
    rete.close()


@pytest.mark.parametrize(
    "c_engine",
    [ObservedBefore(10_000), FailsAtFact(range(1, 10_000)), FailsAtFact(range(2, 10_000))],
    ids=["always observed before", "always fails", "fails in mid-decision"],
)
def test_it_gives_up_after_some_tries_and_says_what_to_do(program, c_engine):
    rete = Rete(program, c_engine)
    with pytest.raises(EngineError) as failed:
        rete.evaluate(CASE)
    assert str(failed.value) == (
        f"engine: the second engine failed {TRIES} times; keep what the masks found and let a person look"
    )
    rete.close()


def test_a_failure_in_mid_decision_leaves_no_session_that_acted(program):
    c_engine = FailsAtFact({2})
    rete = Rete(program, c_engine)
    assert rete.evaluate(CASE) == evaluate(program, encode(program, CASE)).fired
    assert not c_engine.open & c_engine.acted
    rete.close()


def test_a_session_that_cannot_be_deleted_does_not_stop_the_decision(program):
    rete = Rete(program, FailsToDelete())
    assert rete.evaluate(CASE) == evaluate(program, encode(program, CASE)).fired
    rete.close()


def test_a_rulebook_that_the_c_engine_refuses_is_never_half_loaded(real_engine):
    c_engine = RefusesToLoad(after=3)
    rete = Rete(real_engine.program, c_engine)
    assert rete.refused
    assert c_engine.loaded == set()
    with pytest.raises(EngineError, match="the second engine refused the rulebook; keep what the masks found"):
        rete.evaluate({})


def test_closing_unloads_every_section(real_engine):
    c_engine = WatchedEngine()
    rete = Rete(real_engine.program, c_engine)
    assert len(c_engine.loaded) > 1
    rete.close()
    rete.close()
    assert c_engine.loaded == set()
