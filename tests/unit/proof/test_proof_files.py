"""Guarantee files are read whole, or refused with file, line and reason."""

from __future__ import annotations

import pytest
from small_guarantees import HOLDS, place, refusals, small_files, text

AMONG = "among: {codes: [shelter]}"
FORM = (
    "`versions.0`: a guarantee has exactly one form: never_depends_on, always, never, only_adds, reads_only, reachable"
)
REPEAL = "`versions.0`: a repeal carries a `reason` and nothing else"

REFUSED = [
    ("always: {when: [], outcomes: [sheltr]}", "`sheltr` is not an outcome of the vocabulary"),
    ("always: {when: [{fact: urgnt_need, is: [yes]}], outcomes: [shelter]}", "`urgnt_need` is not a fact of the vocab"),
    (
        "always: {when: [{fact: urgent_need, is: [yess]}], outcomes: [shelter]}",
        "`yess` is not a value of `urgent_need`",
    ),
    ("never: {when: [{finding: suspectd}], outcomes: [shelter]}", "`suspectd` is not a finding of the vocabulary"),
    ("never: {to: [refug]}", "`refug` is not a recipient of the vocabulary"),
    ("never_depends_on: {facts: [helps_polic], AMONG}", "`helps_polic` is not a fact of the vocabulary"),
    (
        "never_depends_on: {facts: [helps_police], among: {kinds: [offer], except: [sheltr]}}",
        "`sheltr` is not an outcome of the vocabulary",
    ),
    ("only_adds: {facts: [urgent_ned], AMONG}", "`urgent_ned` is not a fact of the vocabulary"),
    ("only_adds: {facts: [age_status], AMONG}", "the values of `age_status` do not go from less to more"),
    ("reads_only: {lists: {refug: [identity]}}", "`refug` is not a recipient of the vocabulary"),
    (
        "reachable: {checks: [rules], unless: {sheltr: Why.}}",
        "`sheltr` is not an outcome or rule of the vocabulary",
    ),
    ("sometimes: {when: []}", "`sometimes` is not known here"),
    (
        (
            "never_depends_on: {facts: [helps_police], AMONG, "
            "when: [{any: [{fact: helps_police, is: [yes]}, {finding: suspected}]}]}"
        ),
        "it speaks only of some values of `helps_police`, and says that nothing depends on it",
    ),
    (
        "always: {when: [{fact: urgent_need, is: [yes]}, {fact: urgent_need, is_not: [yes]}], outcomes: [shelter]}",
        "no value of `urgent_need` fits this condition and those above it",
    ),
    (
        "always: {when: [{fact: urgent_need, is: [yes], when_unknown: applies}], outcomes: [shelter]}",
        "a guarantee needs no `when_unknown` for `urgent_need`",
    ),
    (
        "always: {when: [{fact: urgent_need, is: [yes, unknown], reason: Why.}], outcomes: [shelter]}",
        "a guarantee needs no `when_unknown` for `urgent_need`",
    ),
    (
        "always: {when: [{fact: days_detained, at_least: 400, when_unknown: applies}], outcomes: [shelter]}",
        "`400` does not divide `days_detained`, which runs from 0 to 365",
    ),
]

MISSHAPEN = [
    ("    never: {to: [refuge]}\n    always: {when: [], outcomes: [shelter]}\n", FORM),
    ("", FORM),
    ("    reason: No form.\n" + HOLDS, FORM),
    ("    repealed: true\n", REPEAL),
    ("    repealed: true\n    reason: Gone.\n    never: {to: [refuge]}\n", REPEAL),
    (
        "    only_adds: {natures: [need], among: {codes: [shelter], kinds: [offer]}}\n",
        "`versions.0.only_adds.among`: name either `kinds` of outcomes or `codes`",
    ),
    (
        "    only_adds: {natures: [need], among: {codes: [shelter], except: [doctor]}}\n",
        "`versions.0.only_adds.among`: `except` belongs to `kinds`",
    ),
    ("    only_adds: {among: {kinds: [offer]}}\n", "`versions.0.only_adds`: name `natures` of facts, or `facts`"),
    (
        "    never: {when: []}\n",
        "`versions.0.never`: name `outcomes`, or disclosures by `to` whom or `carrying` what",
    ),
    (
        "    never: {to: [refuge], unless_on: [consent]}\n",
        "`versions.0.never`: `unless_on` belongs to `carrying`",
    ),
]


@pytest.mark.parametrize(("form", "what"), REFUSED)
def test_a_guarantee_with_a_word_that_does_not_fit_is_refused_with_file_line_and_reason(form, what, tmp_path):
    ((file, line, said, todo),) = refusals(tmp_path, text("one", f"    {form.replace('AMONG', AMONG)}\n"))
    assert (file, line) == (place("one"), 8)
    assert said.startswith(what)
    assert todo


@pytest.mark.parametrize(("form", "what"), MISSHAPEN)
def test_a_guarantee_of_no_possible_form_is_refused_with_file_line_and_reason(form, what, tmp_path):
    ((file, line, said, _),) = refusals(tmp_path, text("one", form))
    assert file == place("one")
    assert line in {7, 8}
    assert said == what


def test_two_conditions_on_one_fact_that_leave_a_value_are_accepted(tmp_path):
    two = "[{fact: age_status, is_not: [adult]}, {fact: age_status, is: [child, unknown]}]"
    assert refusals(tmp_path, text("one", f"    always: {{when: {two}, outcomes: [shelter]}}\n")) == []


def test_a_condition_on_a_word_that_does_not_exist_is_told_once_however_often_it_is_asked(tmp_path):
    form = "    never: {when: [{fact: ag, is: [child]}], outcomes: [sheltr], to: [refug]}\n"
    said = [what for _, _, what, _ in refusals(tmp_path, text("one", form))]
    assert len(said) == len(set(said)) == 3


def test_a_guarantee_that_is_named_otherwise_than_its_file_is_refused(tmp_path):
    ((file, _, what, _),) = refusals(tmp_path, text("two", HOLDS))
    assert (file, what) == (place("one"), "the file is named `one` and holds `two`")


def test_a_guarantee_of_no_paragraph_in_the_catalogue_is_refused(tmp_path):
    ((_, line, what, _),) = refusals(tmp_path, text("one", HOLDS, source="A/TEST/1 §9"))
    assert (line, what) == (3, "`A/TEST/1 §9` is not in the catalogue of commitments")


def test_versions_out_of_order_are_refused(tmp_path):
    ((_, line, what, _),) = refusals(tmp_path, text("one", f"{HOLDS}  - from: 2026-01-01\n{HOLDS}"))
    assert (line, what) == (9, "the version from `2026-01-01` overlaps the one above it")


def test_broken_yaml_is_refused_with_its_line(tmp_path):
    ((file, line, what, _),) = refusals(tmp_path, "guarantee: [one\n")
    assert (file, line) == (place("one"), 2)
    assert what.startswith("the YAML is broken here")


def test_guarantees_are_read_in_the_order_of_their_names_with_their_form(tmp_path):
    _, _, found = small_files(tmp_path, two=HOLDS, one="    repealed: true\n    reason: Gone.\n")
    assert [one.file.guarantee for one in found] == ["one", "two"]
    assert [one.file.versions[0].form is None for one in found] == [True, False]
    assert found[1].file.versions[0].form.outcomes == ("shelter",)


def test_without_a_folder_of_guarantees_there_are_none(tmp_path):
    assert small_files(tmp_path)[2] == ()
