"""The rulebooks over which proofs are timed are sound: copies apply as their originals do, and parts mean the same."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
import typer
from fakes import REAL, load

from benchmarks import prove
from benchmarks.enlarged import asked_of, of_size, original
from benchmarks.rulebooks import ON, example_cases, random_cases
from nrm.engine.masks import encode, evaluate
from nrm.engine.program import compile_rulebook
from nrm.proof.files import read_guarantees
from nrm.proof.guarantee import FORMS
from nrm.proof.report import prove_all
from nrm.proof.solver import decided
from nrm.rulebook.resolve import rulebook_on

PART, LARGE = 60, 250


@pytest.fixture(scope="module")
def files():
    return load(REAL)


@pytest.fixture(scope="module")
def base(files):
    return rulebook_on(files, ON)


@pytest.fixture(scope="module")
def guarantees(files):
    return read_guarantees(REAL.rules, files)


@pytest.fixture(scope="module")
def large(base):
    return of_size(base, LARGE)


@pytest.fixture(scope="module")
def cases(base):
    return [*example_cases(base.vocabulary), *random_cases(base.vocabulary, 40)]


def verdicts(guarantees, files, rulebook):
    return {entry.name: entry.result.verdict for entry in prove_all(guarantees, files, rulebook, ON).entries}


def unlimited(guarantees):
    """Return the guarantees that leave outcomes out, leaving out none: the rulebook does not keep all of these."""
    for one in guarantees:
        for version in one.file.versions:
            form = version.never_depends_on
            if form is not None and form.among.except_:
                wide = form.model_copy(update={"among": form.among.model_copy(update={"except_": ()})})
                versions = (version.model_copy(update={"never_depends_on": wide}),)
                yield replace(one, file=one.file.model_copy(update={"versions": versions}))


@pytest.mark.parametrize("size", [PART, 100, LARGE, 340])
def test_a_rulebook_has_the_size_that_was_wished_and_no_name_twice(size, base):
    rules = of_size(base, size).rules
    assert len(rules) == size == len({rule.name for rule in rules})


def test_a_rulebook_of_its_own_size_keeps_all_its_rules(base):
    assert of_size(base, len(base.rules)).rules == base.rules


def test_every_copy_applies_to_somebody_and_always_together_with_its_original(large, cases):
    program = compile_rulebook(large)
    copies = Counter(original(rule.name) for rule in large.rules)
    assert set(copies.values()) == {1, 2}
    ever = set()
    for case in cases:
        applied = {program.steps[index].rule.name for index in evaluate(program, encode(program, case)).fired}
        ever |= applied
        assert Counter(map(original, applied)) == {name: copies[name] for name in set(map(original, applied))}
    assert ever == {rule.name for rule in large.rules}


def test_a_copied_bar_withholds_copies(base):
    bars = of_size(base, 2 * len(base.rules)).vocabulary.bars
    copied = {code: bar for code, bar in bars.items() if code != original(code) and bars[original(code)].forbids}
    assert copied
    for code, bar in copied.items():
        assert tuple(map(original, bar.forbids)) == bars[original(code)].forbids
        assert not set(bar.forbids) & set(bars[original(code)].forbids)


def test_a_part_gives_everybody_what_the_whole_gives_them_of_its_outcomes(base, cases):
    whole, part = compile_rulebook(base), compile_rulebook(of_size(base, PART))
    for case in cases:
        assert decided(part, case).slots == decided(whole, case).slots & set(part.slots)


def test_a_part_is_asked_only_what_it_has_words_for(base, guarantees, files):
    part = of_size(base, PART)
    asked = asked_of(part, guarantees)
    assert 20 <= len(asked) < len(guarantees)
    assert set(verdicts(asked, files, part).values()) == {"proved"}


def test_a_larger_rulebook_keeps_every_guarantee_that_ours_keeps(large, guarantees, files):
    found = verdicts(asked_of(large, guarantees), files, large)
    assert found == {one.file.guarantee: "proved" for one in guarantees}


def test_a_larger_rulebook_breaks_every_guarantee_that_ours_breaks(base, large, guarantees, files):
    wide = list(unlimited(guarantees))
    found = verdicts(wide, files, base)
    assert "refuted" in found.values()
    assert verdicts(asked_of(large, wide), files, large) == found


def test_guarantees_about_kinds_of_outcomes_speak_of_copies_too(large, guarantees, files):
    # As they were written they do not leave the copies out, so that a copy of what they leave out breaks them.
    names = {one.file.guarantee for one in unlimited(guarantees)}
    asked = [one for one in guarantees if one.file.guarantee in names]
    assert "refuted" in verdicts(asked, files, large).values()


def test_a_proof_is_timed_in_a_process_of_its_own():
    (run,) = prove.repeated(None, PART, 1)
    assert (run.place, run.rules) == ("60 rules", PART)
    assert 0 < run.proved == run.asked
    assert set(run.seconds) == {prove.COMPILED, prove.FORMULAS, *FORMS}
    assert run.total == sum(run.seconds.values()) > 0
    assert run.elapsed > 0


def run_of(place, rules, seconds, proved=69, asked=69):
    return prove.Run(place, rules, asked, proved, {"always": seconds, "reads_only": 0.0}, seconds)


def test_growth_compares_rulebooks_of_which_the_same_was_asked():
    runs = [run_of("60 rules", 60, 0.5, 31, 31), run_of("base", 165, 2.0), run_of("990 rules", 990, 12.0)]
    assert list(prove.growth(runs)) == [
        "|  | 60 rules | 165 rules | 990 rules | 6.0 times the rules |",
        "| --- | ---: | ---: | ---: | ---: |",
        "| proved | 31 of 31 | 69 of 69 | 69 of 69 | |",
        "| always | 0.50 | 2.00 | 12.00 | 6.0 times |",
        "| reads_only | 0.00 | 0.00 | 0.00 | – |",
        "| all | 0.50 | 2.00 | 12.00 | 6.0 times |",
    ]


def test_the_goal_is_met_or_missed_by_each_real_rulebook():
    met, missed = prove.goals([run_of("base", 165, 9.9), run_of("gb", 172, 10.1)])
    assert met == "- base (165 rules): 69 of 69 guarantees proved in 9.9 seconds (goal: at most 10 on two cores, met)"
    assert missed.endswith("MISSED)")


def test_the_quickest_round_counts_and_every_round_is_written(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(prove, "repeated", lambda _country, size, _: [run_of("x", size or 165, s) for s in (3.0, 2.0)])
    prove.main("250", 2, tmp_path / "rounds.json")
    assert "| all | 2.00 | 2.00 | 1.0 times |" in capsys.readouterr().out
    written = json.loads((tmp_path / "rounds.json").read_text("utf-8"))
    assert [[run["elapsed"] for run in same] for same in written] == [[3.0, 2.0]] * 3


def test_times_of_what_was_not_proved_are_an_error(monkeypatch, capsys):
    monkeypatch.setattr(prove, "repeated", lambda *_: [run_of("base", 165, 1.0, proved=68)])
    with pytest.raises(typer.Exit) as stopped:
        prove.main("", 1, None)
    assert stopped.value.exit_code == 1
    assert "not everything was proved" in capsys.readouterr().err


@pytest.mark.parametrize("sizes", ["19", "many", "60,-1"])
def test_a_size_that_is_none_is_refused(sizes):
    with pytest.raises(typer.BadParameter, match="write numbers of rules from 20"):
        prove.main(sizes, 1, None)
