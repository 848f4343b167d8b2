"""`nrm rules diff`: the small sound rulebook beside one that is changed in one place."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from random import Random

import pytest
import z3
from fakes import load, write_rulebook
from small_guarantees import HOLDS, place, text

from nrm.engine.decide import reasons
from nrm.engine.masks import encode, evaluate
from nrm.engine.plan import make_plan
from nrm.engine.program import compile_rulebook
from nrm.rulebook.resolve import rulebook_on
from nrm.statistics.protect import protect, protect_count

ON = date(2026, 3, 1)
SAME, NOT_DECIDED = 0, 1
BARS = "rules/vocabulary/outcomes/bars.yaml"
FACTS = "rules/vocabulary/facts/person.yaml"
HELPER = "{label: {en: old helper, fr: x, es: x, ar: x}, meaning: {en: x, fr: x, es: x, ar: x}}"
MARK, ISOLATE = "\u200f", "\u2066"

BETTER = {
    # Shelter only for those who are no children; the family is never searched for where it is not known to be safe.
    "rules/care/shelter.yaml": (
        "when: [{finding: suspected}]",
        "when: [{finding: suspected}, {fact: age_status, is: [adult, uncertain, unknown]}]",
    ),
    "rules/safety/family_barred.yaml": (
        "is: yes, when_unknown: does_not_apply, reason: Most families help.",
        "is: [yes, unknown]",
    ),
    "rules/child/family_search.yaml": ("P3D", "P1D"),
}


@pytest.fixture
def diff(real_nrm, small, tmp_path):
    """Compare the small rulebook with itself after `changes`."""

    def compare(changes, *options, on="2026-03-01"):
        new = write_rulebook(tmp_path / "new", changes)
        return real_nrm("rules", "diff", small.rules, new.rules, "--seeds", new.seeds, "--on", on, *options)

    return compare


def directions(said):
    return {(line["code"], line["direction"]): line for line in said["lines"]}


def test_it_tells_what_is_said_otherwise_and_the_smallest_case_for_each_line(diff):
    said = diff(BETTER)
    assert said.code == SAME
    assert "rule changed: shelter – The rule shelter" in said.lines
    assert "  + – Age: adult, uncertain, or not known" in said.lines
    assert "  - – to do: Search for the family (caseworker, within 3 days)" in said.lines
    assert "  + – to do: Search for the family (caseworker, within 1 day)" in said.lines
    people = said.out.split("Who could get something else\n")[1]
    child = people.split("  Age: child\n  Signs: confinement\n")[1].split("\n\n")[0]
    assert child.splitlines() == [
        "    no longer gets",
        "      • Shelter (offer)",
        "        rules that give it: shelter",
        "      • Share with the shelter (disclosure)",
        "        rules that give it: shelter",
    ]
    assert "  Nothing at all is known of this person.\n    now gets\n      • Contact the family (bar)" in people
    # A long path is wrapped, so the lines are put together again.
    assert re.search(r"/new/rules·2026-03-01·[0-9a-f]{16}$", "".join(said.out.split()))


def test_json_has_rules_words_guarantees_lines_and_no_impact_without_people(diff):
    said = json.loads(diff(BETTER, "--json").out)
    assert list(said) == ["old", "new", "rules", "words", "guarantees", "lines", "impact"]
    assert said["old"]["on"] == said["new"]["on"] == "2026-03-01"
    assert len(said["new"]["digest"]) == 64
    assert said["old"]["digest"] != said["new"]["digest"]
    assert [(one["rule"], one["change"]) for one in said["rules"]] == [
        ("family_barred", "changed"),
        ("family_search", "changed"),
        ("shelter", "changed"),
    ]
    assert {"mark": "+", "text": "– Age: adult, uncertain, or not known"} in said["rules"][2]["lines"]
    found = directions(said)
    assert found.keys() == {
        ("shelter", "lost"),
        ("share_with_shelter", "lost"),
        ("contact_family", "gained"),
        ("search_family", "lost"),
        ("search_family", "sooner"),
    }
    assert found["search_family", "sooner"] == {
        "kind": "duty",
        "code": "search_family",
        "by": "caseworker",
        "direction": "sooner",
        "case": {"family_risk": ["no"], "signs": ["confinement"]},
        "rules": ["family_search"],
    }
    assert found["contact_family", "gained"]["case"] == {}
    assert said["impact"] is None


def test_the_same_rules_say_the_same(diff):
    assert diff({}).lines == ["The two rulebooks say the same."]
    said = json.loads(diff({}, "--json").out)
    assert [said[part] for part in ("rules", "words", "guarantees", "lines")] == [[], [], [], []]
    assert said["old"]["digest"] == said["new"]["digest"]


def test_one_folder_on_two_dates(real_nrm, small):
    sides = (f"{small.rules}@2026-03-01", f"{small.rules}@2027-01-01")
    said = real_nrm("rules", "diff", *sides, "--seeds", small.seeds, "--json")
    told = json.loads(said.out)
    assert {(one["rule"], one["change"]) for one in told["rules"]} == {("doctor", "removed"), ("release", "changed")}
    assert (told["old"]["on"], told["new"]["on"]) == ("2026-03-01", "2027-01-01")
    assert directions(told).keys() == {("doctor", "lost"), ("tell_lawyer", "sooner")}


def test_a_date_of_its_own_goes_before_the_common_one(real_nrm, small):
    options = ("--seeds", small.seeds)
    said = real_nrm("rules", "diff", f"{small.rules}@2026-03-01", small.rules, *options, "--on", "2026-07-01", "--json")
    assert [json.loads(said.out)[side]["on"] for side in ("old", "new")] == ["2026-03-01", "2026-07-01"]


def test_a_folder_whose_name_holds_a_date_is_a_folder_with_or_without_a_date_of_its_own(real_nrm, small, tmp_path):
    made = write_rulebook(tmp_path)
    named = made.rules.rename(tmp_path / "rules@2026-07-01")
    for side, on in ((named, "2026-03-01"), (f"{named}@2026-08-01", "2026-08-01")):
        said = real_nrm("rules", "diff", small.rules, side, "--seeds", small.seeds, "--on", "2026-03-01", "--json")
        new = json.loads(said.out)["new"]
        assert (new["rules"], new["on"]) == (str(named), on)


def test_the_overlay_of_a_country_is_compared_when_it_is_named(diff):
    gone = {"rules/national/gb/parameters/answer_time.yaml": ("value: 3", "value: 2")}
    assert diff(gone).lines == ["The two rulebooks say the same."]
    assert directions(json.loads(diff(gone, "--country", "gb", "--json").out)).keys() == {("tell_lawyer", "sooner")}


def test_words_and_guarantees_that_changed_are_named(real_nrm, tmp_path):
    old = write_rulebook(tmp_path / "old", {place("one"): text("one", HOLDS)})
    changes = {
        BARS: ("forbids: [search_family]", "forbids: [share_with_lawyer]"),
        FACTS: ("label: {en: Urgent need,", "label: {en: Need,"),
    }
    new = write_rulebook(tmp_path / "new", changes)
    said = real_nrm("rules", "diff", old.rules, new.rules, "--seeds", new.seeds, "--on", "2026-03-01")
    assert "  changed: contact_family (+share_with_lawyer, -search_family)" in said.lines
    assert "  only worded anew: urgent_need" in said.lines
    assert said.out.split("Guarantees\n")[1].startswith("  gone: one\n")
    assert "Search for the family (duty, caseworker)" in said.out


def test_what_is_gone_is_said_in_the_words_of_the_old_rulebook(real_nrm, small, tmp_path):
    more = {
        FACTS: ("uncertain: {label: {en: uncertain,", "uncertain: {label: {en: open,"),
        "rules/vocabulary/roles.yaml": (
            "caseworker:",
            f"helper: {HELPER}\ncaseworker:",
        ),
        "rules/child/family_search.yaml": ("by: caseworker", "by: helper"),
    }
    old = write_rulebook(tmp_path, more)
    said = real_nrm("rules", "diff", old.rules, small.rules, "--seeds", small.seeds, "--on", "2026-03-01")
    assert said.code == SAME
    assert "Search for the family (duty, old helper)" in said.out
    assert "  gone: helper" in said.lines


def test_a_rule_that_is_only_worded_anew_changes_nothing_for_anybody(diff):
    said = diff({"rules/care/shelter.yaml": ("title: The rule shelter", "title: A bed")})
    assert said.lines[0] == "only worded anew: shelter – A bed"
    assert "  - The rule shelter" in said.lines
    assert "  No plan of any person gets another line." in said.lines


def test_only_one_outcome_is_asked_for_and_told(diff):
    said = diff(BETTER, "--outcome", "search_family")
    assert "rule changed" not in said.out
    assert "Search for the family" in said.out
    assert "Shelter" not in said.out
    told = json.loads(diff(BETTER, "--outcome", "search_family", "--json").out)
    assert {line["code"] for line in told["lines"]} == {"search_family"}


@pytest.mark.parametrize("lang", ["en", "fr", "es", "ar"])
def test_every_language_tells_it(diff, tmp_path, lang):
    people = tmp_path / "people.csv"
    people.write_text("age_status,signs\n" + "child,debt\n" * 20, encoding="utf-8")
    for options in ((), ("--outcome", "shelter")):
        said = diff(BETTER, "--lang", lang, "--population", people, *options)
        assert (said.code, said.err) == (SAME, "")
        assert (MARK in said.out, ISOLATE in said.out) == (lang == "ar", lang == "ar")


def test_a_solver_that_gives_up_is_said_and_fails_the_command(diff, monkeypatch):
    monkeypatch.setattr(z3.Solver, "check", lambda *_: z3.unknown)
    said = diff(BETTER)
    assert said.code == NOT_DECIDED
    assert said.out.count("The solver gave up; it is not known whether this can differ:") == 1
    assert "Nothing at all is known of this person" not in said.out
    said = diff(BETTER, "--json")
    assert said.code == NOT_DECIDED
    assert {(line["direction"], line["case"]) for line in json.loads(said.out)["lines"]} == {("not decided", None)}


def test_a_line_that_is_not_decided_belongs_to_nobody_not_to_the_person_of_whom_nothing_is_known(diff, monkeypatch):
    check, asked = z3.Solver.check, []

    def once_unknown(solver, *wishes):
        asked.append(wishes)
        return z3.unknown if len(asked) == 1 else check(solver, *wishes)

    monkeypatch.setattr(z3.Solver, "check", once_unknown)
    said = diff(BETTER)
    assert said.code == NOT_DECIDED
    place = said.lines.index("    The solver gave up; it is not known whether this can differ:")
    assert said.lines[place - 1] == ""
    assert "  Nothing at all is known of this person.\n    now gets" in said.out


def random_people(number):
    random = Random(number)  # noqa: S311 - a test, not a secret
    ages = random.choices(["child", "adult", "uncertain", ""], [8, 4, 1, 1], k=number)
    return [(age, random.choice(["debt", "", "threats debt"]), random.choice(["yes", "no", ""])) for age in ages]


def one_by_one(small, new, people):
    """Return by direction and line whose plan differs: for each such person the age."""
    programs = [compile_rulebook(rulebook_on(load(settings), ON)) for settings in (small, new)]
    found = {"gain": {None: []}, "lose": {None: []}}
    for age, signs, risk in people:
        facts = {"age_status": age or "unknown", "signs": frozenset(signs.split()), "family_risk": risk or "unknown"}
        plans = [make_plan(one, ON, reasons(one, evaluate(one, encode(one, facts)))) for one in programs]
        before, after = (plan.codes() for plan in plans)
        for direction, codes in (("gain", after - before), ("lose", before - after)):
            for code in [*codes, *([None] if codes else [])]:
                found[direction].setdefault(code, []).append(facts["age_status"])
    return found


def numbers_in(told):
    if isinstance(told, dict | list):
        parts = told.values() if isinstance(told, dict) else told
        return [number for part in parts for number in numbers_in(part)]
    return [told] if isinstance(told, int) else []


@pytest.mark.parametrize("number", [0, 7, 30, 120, 1500])
def test_of_many_people_only_protected_counts_are_told_and_they_are_right(diff, small, tmp_path, number):
    people = tmp_path / "people.csv"
    lines = random_people(number)
    people.write_text(
        "age_status,signs,family_risk\n" + "".join(",".join(one) + "\n" for one in lines), encoding="utf-8"
    )
    told = json.loads(diff(BETTER, "--population", people, "--json").out)["impact"]
    assert all(count >= 10 for count in numbers_in(told))
    assert told["people"] == protect_count(number)
    expected = one_by_one(small, write_rulebook(tmp_path / "new", BETTER), lines)
    assert {line["code"] for line in told["lines"]} >= {*expected["gain"], *expected["lose"]} - {None}
    for code, counts in ((None, told), *((line["code"], line) for line in told["lines"])):
        for direction in ("gain", "lose"):
            ages = Counter(expected[direction].get(code, []))
            assert counts[direction]["total"] == protect_count(ages.total()), (code, direction)
            cells = protect({age: ages[age] for age in ("child", "adult", "uncertain", "unknown")}).cells
            assert counts[direction]["by"] == {"age_status": dict(cells)}

    for options in ((), ("--outcome", "shelter")):
        text = diff(BETTER, "--population", people, *options).out.split("\nAmong ")[1].split("<10 stands for")[0]
        assert text.split(" people")[0] == (f"{number:,}" if number >= 10 else "<10")
        shown = [int(one.replace(",", "")) for one in re.findall(r"(?<![<\d,])\d[\d,]*", text)]
        assert all(count >= 10 for count in shown)
