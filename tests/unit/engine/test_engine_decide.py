"""Two readings decide; where they differ, no protection is dropped, nothing more is opened, and it is said."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from c_engines import Adds, FailsAtFact, Forgets, ObservedBefore, RefusesToLoad, WatchedEngine
from hypothesis import given, settings
from hypothesis import strategies as st
from small_books import ON, book, rule
from strategies import random_facts, rulebooks

from nrm.engine.decide import Engine
from nrm.engine.network import ANCHOR, sections
from nrm.engine.plan import Dispute
from nrm.engine.rete import TRIES
from nrm.rulebook.vocabulary import OUTCOME_KINDS

FACTS = {"age": ["child", "adult"], "signs": ("debt", "threats")}
BOOK = book(
    FACTS,
    rule("suspected", when=[("signs", "debt")], then=["finding:f", "offer:bed"]),
    rule("child", when=["finding:f", ("age", "child")], then=["finding:g", "bar:detain"]),
    rule("guardian", when=["finding:g"], then=["duty:appoint/caseworker/3 days", "disclosure:tell_guardian"]),
    rule("lawyer", when=[("age", "child")], then=["duty:call/caseworker/24 hours", "disclosure:tell_lawyer"]),
    rule("adult", when=[("age", "adult")], then=["bar:call_parents", "duty:interview/caseworker/2 days"]),
    forbids={"call_parents": ("appoint",)},
)
CASE = {"age": "child", "signs": frozenset({"debt"})}
FAILING = {
    "it refuses to load": RefusesToLoad,
    "it has always observed the facts before": lambda: ObservedBefore(10**9),
    "it fails at every fact": lambda: FailsAtFact(range(10**9)),
    "it fails in mid-decision": lambda: FailsAtFact({2, 4, 6}),
    "it names a rule that it was not given": lambda: Adds("r99"),
}


def network_name(rulebook, name):
    """The name under which the rule `name` stands in the network."""
    program = Engine(rulebook).program
    index = next(step.index for step in program.steps if step.rule.name == name)
    return next(key for section in sections(program) for key, steps in section.steps.items() if index in steps)


def decided(c_engine, facts=CASE):
    return Engine(BOOK, c_engine).decide(facts, ON)


@pytest.fixture(scope="module")
def agreed():
    return Engine(BOOK).decide(CASE, ON)


def test_when_both_agree_the_plan_is_not_disputed(agreed):
    assert not agreed.disputed
    assert agreed.dispute is None
    assert agreed.codes() == {"f", "g", "bed", "detain", "appoint", "tell_guardian", "call", "tell_lawyer"}
    assert agreed.on == ON
    assert [reason.step.rule.name for reason in agreed.line("detain").reasons] == ["child"]
    assert agreed.line("detain").reasons[0].relied == (("finding", "f"), ("age", "child"))


@pytest.mark.parametrize("c_engine", FAILING.values(), ids=list(FAILING))
def test_without_a_second_answer_everything_is_kept_and_nothing_is_disclosed(agreed, c_engine):
    plan = decided(c_engine())
    for kind in ("finding", "offer", "duty", "bar"):
        assert plan.codes(kind) == agreed.codes(kind)
    assert plan.codes("disclosure") == frozenset()
    assert plan.dispute == Dispute(("child", "guardian", "lawyer", "suspected"), (), rete_failed=True)


def test_facts_that_collide_once_are_tried_again_and_agreed(agreed):
    for times in range(1, TRIES):
        assert decided(ObservedBefore(times)) == agreed


def test_a_rule_that_the_network_forgets_still_protects_and_opens_nothing(agreed):
    plan = decided(Forgets({network_name(BOOK, "lawyer")}))
    assert plan.codes() == agreed.codes() - {"tell_lawyer"}
    assert plan.dispute == Dispute(("lawyer",), (), rete_failed=False)


def test_a_finding_that_the_network_forgets_withholds_what_follows_from_disclosure_only(agreed):
    plan = decided(Forgets({network_name(BOOK, "child")}))
    assert plan.codes() == agreed.codes() - {"tell_guardian"}
    assert plan.dispute == Dispute(("child", "guardian"), (), rete_failed=False)


def test_a_rule_that_the_network_adds_protects_too_but_discloses_nothing():
    nothing_known = {"age": "unknown", "signs": frozenset()}
    plan = decided(Adds(network_name(BOOK, "lawyer")), nothing_known)
    assert plan.codes() == {"call"}
    assert plan.dispute == Dispute((), ("lawyer",), rete_failed=False)
    assert plan.line("call").reasons[0].relied == ()


def test_a_finding_that_only_the_network_made_opens_further_rules_that_protect():
    # Found by the network alone: f. Both then know the age, so `child` and `guardian` follow from f.
    plan = decided(Adds(network_name(BOOK, "suspected")), {"age": "child", "signs": frozenset()})
    assert plan.codes() == {"f", "g", "bed", "detain", "appoint", "call", "tell_lawyer"}
    assert plan.dispute.only_masks == ()
    assert "suspected" in plan.dispute.only_rete


def test_a_bar_that_only_one_reading_found_still_beats_a_duty():
    plan = decided(Adds(network_name(BOOK, "adult")))
    assert plan.codes("bar") == {"detain", "call_parents"}
    assert [line.code for line in plan.withheld] == ["appoint"]
    assert plan.codes("duty") == {"call", "interview"}
    assert plan.line("call_parents").withholds == ("appoint",)


def test_an_outcome_that_both_permit_keeps_only_the_reasons_on_which_they_agree():
    rulebook = book(
        FACTS,
        rule("one", when=[("age", "child")], then=["disclosure:tell"]),
        rule("two", when=[("signs", "debt")], then=["disclosure:tell"]),
    )
    plan = Engine(rulebook, Forgets({network_name(rulebook, "two")})).decide(CASE, ON)
    assert [reason.step.rule.name for reason in plan.line("tell").reasons] == ["one"]


def faulty_engines(names, random):
    yield Forgets(set(random.sample(names, random.randint(1, len(names)))))
    yield Adds(random.choice([*names, "no_such_rule"]))
    yield ObservedBefore(random.randint(1, 40))
    yield FailsAtFact(set(random.sample(range(1, 13), 5)))
    yield RefusesToLoad(random.randint(0, 1))


@settings(max_examples=30, deadline=None)
@given(rulebooks(), st.integers(0, 2**32))
def test_whatever_goes_wrong_in_one_engine_no_protection_is_lost_and_nothing_more_is_disclosed(rulebook, seed):
    random = Random(seed)  # noqa: S311 - a test, not a secret
    sound = Engine(rulebook)
    names = sorted({name for section in sections(sound.program) for name in section.steps} - {ANCHOR})
    for c_engine in faulty_engines(names, random):
        engine = Engine(rulebook, c_engine)
        for density in (0.2, 0.5, 1.0):
            facts = random_facts(rulebook.vocabulary, random, density)
            _nothing_is_lost(sound.decide(facts, ON), engine.decide(facts, ON), rulebook.vocabulary)
        assert not c_engine.open & c_engine.acted
        engine.rete.close()
        assert c_engine.loaded == set()
    sound.rete.close()


def _nothing_is_lost(truth, plan, words):
    withheld = {line.code for line in plan.withheld}
    for kind in ("finding", "offer", "bar"):
        assert truth.codes(kind) <= plan.codes(kind)
    assert truth.codes("duty") <= plan.codes("duty") | withheld
    assert plan.codes("disclosure") <= truth.codes("disclosure")
    forbidden = {code for bar in plan.codes("bar") for code in words.bars[bar].forbids}
    assert not forbidden & plan.codes()
    assert plan.disputed or plan == truth


def test_many_threads_decide_with_one_engine_as_one_thread_does(real_engine):
    random = Random(41)  # noqa: S311 - a test, not a secret
    words = real_engine.program.rulebook.vocabulary
    cases = [random_facts(words, random, density) for density in (0.05, 0.2, 0.5, 1.0) for _ in range(60)]
    alone = [real_engine.decide(facts, ON) for facts in cases]
    c_engine = WatchedEngine()
    shared = Engine(real_engine.program.rulebook, c_engine)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda facts: shared.decide(facts, ON), cases))
    assert together == alone
    assert not any(plan.disputed for plan in together)
    assert c_engine.open == set()


def test_engines_in_several_threads_do_not_disturb_each_other():
    def one(number):
        rulebook = book({"signs": ("debt",)}, rule("r", when=[("signs", "debt")], then=[f"offer:bed_{number}"]))
        engine = Engine(rulebook)
        plans = [engine.decide({"signs": frozenset({"debt"})}, ON) for _ in range(20)]
        engine.rete.close()
        return {code for plan in plans for code in plan.codes()}, any(plan.disputed for plan in plans)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(40))) == [({f"bed_{number}"}, False) for number in range(40)]


def test_every_kind_of_line_stands_in_a_plan_even_when_there_is_none():
    plan = Engine(BOOK).decide({}, ON)
    assert [plan.of(kind) for kind in OUTCOME_KINDS] == [(), (), (), (), ()]
    assert plan.line("bed") is None
