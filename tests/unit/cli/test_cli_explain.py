"""`nrm explain`: why a line is there, why it is not, and what would bring it."""

import json

import pytest

ON = ("--on", "2026-03-01")
LANGUAGES = ("en", "fr", "es", "ar")


def test_a_line_that_is_there_is_explained_by_all_of_its_rules(nrm, child):
    said = nrm("explain", child, "tell_lawyer", *ON)
    assert said.code == 0
    assert said.lines[:9] == [
        "Why: Tell the lawyer",
        "  A lawyer is told.",
        "",
        "  caseworker, within 5 days",
        "    This is why.",
        "    A/TEST/1 §1 · release",
        "      rule release, version 2026-01-01, branch 1",
        "      – it was found: Trafficking suspected",
        "      – Days detained: 2..365",
    ]
    sentence = " ".join(line.strip() for line in said.lines[9:])
    assert sentence.startswith("When all of this holds: it was found: Trafficking suspected")
    assert "Days detained: 2 or more or not known" in sentence


def test_a_line_that_is_not_there_is_answered_with_the_smallest_changes(nrm, case):
    said = nrm("explain", case("facts: {age_status: adult, urgent_need: no}"), "doctor", *ON)
    assert said.code == 0
    assert said.lines == [
        "Not in the plan: Doctor",
        "  Medical care.",
        "",
        "  It would come with one of these changes, the smallest first:",
        "    1. Urgent need: yes or not known (now: no)",
        "       through the rule doctor",
        "    2. Signs: debt or threats also observed",
        "       through the rule doctor",
    ]


def test_several_changes_of_one_way_stand_together(nrm, case):
    said = nrm("explain", case("facts: {age_status: adult, days_detained: 0}"), "treated_as_child", *ON)
    assert said.lines[4:7] == [
        "    1. Age: child, uncertain, or not known (now: adult)",
        "       Signs: confinement, debt, or threats also observed",
        "       through the rule treated_as_child",
    ]


def test_a_number_that_would_have_to_be_otherwise_is_shown_with_what_it_is_now(nrm, case):
    said = nrm("explain", case("facts: {signs: [debt], days_detained: 1}"), "detain", *ON)
    assert "    1. Days detained: 2..365 or unknown (now: 1)" in said.lines


def test_a_line_that_a_bar_withholds_names_the_bar(nrm, child):
    said = nrm("explain", child, "search_family", *ON)
    assert said.lines[-1] == "  A rule gives it, but this bar forbids it: Contact the family"
    shown = json.loads(nrm("explain", child, "search_family", *ON, "--json").out)
    assert (shown["in_plan"], shown["withheld_by"]) == (False, ["contact_family"])
    assert shown["given_by"] == ["family_search"]
    assert shown["ways"] == []


def test_what_a_bar_would_withhold_is_not_promised(nrm, case):
    said = nrm("explain", case("facts: {family_risk: yes}"), "search_family", *ON)
    assert "It would come" not in said.out
    assert said.lines[-1] == "  A rule gives it, but this bar forbids it: Contact the family"


def test_an_outcome_that_no_rule_of_this_country_gives_is_told(nrm, child):
    assert nrm("explain", child, "guardian", *ON).lines[-1] == "  No rule of this rulebook gives it."
    assert nrm("explain", child, "guardian", *ON, "--country", "gb").lines[0] == "Why: Guardian"


def test_an_outcome_out_of_reach_is_told(nrm_with, case):
    rule = """\
rule: shelter
title: The rule shelter
sources: [A/TEST/1 §1]
reading: We read the paragraph so.
owner: policy-unit
versions:
  - from: 2026-01-01
    when:
      - {fact: age_status, is: child, when_unknown: does_not_apply, reason: A reason.}
      - {fact: age_status, is: adult, when_unknown: does_not_apply, reason: A reason.}
    then: [{offer: shelter}, {disclosure: share_with_shelter}]
    because: {en: a, fr: a, es: a, ar: a}
"""
    said = nrm_with({"rules/care/shelter.yaml": rule})("explain", case(""), "shelter", *ON)
    assert said.lines[-1] == "  No change of facts in this rulebook would bring it."


def test_json_says_why_with_rules_facts_and_findings(nrm, child):
    shown = json.loads(nrm("explain", child, "tell_lawyer", *ON, "--json").out)
    assert shown["in_plan"]
    assert (shown["given_by"], shown["ways"], shown["withheld_by"]) == ([], [], [])
    (reason,) = shown["reasons"]
    assert (reason["rule"], reason["findings"], reason["branch"]) == ("release", ["suspected"], 1)
    assert reason["facts"][0]["value"] == "2..365"


def test_json_says_what_would_bring_it(nrm, case):
    path = case("facts: {age_status: adult, urgent_need: no}")
    shown = json.loads(nrm("explain", path, "doctor", *ON, "--json", "--lang", "fr").out)
    assert not shown["in_plan"]
    assert (shown["label"], shown["language"], shown["on"]) == ("Doctor fr", "fr", "2026-03-01")
    assert shown["reasons"] == []
    assert shown["given_by"] == ["doctor"]
    assert shown["ways"] == [
        {"rule": "doctor", "changes": [{"fact": "urgent_need", "values": ["yes", "unknown"], "observed": False}]},
        {"rule": "doctor", "changes": [{"fact": "signs", "values": ["debt", "threats"], "observed": True}]},
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", ["penalise", "maternal_care", "detain", "trafficking_suspected"])
def test_our_own_rulebook_explains_in_every_language(real_nrm, case, language, outcome):
    path = case("facts: {indicators: [confinement], accused_of: [criminal]}")
    said = real_nrm("explain", path, outcome, *ON, "--country", "gb", "--lang", language)
    assert said.code == 0
    assert len(said.lines) > 4


def test_an_outcome_that_is_not_in_the_vocabulary_is_refused_with_the_nearest(nrm, child):
    said = nrm("explain", child, "shleter", *ON)
    assert (said.code, said.out) == (2, "")
    assert said.err == "error: OUTCOME: `shleter` is not an outcome of the vocabulary; did you mean `shelter`?\n"


def test_a_fact_is_no_outcome(nrm, child):
    assert nrm("explain", child, "signs", *ON).code == 2
