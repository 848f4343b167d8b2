"""Mutants of the small sound rulebook: who notices them, and which go unnoticed."""

from datetime import date

import pytest
from fakes import load, write_rulebook

from nrm.proof.files import read_guarantees
from nrm.proof.killing import Gauntlet
from nrm.proof.mutants import mutants
from nrm.proof.sample import comes_out
from nrm.rulebook.read import read_examples
from nrm.rulebook.resolve import rulebook_on

ON = date(2026, 3, 1)
HEAD = """\
title: {name}
sources: [A/TEST/1 §1]
because: {{en: a, fr: b, es: c, ar: d}}
owner: policy-unit
versions:
  - from: 2026-01-01
"""


def guarantee(name, body):
    return {f"rules/guarantees/{name}.yaml": f"guarantee: {name}\n{HEAD.format(name=name)}    {body}\n"}


def gauntlet(folder, changes=None):
    settings = write_rulebook(folder, changes)
    files = load(settings)
    found = read_guarantees(settings.rules, files)
    return Gauntlet(files, rulebook_on(files, ON), ON, read_examples(settings.rules), found)


def fates(run):
    return {mutant.name: run.fate(mutant) for mutant in mutants(run.program.rulebook)}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return fates(gauntlet(tmp_path_factory.mktemp("small")))


def test_all_examples_come_out_of_the_sound_rulebook(tmp_path):
    run = gauntlet(tmp_path)
    assert len(run.samples) == 21  # seven rules of the base, without what happened before they began
    assert all(comes_out(run.program, sample) for sample in run.samples)


def test_an_example_kills_a_rule_that_is_gone(small):
    fate = small["rule: shelter"]
    assert (fate.killer, fate.by) == ("example", "shelter: It applies")


def test_an_example_that_expects_nothing_kills_a_lost_condition(small):
    assert small["condition: family_barred, family_risk is yes"].killer == "example"


def test_an_outcome_that_no_example_expects_survives(small):
    assert small["outcome: shelter, disclosure share_with_shelter"].survived


def test_a_value_that_no_example_has_survives_and_is_not_called_harmless(small):
    fate = small["value: treated_as_child, age_status uncertain of age_status is child, uncertain, unknown"]
    assert fate.survived
    assert not fate.same


def test_a_guarantee_kills_what_no_example_sees(tmp_path):
    when = "always: {when: [{finding: suspected}, {fact: age_status, is: uncertain}], outcomes: [treated_as_child]}"
    found = fates(gauntlet(tmp_path, guarantee("doubt", when)))
    fate = found["value: treated_as_child, age_status uncertain of age_status is child, uncertain, unknown"]
    assert (fate.killer, fate.by) == ("guarantee", "doubt")


def test_a_closed_list_kills_a_wider_disclosure(tmp_path, small):
    assert small["widened: share_with_shelter carries legal"].survived
    lists = "reads_only: {lists: {refuge: [identity, health], law_office: [legal, family]}}"
    found = fates(gauntlet(tmp_path, guarantee("lists", lists)))
    assert found["widened: share_with_shelter carries legal"].by == "lists"
    assert found["widened: share_with_lawyer carries family"].survived


def test_a_condition_that_another_already_asks_is_proved_harmless(tmp_path):
    doubled = ("when: [{finding: treated_as_child}]", "when: [{finding: treated_as_child}, {finding: suspected}]")
    fate = fates(gauntlet(tmp_path, {"rules/child/family_search.yaml": doubled}))[
        "condition: family_search, finding suspected"
    ]
    assert fate.survived
    assert fate.same


def test_pairs_of_cases_kill_too(tmp_path):
    adult = "{fact: age_status, is: adult, when_unknown: does_not_apply, reason: It is asked for beside this.}"
    either = f"{{any: [{adult}, {{fact: age_status, is: [child, uncertain, unknown]}}]}}"
    changes = {"rules/care/shelter.yaml": ("[{finding: suspected}]", f"[{{finding: suspected}}, {either}]")}
    name = "alternative: shelter, age_status is adult of age_status is adult or age_status is child, uncertain, unknown"
    assert fates(gauntlet(tmp_path / "without", changes))[name].survived
    body = "never_depends_on: {facts: [age_status], among: {codes: [shelter]}}"
    fate = fates(gauntlet(tmp_path / "with", {**changes, **guarantee("same_shelter", body)}))[name]
    assert (fate.killer, fate.by) == ("guarantee", "same_shelter")
