"""What is closed: the list of a recipient for each purpose, and the outcomes that some rule must give."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from fakes import load, write_rulebook
from small_books import book, rule
from small_guarantees import place, refusals, text

from nrm.engine.program import compile_rulebook
from nrm.proof.claims import ReachableClaim
from nrm.proof.files import read_guarantees
from nrm.proof.killing import Gauntlet
from nrm.proof.mutants import mutants
from nrm.proof.report import prove_all
from nrm.proof.solver import Prover
from nrm.rulebook.read import read_examples
from nrm.rulebook.resolve import rulebook_on

ON = date(2026, 3, 1)
LAW_OFFICE = "law_office: [legal]"
DISCLOSURES = "rules/vocabulary/outcomes/disclosures.yaml"
SHELTER = "rules/care/shelter.yaml"
GUARDIAN = "rules/national/gb/gb_guardian"
OUTCOMES = "    reachable: {checks: [outcomes]}\n"
# The refuge hears something for the defence as well as for its care.
TWICE = {
    DISCLOSURES: ("recipient: law_office, groups: [legal]", "recipient: refuge, groups: [legal]"),
}


def proved_of(folder, changes, form, on=ON, country=None):
    settings = write_rulebook(folder, {**changes, place("one"): text("one", form)})
    files = load(settings)
    (entry,) = prove_all(read_guarantees(settings.rules, files), files, rulebook_on(files, on, country), on).entries
    return entry.result


def lists(refuge):
    return f"    reads_only: {{lists: {{refuge: {refuge}}}}}\n"


@pytest.mark.parametrize(
    ("refuge", "faults"),
    [
        ("[identity, health, legal]", ()),
        ("{care: [identity, health], defence: [legal]}", ()),
        (
            "{care: [identity, health, legal], defence: [health]}",
            ("`share_with_lawyer` carries `legal` to `refuge` for `defence`, whose list does not have it",),
        ),
        (
            "{care: [identity, legal], defence: [legal]}",
            ("`share_with_shelter` carries `health` to `refuge` for `care`, whose list does not have it",),
        ),
        (
            "{care: [identity, health]}",
            ("`share_with_lawyer` carries `legal` to `refuge` for `defence`, whose list does not have it",),
        ),
    ],
)
def test_a_recipient_of_two_purposes_has_a_list_for_each_and_nothing_for_any_other(refuge, faults, tmp_path):
    result = proved_of(tmp_path, TWICE, lists(refuge))
    assert (result.verdict, result.faults) == ("refuted" if faults else "proved", faults)


def test_a_list_for_each_purpose_kills_a_disclosure_widened_by_what_another_purpose_may_have(tmp_path):
    def fate(folder, refuge):
        settings = write_rulebook(folder, {**TWICE, place("one"): text("one", lists(refuge))})
        files = load(settings)
        book_on, examples = rulebook_on(files, ON), read_examples(settings.rules)
        run = Gauntlet(files, book_on, ON, examples, read_guarantees(settings.rules, files))
        named = {mutant.name: mutant for mutant in mutants(book_on)}
        return run.fate(named["widened: share_with_shelter carries legal"])

    assert fate(tmp_path / "whole", "[identity, health, legal]").survived
    assert fate(tmp_path / "by_purpose", "{care: [identity, health], defence: [legal]}").by == "one"


@pytest.mark.parametrize(
    ("refuge", "what"),
    [
        ("{cure: [identity]}", "`cure` is not a purpose of the vocabulary"),
        ("{care: [identiy]}", "`versions.0.reads_only.lists.refuge.care.0` cannot be `identiy`"),
        ("[identiy]", "`versions.0.reads_only.lists.refuge.0` cannot be `identiy`"),
        ("identity", "`versions.0.reads_only.lists.refuge` `identity` must be a list"),
    ],
)
def test_a_purpose_or_group_that_does_not_exist_is_refused_once(refuge, what, tmp_path):
    ((file, line, said, _),) = refusals(tmp_path, text("one", lists(refuge)))
    assert (file, line) == (place("one"), 8)
    assert said == what


def test_an_outcome_that_no_rule_gives_any_more_is_a_fault_unless_the_reason_is_told(tmp_path):
    # The rule `doctor` is repealed from 2027 on, and nothing else gives a doctor.
    assert proved_of(tmp_path / "before", {}, OUTCOMES, date(2026, 12, 31)).verdict == "proved"
    result = proved_of(tmp_path / "after", {}, OUTCOMES, date(2027, 1, 1))
    assert (result.verdict, result.faults) == ("refuted", ("the offer `doctor` is given by no rule in force",))
    told = OUTCOMES.replace("]}", "], unless: {doctor: The health law gives it to everyone.}}")
    assert proved_of(tmp_path / "told", {}, told, date(2027, 1, 1)).verdict == "proved"


def test_an_outcome_of_another_country_or_of_a_later_day_is_no_fault(tmp_path):
    # Only the overlay gives a guardian.
    later = {f"{GUARDIAN}.yaml": ("from: 2026-01-01", "from: 2027-01-01")}
    for number, (changes, country) in enumerate([({}, None), ({}, "gb"), (later, None), (later, "gb")]):
        assert proved_of(tmp_path / str(number), changes, OUTCOMES, country=country).verdict == "proved"


def test_an_outcome_that_the_own_overlay_gives_in_vain_is_a_fault_there_and_not_in_the_base(tmp_path):
    never = "[{fact: age_status, is: adult, when_unknown: does_not_apply, reason: R}, {finding: treated_as_child}]"
    changes = {f"{GUARDIAN}.yaml": ("[{finding: treated_as_child}]", never), f"{GUARDIAN}.examples.yaml": None}
    assert proved_of(tmp_path / "base", changes, OUTCOMES).verdict == "proved"
    result = proved_of(tmp_path / "gb", changes, OUTCOMES, country="gb")
    assert result.faults == ("the offer `guardian` can never happen",)


def test_an_outcome_that_the_own_overlay_no_longer_gives_is_a_fault_there_too(tmp_path):
    end = "    because: {en: This is why., fr: This is why. fr, es: This is why. es, ar: This is why. ar}\n"
    repeal = f"{end}  - from: 2026-02-01\n    repealed: true\n    reason: Gone.\n"
    changes = {f"{GUARDIAN}.yaml": (end, repeal), f"{GUARDIAN}.examples.yaml": None}
    for country in (None, "gb"):
        result = proved_of(tmp_path / str(country), changes, OUTCOMES, country=country)
        assert result.faults == ("the offer `guardian` is given by no rule in force",)


def test_a_finding_that_is_read_and_never_made_is_a_fault():
    made = compile_rulebook(book({"age": ["child"]}, rule("r", when=["finding:f"], then=["offer:bed"])))
    assert Prover(made).prove(ReachableClaim(frozenset({"outcomes"}), frozenset())).faults == (
        "the finding `f` is given by no rule in force",
        "the offer `bed` can never happen",
    )


def test_a_rule_that_is_gone_with_an_outcome_that_only_it_gave_is_noticed(tmp_path):
    settings = write_rulebook(tmp_path, {place("one"): text("one", OUTCOMES)})
    files = load(settings)
    book_on = rulebook_on(files, ON)
    run = Gauntlet(files, book_on, ON, (), read_guarantees(settings.rules, files))
    fates = {mutant.name: run.fate(mutant) for mutant in mutants(book_on)}
    assert fates["rule: shelter"].by == "one"
    assert fates["outcome: shelter, disclosure share_with_shelter"].by == "one"
    assert fates["condition: family_search, finding treated_as_child"].survived


def test_an_overlay_that_loses_the_rule_of_its_own_outcome_is_noticed(tmp_path):
    settings = write_rulebook(tmp_path, {place("one"): text("one", OUTCOMES)})
    files = load(settings)
    book_on = rulebook_on(files, ON, "gb")
    run = Gauntlet(files, book_on, ON, (), read_guarantees(settings.rules, files))
    fates = {mutant.name: run.fate(mutant) for mutant in mutants(book_on, "gb")}
    assert fates["rule: gb_guardian"].by == "one"


def test_what_is_given_elsewhere_is_still_asked_where_it_is_given_here():
    made = compile_rulebook(
        book({"age": ["child", "adult"]}, rule("r", when=[("age", "child"), ("age", "adult")], then=["offer:bed"]))
    )
    claim = ReachableClaim(frozenset({"outcomes"}), frozenset(), frozenset({"bed"}))
    assert Prover(made).prove(claim).faults == ("the offer `bed` can never happen",)
    empty = replace(made, steps=(), in_layers=())
    assert Prover(empty).prove(claim).verdict == "proved"
