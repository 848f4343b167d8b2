"""The order of a fact's values, from the least need or risk to the most."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fakes import sound_files, write_rulebook

from nrm.rulebook.digest import canonical, digest
from nrm.rulebook.lint import find_problems
from nrm.rulebook.read import read_files
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.vocabulary import NEVER_TAKES_AWAY, ChoiceFact, WholeFact

ON = date(2026, 3, 1)
PERSON = "rules/vocabulary/facts/person.yaml"
SIGNS = "rules/vocabulary/facts/signs.yaml"
SHELTER = "rules/care/shelter.yaml"
PUT_IT = "put it where it belongs, from the least need or risk to the most"


def ages(rises):
    """Give `age_status`, of the values child, adult, uncertain and unknown, this order."""
    ar = "{label: {en: uncertain, fr: uncertain fr, es: uncertain es, ar: uncertain ar}}, unknown: {}}\n"
    return {PERSON: (ar, f"{ar}  rises: {rises}\n")}


@pytest.mark.parametrize(
    ("rises", "faults"),
    [
        (
            "[adult, uncertan, unknown, child]",
            [
                f"`uncertain` is missing in the order of `age_status`; {PUT_IT}",
                "`uncertan` is not a value of `age_status`; did you mean `uncertain`?",
            ],
        ),
        ("[adult, adult, uncertain, unknown, child]", ["`adult` stands twice in the order of `age_status`; keep one"]),
        (
            "[adult, uncertain, child]",
            [f"`unknown` is missing in the order of `age_status`; {PUT_IT}"],
        ),
        (
            "[]",
            [
                f"`{value}` is missing in the order of `age_status`; {PUT_IT}"
                for value in ("adult", "child", "uncertain", "unknown")
            ],
        ),
        ("up", ["`age_status.rises` `up` must be a list"]),
    ],
)
def test_an_order_that_does_not_name_each_value_exactly_once_is_refused(refuse, rises, faults):
    assert refuse(ages(rises)) == [f"{PERSON}:8: {fault}" for fault in faults]


def test_an_order_that_names_each_value_once_is_kept_as_it_is_written(accept):
    facts = accept(ages("[adult, uncertain, unknown, child]")).vocabulary.facts
    assert facts["age_status"].order == ("adult", "uncertain", "unknown", "child")


def test_the_fault_of_an_order_points_at_its_own_line(refuse):
    told = refuse(ages("\n    - adult\n    - uncertan\n    - uncertain\n    - unknown\n    - child"))
    assert told == [f"{PERSON}:10: `uncertan` is not a value of `age_status`; did you mean `uncertain`?"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({SIGNS: ("to: 365", "to: 365, rises: upp")}, "`days_detained.rises` cannot be `upp`; did you mean `up`?"),
        ({SIGNS: ("group: facts\n", "group: facts\n  rises: [debt]\n")}, "`rises` is not known here"),
    ],
)
def test_a_number_rises_up_or_down_and_observed_codes_do_not(refuse, changes, fault):
    (told,) = refuse(changes)
    assert fault in told


def test_yes_and_no_have_an_order_without_saying_so_and_other_values_have_none(sound):
    facts = sound.vocabulary.facts
    assert facts["urgent_need"].order == ("no", "unknown", "yes")
    assert facts["age_status"].order == ()
    assert facts["days_detained"].rises is None


def asked_of(folder, fact, rises, condition):
    """Return what is said of a shelter that asks `condition`, where `fact` is a need with this order."""
    person = sound_files()[PERSON].replace("nature: identity", "nature: need")
    where = "  nature: need\n" if fact == "age_status" else "type: choice, nature: need, "
    assert person.count(where) == 1
    order = f"  rises: {rises}\n" if fact == "age_status" else f"rises: {rises}, "
    changes = {
        PERSON: person.replace(where, where + order),
        SHELTER: ("when: [{finding: suspected}]", f"when: [{condition}]"),
    }
    settings = write_rulebook(folder, changes)
    told = find_problems(read_files(settings.rules, settings.seeds))
    return [str(problem) for problem in told if problem.file == SHELTER]


LEAVES_OUT = "when_unknown: does_not_apply, reason: It is asked"


@pytest.mark.parametrize(
    ("fact", "rises", "asked", "fault"),
    [
        (
            "age_status",
            "[adult, unknown, uncertain, child]",
            "is: [uncertain, unknown]",
            "what holds for `adult` must hold for `unknown`, `uncertain` and `child` too",
        ),
        (
            "age_status",
            "[adult, unknown, uncertain, child]",
            f"is: [adult, child], {LEAVES_OUT}",
            "what holds for `adult` must hold for `unknown`, `uncertain` and `child` too",
        ),
        ("age_status", "[adult, unknown, uncertain, child]", f"is: [uncertain, child], {LEAVES_OUT}", None),
        ("age_status", "[child, uncertain, unknown, adult]", "is_not: child", None),
        (
            "urgent_need",
            "[yes, unknown, no]",
            "is: [yes, unknown]",
            "what holds for `yes` must hold for `unknown` and `no` too",
        ),
        ("urgent_need", "[yes, unknown, no]", "is: [no, unknown]", None),
    ],
)
def test_a_rule_that_helps_less_further_up_in_the_order_is_refused(tmp_path, fact, rises, asked, fault):
    told = asked_of(tmp_path, fact, rises, f"{{fact: {fact}, {asked}}}")
    assert told == ([f"{SHELTER}:8: more `{fact}` would mean less help here; {fault}"] if fault else [])


def test_a_fact_of_no_need_may_have_an_order_and_be_asked_as_a_rule_likes(accept):
    # `treated_as_child` asks for the middle and the end of this order.
    assert accept(ages("[child, adult, uncertain, unknown]"))


@pytest.mark.parametrize(
    "changes", [ages("[adult, uncertain, unknown, child]"), {SIGNS: ("to: 365", "to: 365, rises: up")}]
)
def test_an_order_is_part_of_the_name_of_a_rulebook_because_what_was_proved_depends_on_it(sound, accept, changes):
    assert digest(rulebook_on(accept(changes), ON)) != digest(rulebook_on(sound, ON))


def test_a_fact_without_an_order_is_named_as_before_there_were_orders(sound):
    facts = json.loads(canonical(rulebook_on(sound, ON)))["rulebook"]["vocabulary"]["facts"]
    assert not any("rises" in fact for fact in facts.values())


def test_every_real_need_risk_or_indicator_goes_from_less_to_more(real):
    facts = {name: fact for name, fact in real.vocabulary.facts.items() if fact.nature in NEVER_TAKES_AWAY}
    without = [name for name, fact in facts.items() if isinstance(fact, ChoiceFact) and not fact.order]
    without += [name for name, fact in facts.items() if isinstance(fact, WholeFact) and fact.rises is None]
    assert without == []


def test_an_unknown_real_need_is_placed_above_no_need_and_below_every_known_one(real):
    levels = [
        fact
        for fact in real.vocabulary.facts.values()
        if isinstance(fact, ChoiceFact) and fact.nature in NEVER_TAKES_AWAY
    ]
    assert {fact.order.index("unknown") for fact in levels} == {1}
