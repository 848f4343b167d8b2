"""More need never less help, also of facts with levels and of numbers: their order, and what it refutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from fakes import REAL, load, write_rulebook
from hypothesis import given
from hypothesis import strategies as st
from planted import real_files, with_rule_changed
from small_books import book, rule
from small_guarantees import place, refusals, text

from nrm.engine.program import compile_rulebook
from nrm.proof.claims import GrowthClaim
from nrm.proof.files import read_guarantees
from nrm.proof.report import as_json, prove_all
from nrm.proof.rising import goes_up, order_of
from nrm.proof.solver import Prover
from nrm.rulebook.resolve import rulebook_on

ON = date(2026, 3, 1)
BED = ("offer", "bed", None)
LEVELS = ["none", "some", "much", "unknown"]
PERSON = "rules/vocabulary/facts/person.yaml"
WORDS = "{en: a, fr: b, es: c, ar: d}"
RISK = "    only_adds: {natures: [risk], among: {kinds: [duty]}}\n"


def with_rises(rulebook, **rises):
    """Return the small rulebook with an order for each of these facts."""
    words = rulebook.vocabulary
    facts = {name: fact.model_copy(update={"rises": rises.get(name)}) for name, fact in words.facts.items()}
    return replace(rulebook, vocabulary=replace(words, facts=facts))


def verdict_on(program, fact):
    return Prover(program).prove(GrowthClaim({fact: order_of(program, fact)}, (BED,)))


def with_danger(rises, values="calm: {label: W}, tense: {label: W}, unknown: {}"):
    """Return changes that give the small rulebook a fact `danger`, which at its height bars contact with the family."""
    head = f"danger: {{type: choice, nature: risk, group: family, label: {WORDS}, meaning: {WORDS}, "
    fact = f"{head}{rises}values: {{{values.replace('W', WORDS)}}}}}\n"
    asks = "when: [{fact: danger, is: tense, when_unknown: does_not_apply, reason: Most families help.}]"
    old = "when: [{fact: family_risk, is: yes, when_unknown: does_not_apply, reason: Most families help.}]"
    return {
        PERSON: ("urgent_need: {type", f"{fact}urgent_need: {{type"),
        "rules/safety/family_barred.yaml": (old, asks),
        "rules/safety/family_barred.examples.yaml": None,
    }


def report_of(folder, changes, form):
    settings = write_rulebook(folder, {**changes, place("one"): text("one", form)})
    files = load(settings)
    return prove_all(read_guarantees(settings.rules, files), files, rulebook_on(files, ON), ON)


@given(st.permutations(LEVELS), st.sets(st.sampled_from(LEVELS), min_size=1))
def test_a_choice_fact_only_adds_exactly_when_no_value_above_a_helped_one_is_left_out(rises, helped):
    rulebook = book({"level": LEVELS[:3]}, rule("r", when=[("level", *sorted(helped))], then=["offer:bed"]))
    found = verdict_on(compile_rulebook(with_rises(rulebook, level=tuple(rises))), "level")
    assert (found.verdict == "proved") == (set(rises[len(LEVELS) - len(helped) :]) == helped)
    if found.counterexample is not None:
        less, more = (facts["level"] for facts in found.counterexample.cases)
        assert rises.index(less) < rises.index(more)
        assert less in helped
        assert more not in helped


@given(
    st.sampled_from(["up", "down"]),
    st.lists(
        st.tuples(st.sampled_from([">=", "<"]), st.integers(1, 6), st.booleans()), min_size=1, max_size=3, unique=True
    ),
)
def test_a_number_only_adds_exactly_when_everybody_with_more_need_gets_what_somebody_with_less_gets(rises, asked):
    rules = [
        rule(f"r{n}", when=[("days", f"{how}{bound}", *["unknown"] * unknown)], then=["offer:bed"])
        for n, (how, bound, unknown) in enumerate(asked)
    ]
    program = compile_rulebook(with_rises(book({"days": (0, 6)}, *rules), days=rises))
    least, *more = sorted({program.interval_of("days", n): n for n in range(7)}.values(), reverse=rises == "down")
    gets = [
        any(unknown if n is None else (n >= bound) == (how == ">=") for how, bound, unknown in asked)
        for n in (least, None, *more)
    ]
    assert (verdict_on(program, "days").verdict == "proved") == (gets == sorted(gets))


@pytest.mark.parametrize(
    ("rises", "order"),
    [("up", ("0..0", "unknown", "1..2", "3..90")), ("down", ("3..90", "unknown", "1..2", "0..0"))],
)
def test_an_unknown_number_stands_just_above_the_least_need_so_who_is_not_asked_gets_no_less(rises, order):
    rules = [rule("r", when=[("days", ">=1")], then=["offer:bed"]), rule("s", when=[("days", ">=3")])]
    program = compile_rulebook(with_rises(book({"days": (0, 90)}, *rules), days=rises))
    assert order_of(program, "days") == order


def test_a_number_that_is_told_and_loses_help_is_found_as_a_pair():
    rules = [rule("r", when=[("days", ">=3", "unknown")], then=["offer:bed"]), rule("s", when=[("days", ">=1")])]
    found = verdict_on(compile_rulebook(with_rises(book({"days": (0, 90)}, *rules), days="up")), "days")
    assert found.verdict == "refuted"
    assert [facts["days"] for facts in found.counterexample.cases] == [None, 1]


@pytest.mark.parametrize(
    ("form", "rises", "ordered"),
    [
        (["no", "yes"], None, True),
        (["no", "yes"], ("yes", "unknown", "no"), True),
        (["no", "some"], None, False),
        (["no", "some"], ("no", "unknown", "some"), True),
        (("debt", "threats"), None, True),
        ((0, 90), None, False),
        ((0, 90), "down", True),
    ],
)
def test_values_have_an_order_when_it_is_written_or_they_are_yes_and_no_or_observed_codes(form, rises, ordered):
    assert goes_up(with_rises(book({"fact": form}), fact=rises).vocabulary.facts["fact"]) is ordered


def test_a_fact_without_an_order_is_named_and_leaves_the_guarantee_unproved(tmp_path):
    (entry,) = report_of(tmp_path, with_danger(""), RISK).entries
    assert (entry.result.verdict, entry.result.counterexample) == ("not proved", None)
    (fault,) = entry.result.faults
    assert fault == (
        "the values of `danger` have no order, so it is not covered: "
        "give it `rises` in the vocabulary, or name it under `unless` with the reason"
    )


def test_with_its_order_the_same_fact_is_covered_and_the_lost_duty_is_found(tmp_path):
    report = report_of(tmp_path, with_danger("rises: [calm, unknown, tense], "), RISK)
    (said,) = as_json(report)["guarantees"]
    assert (said["verdict"], said["faults"]) == ("refuted", [])
    people = said["counterexample"]["people"]
    assert [person["danger"] for person in people] == [["unknown"], ["tense"]]
    assert said["counterexample"]["outcomes"] == [{"code": "search_family", "rules": ["family_search"]}]


def test_a_fact_is_left_out_with_its_reason(tmp_path):
    form = RISK.replace("among", "unless: {danger: Searching can hurt.}, among").replace("[risk]", "[need, risk]")
    (entry,) = report_of(tmp_path, with_danger(""), form).entries
    assert (entry.result.verdict, entry.result.faults) == ("proved", ())


def test_a_refuted_guarantee_still_names_what_it_does_not_cover():
    rules = [rule("r", when=[("ill", "no")], then=["offer:bed"]), rule("s", when=[("level", "much")])]
    program = compile_rulebook(book({"ill": ["no", "yes"], "level": LEVELS[:3]}, *rules))
    result = Prover(program).prove(GrowthClaim({"ill": ("no", "unknown", "yes")}, (BED,), ("level",)))
    assert result.verdict == "refuted"
    assert [fault.split(",")[0] for fault in result.faults] == ["the values of `level` have no order"]


def test_a_fact_without_an_order_that_only_another_guarantee_asks_for_takes_nothing_from_the_proof(tmp_path):
    asks = "    always: {when: [{fact: danger, is: [tense]}, {finding: suspected}], outcomes: [shelter]}\n"
    changes = {PERSON: with_danger("")[PERSON], place("two"): text("two", asks)}
    report = report_of(tmp_path, changes, RISK.replace("[risk]", "[need, risk]").replace("duty", "offer"))
    assert "danger" in report.program.facts_read
    assert report.proved


@pytest.mark.parametrize(
    ("form", "what"),
    [
        ("only_adds: {natures: [risk], unless: {dangr: Why.}, among: {kinds: [offer]}}", "`dangr` is not a fact"),
        (
            "only_adds: {natures: [risk], unless: {urgent_need: Why.}, among: {kinds: [offer]}}",
            "`urgent_need` is left out, and is not of the natures of which it speaks",
        ),
        (
            "only_adds: {facts: [family_risk], natures: [risk], unless: {family_risk: Why.}, among: {kinds: [offer]}}",
            "`family_risk` is left out, and is not of the natures of which it speaks",
        ),
    ],
)
def test_only_a_fact_of_which_the_guarantee_would_speak_can_be_left_out(form, what, tmp_path):
    ((file, line, said, _),) = refusals(tmp_path, text("one", f"    {form}\n"))
    assert (file, line) == (place("one"), 8)
    assert said.startswith(what)


@pytest.mark.parametrize(
    ("path", "old", "new", "fact", "less", "more"),
    [
        ("safety/high_risk", "is: high", "is: medium", "risk_level", "medium", "high"),
        (
            "care/housing",
            "is_not: [safe_and_stable]",
            "is: [unknown, unsafe]",
            "housing_situation",
            "unknown",
            "temporary",
        ),
        (
            "identification/suspicion_from_organ_removal",
            "is: [planned_or_threatened, removed]",
            "is: [planned_or_threatened]",
            "organ_removal",
            "planned_or_threatened",
            "removed",
        ),
        ("care/dependants", "at_least: 1", "less_than: 1", "number_of_children", 0, None),
    ],
)
def test_in_the_real_rules_a_level_that_loses_help_is_found(path, old, new, fact, less, more):
    files = with_rule_changed(real_files(), path, old, new)
    (only,) = [one for one in read_guarantees(REAL.rules, files) if one.file.guarantee == "more_need_never_less_help"]
    (entry,) = prove_all([only], files, rulebook_on(files, ON), ON).entries
    one, other = entry.result.counterexample.cases
    assert (one[fact], other[fact]) == (less, more)
    assert [name for name in one if one[name] != other[name]] == [fact]
