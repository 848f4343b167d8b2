"""Which lines of a plan can differ between two rulebooks, and for whom at least, beside plans decided one by one."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st
from small_books import ON, book, rule
from strategies import random_facts, rulebooks, vocabularies

from nrm.engine.decide import reasons
from nrm.engine.masks import encode, evaluate
from nrm.engine.plan import make_plan
from nrm.engine.program import compile_rulebook
from nrm.errors import EngineError, RulebookRefusedError
from nrm.proof import compare
from nrm.proof.compare import differences, direction_of, lines_touched, paired

FACTS = {"age": ["child", "adult"], "signs": ("debt", "threats"), "days": (0, 90)}
SEARCH = ("duty", "search", "caseworker")


def plan_limits(program, facts):
    """Return each line of the plan with its limit in hours, as the engine makes the plan."""
    plan = make_plan(program, ON, reasons(program, evaluate(program, encode(program, facts))))
    found = (line for lines in plan.lines.values() for line in lines)
    return {(one.kind, one.code, one.by): one.within.nominal_hours() if one.within else None for one in found}


def content(disclosure):
    return disclosure.model_dump(exclude={"label", "meaning", "groups"}), set(disclosure.groups)


def really(old, new, facts):
    """Return every line in which the two plans differ, with the direction, decided without any comparison."""
    before, after = plan_limits(old, facts), plan_limits(new, facts)
    found = {(slot, "gained") for slot in after.keys() - before.keys()}
    found |= {(slot, "lost") for slot in before.keys() - after.keys()}
    shared = [program.rulebook.vocabulary.disclosures for program in (old, new)]
    for slot in before.keys() & after.keys():
        if slot[0] == "disclosure" and content(shared[0][slot[1]]) != content(shared[1][slot[1]]):
            found.add((slot, "otherwise"))
        elif before[slot] != after[slot]:
            found.add((slot, "sooner" if after[slot] < before[slot] else "later"))
    return found


def forgetting(facts):
    """Yield the same case with one thing less known."""
    for name, value in facts.items():
        if isinstance(value, frozenset):
            yield from ({**facts, name: value - {code}} for code in value)
        elif value not in {None, "unknown"}:
            yield {**facts, name: "unknown" if isinstance(value, str) else None}


@st.composite
def two_books(draw):
    """Two rulebooks that read the same facts, whose bars may forbid other things."""
    old = draw(rulebooks())
    words = replace(draw(vocabularies()), facts=old.vocabulary.facts, findings=old.vocabulary.findings)
    new = draw(rulebooks(words))
    # Most changes are small: often some rules stay as they are.
    kept = draw(st.sets(st.sampled_from([one.name for one in old.rules])))
    rules = {one.name: one for one in new.rules} | {one.name: one for one in old.rules if one.name in kept}
    return old, replace(new, rules=tuple(rules.values()))


def found(pair, slots=None):
    return list(differences(pair, lines_touched(pair) if slots is None else slots))


def told(one):
    return one.slot, one.direction


@settings(max_examples=25)
@given(two_books(), st.integers(0, 2**32))
def test_every_line_in_which_two_plans_differ_is_told_with_its_direction(books, seed):
    pair = paired(*books)
    known = {told(one) for one in found(pair)}
    old, new = map(compile_rulebook, books)
    random = Random(seed)  # noqa: S311 - a test, not a secret
    for _ in range(40):
        facts = random_facts(books[0].vocabulary, random, density=random.choice([0.1, 0.5, 1.0]))
        assert really(old, new, facts) <= known
        for slot in {*pair.old.slots, *pair.new.slots}:
            direction = direction_of(pair, slot, facts)
            assert (direction is None) == (not any(slot == line for line, _ in really(old, new, facts)))


@settings(max_examples=25)
@given(two_books())
def test_the_smallest_case_shows_the_difference_and_has_nothing_left_to_forget(books):
    old, new = map(compile_rulebook, books)
    for one in found(paired(*books)):
        assert told(one) in really(old, new, one.facts)
        for less in forgetting(one.facts):
            assert told(one) not in really(old, new, less)
        giving = (old if one.direction == "lost" else new).rulebook.rules_giving(one.slot[1])
        assert one.rules
        assert set(one.rules) <= {made.name for made in giving}


@settings(max_examples=15)
@given(two_books())
def test_lines_that_no_change_touches_are_the_same_for_everybody(books):
    pair = paired(*books)
    everything = dict.fromkeys((*pair.new.slots, *pair.old.slots))
    assert {told(one) for one in found(pair, everything)} == {told(one) for one in found(pair)}


@settings(max_examples=25)
@given(rulebooks())
def test_a_rulebook_and_its_rewording_differ_for_nobody(one):
    reworded = replace(one, rules=tuple(replace(made, title="Another title") for made in one.rules))
    pair = paired(one, reworded)
    assert lines_touched(pair) == ()
    assert found(pair, pair.old.slots) == []


def compared(old, new):
    return {told(one): one for one in found(paired(old, new))}


def search(*limits):
    """Return rules that make somebody search for a child, and for anybody after a threat, within these days."""
    child, threatened = limits
    return (
        rule("for_children", when=[("age", "child")], then=[f"duty:search/caseworker/{child} days"]),
        rule("after_threats", when=[("signs", "threats")], then=[f"duty:search/caseworker/{threatened} days"]),
    )


def test_a_shorter_or_longer_limit_is_sooner_or_later_for_whom_no_other_rule_sets_a_shorter_one():
    told_of = compared(book(FACTS, *search(3, 5)), book(FACTS, *search(3, 4)))
    assert told_of.keys() == {(SEARCH, "sooner")}
    assert told_of[SEARCH, "sooner"].facts == {"age": "unknown", "signs": frozenset({"threats"})}
    assert told_of[SEARCH, "sooner"].rules == ("after_threats",)
    assert compared(book(FACTS, *search(3, 5)), book(FACTS, *search(3, 9))).keys() == {(SEARCH, "later")}
    both = compared(book(FACTS, *search(3, 5)), book(FACTS, *search(5, 3)))
    assert both[SEARCH, "sooner"].facts == {"age": "unknown", "signs": frozenset({"threats"})}
    assert both[SEARCH, "later"].facts == {"age": "child", "signs": frozenset()}


def test_seven_days_and_five_working_days_are_no_difference():
    one, same = (
        book(FACTS, rule("r", then=[f"duty:search/caseworker/{limit}"])) for limit in ("7 days", "5 working_days")
    )
    assert compared(one, same) == {}


def test_a_disclosure_that_carries_more_is_told_with_the_smallest_case_that_has_it():
    old = book(FACTS, rule("tell", when=[("signs", "debt")], then=["disclosure:tell_police"]))
    told_before = old.vocabulary.disclosures["tell_police"]
    carried = next(group for group in ("identity", "health") if group not in told_before.groups)
    more = told_before.model_copy(update={"groups": (*told_before.groups, carried)})
    new = replace(old, vocabulary=replace(old.vocabulary, disclosures={"tell_police": more}))
    told_of = compared(old, new)
    assert told_of.keys() == {(("disclosure", "tell_police", None), "otherwise")}
    (difference,) = told_of.values()
    assert difference.facts == {"signs": frozenset({"debt"})}
    assert difference.rules == ("tell",)


def test_a_bar_that_is_added_takes_the_duty_that_it_forbids():
    danger = rule("danger", when=[("signs", "threats")], then=["bar:contact"])
    old, new = book(FACTS, *search(3, 5)), book(FACTS, *search(3, 5), danger, forbids={"contact": ("search",)})
    told_of = compared(old, new)
    assert told_of.keys() == {(SEARCH, "lost"), (("bar", "contact", None), "gained")}
    assert told_of[SEARCH, "lost"].facts == {"age": "unknown", "signs": frozenset({"threats"})}
    assert told_of[SEARCH, "lost"].rules == ("after_threats",)
    assert compared(new, old).keys() == {(SEARCH, "gained"), (("bar", "contact", None), "lost")}


def test_a_bar_that_forbids_more_takes_a_duty_though_no_rule_changed():
    rules = (*search(3, 5), rule("danger", when=[("age", "child")], then=["bar:contact"]))
    told_of = compared(book(FACTS, *rules), book(FACTS, *rules, forbids={"contact": ("search",)}))
    assert told_of.keys() == {(SEARCH, "lost")}
    assert told_of[SEARCH, "lost"].facts == {"age": "child", "signs": frozenset()}


def test_what_follows_from_a_changed_finding_is_told_too():
    bed = rule("bed", when=["finding:suspected"], then=["offer:bed"])
    old, new = (
        book(FACTS, rule("suspect", when=[("signs", *signs)], then=["finding:suspected"]), bed)
        for signs in (["debt"], ["debt", "threats"])
    )
    told_of = compared(old, new)
    assert told_of.keys() == {(("finding", "suspected", None), "gained"), (("offer", "bed", None), "gained")}
    assert told_of[("offer", "bed", None), "gained"].facts == {"signs": frozenset({"threats"})}


def test_a_duty_that_another_role_has_now_is_lost_and_gained():
    old, new = (book(FACTS, rule("r", then=[f"duty:search/{role}/3 days"])) for role in ("caseworker", "supervisor"))
    assert compared(old, new).keys() == {(SEARCH, "lost"), (("duty", "search", "supervisor"), "gained")}


def test_a_value_and_a_fact_that_only_the_new_vocabulary_has_name_whom_they_are_for():
    old = book({"age": ["child"]}, rule("bed", when=[("age", "child")], then=["offer:bed"]))
    grown = {"age": ["child", "disputed"], "days": (0, 90)}
    new = book(
        grown,
        rule("bed", when=[("age", "child", "disputed")], then=["offer:bed"]),
        rule("doctor", when=[("days", ">=30")], then=["offer:doctor"]),
    )
    told_of = compared(old, new)
    assert told_of[("offer", "bed", None), "gained"].facts == {"age": "disputed", "days": None}
    assert told_of[("offer", "doctor", None), "gained"].facts == {"age": "unknown", "days": 30}
    assert compared(new, old).keys() == {(("offer", "bed", None), "lost"), (("offer", "doctor", None), "lost")}


def test_a_number_is_cut_where_either_rulebook_cuts_it_and_reaches_as_far_as_either():
    old, new = (
        book({"days": (0, top)}, rule("bed", when=[("days", f">={least}")], then=["offer:bed"]))
        for top, least in ((90, 30), (120, 100))
    )
    told_of = compared(old, new)
    assert told_of.keys() == {(("offer", "bed", None), "lost")}
    assert told_of[("offer", "bed", None), "lost"].facts == {"days": 30}


@pytest.mark.parametrize(
    ("form", "unit", "said"),
    [
        (["yes", "no"], None, "the fact `days` is `whole, days` in the old rulebook and `choice` in the new one"),
        ((0, 90), "months", "is `whole, days` in the old rulebook and `whole, months` in the new one"),
    ],
)
def test_a_fact_of_another_type_or_unit_fits_no_case(form, unit, said):
    new = book({"days": form})
    if unit:
        words = replace(new.vocabulary, facts={"days": new.vocabulary.facts["days"].model_copy(update={"unit": unit})})
        new = replace(new, vocabulary=words)
    with pytest.raises(RulebookRefusedError) as refused:
        paired(book({"days": (0, 90)}), new)
    (problem,) = refused.value.problems
    assert said in problem.what
    assert "give the new fact a name of its own" in problem.todo


def test_a_solver_that_gives_up_leaves_each_line_undecided_once(monkeypatch):
    pair = paired(book(FACTS, *search(3, 5)), book(FACTS, *search(3, 4), rule("bed", then=["offer:bed"])))
    monkeypatch.setattr(z3.Solver, "check", lambda *_: z3.unknown)
    assert {(told(one), one.facts, one.rules) for one in found(pair)} == {
        ((SEARCH, "not decided"), None, ()),
        ((("offer", "bed", None), "not decided"), None, ()),
    }
    assert len(found(pair)) == 2


def test_what_the_solver_did_find_stands_beside_what_it_left_open(monkeypatch):
    pair = paired(book(FACTS, *search(3, 5)), book(FACTS, *search(5, 3)))
    check, asked = z3.Solver.check, []

    def once_unknown(solver, *wishes):
        asked.append(wishes)
        return z3.unknown if len(asked) == 1 else check(solver, *wishes)

    monkeypatch.setattr(z3.Solver, "check", once_unknown)
    assert [one.direction for one in found(pair)] == ["sooner", "later", "not decided"]


def test_a_case_on_which_solver_and_masks_do_not_agree_is_an_error(monkeypatch):
    pair = paired(book(FACTS), book(FACTS, rule("bed", then=["offer:bed"])))
    monkeypatch.setattr(compare, "direction_of", lambda *_: None)
    with pytest.raises(EngineError, match="the solver and the masks do not agree"):
        found(pair)


def test_each_line_is_announced_before_its_turn():
    pair = paired(book(FACTS), book(FACTS, rule("bed", then=["offer:bed", "offer:food"])))
    heard = []
    for number, one in enumerate(differences(pair, lines_touched(pair), seen=heard.append), start=1):
        assert heard[-1] == one.slot
        assert len(heard) == number
    assert heard == list(lines_touched(pair))
