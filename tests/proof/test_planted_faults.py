"""Realistic bad rules are refused, each with the smallest person whom it would fail, told so that all can read it."""

from __future__ import annotations

from datetime import date

import pytest
from fakes import REAL
from planted import real_files
from planted_faults import FAULTS

from nrm.cli.prove import show
from nrm.proof.files import read_guarantees
from nrm.proof.report import as_json, prove_all
from nrm.proof.solver import decided
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.sentence import Speaker

ON = date(2026, 3, 1)


@pytest.fixture(scope="module")
def guarantees():
    return {one.file.guarantee: one for one in read_guarantees(REAL.rules, real_files())}


@pytest.fixture(scope="module")
def reports(guarantees):
    """The report of each fault, of the guarantees that refuse it, in the order in which the fault names them."""
    kept = {}

    def prove(fault):
        if fault.name not in kept:
            files = fault.planted_in(real_files())
            chosen = [guarantees[name] for name in fault.refused_by]
            kept[fault.name] = prove_all(chosen, files, rulebook_on(files, ON), ON)
        return kept[fault.name]

    return prove


each_fault = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
each_with_people = pytest.mark.parametrize("fault", [f for f in FAULTS if f.people], ids=lambda fault: fault.name)


def test_there_are_at_least_twelve_planted_faults_of_different_rules_and_guarantees():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 12
    assert len({fault.path for fault in FAULTS}) >= 12
    assert len({name for fault in FAULTS for name in fault.refused_by}) >= 12


@each_fault
def test_the_fault_is_refused_by_each_guarantee_that_it_breaks(fault, reports):
    report = reports(fault)
    assert {e.name: e.result.verdict for e in report.entries} == dict.fromkeys(fault.refused_by, "refuted")
    assert not report.proved


@each_fault
def test_without_the_fault_the_same_guarantees_are_proved(fault, guarantees):
    chosen = [guarantees[name] for name in fault.refused_by]
    assert prove_all(chosen, real_files(), rulebook_on(real_files(), ON), ON).proved


@each_fault
def test_the_counterexample_is_exactly_this_one(fault, reports):
    said = as_json(reports(fault))["guarantees"][0]
    assert tuple(said["faults"]) == fault.faults
    if fault.how is None:
        assert said["counterexample"] is None
    else:
        assert said["counterexample"] == {
            "how": fault.how,
            "people": list(fault.people),
            "outcomes": [{"code": code, "rules": rules} for code, rules in fault.outcomes.items()],
        }


def _forgotten(facts, name):
    """Yield the facts with one thing less known: no code of this fact but one, or the fact unknown."""
    if isinstance(facts[name], frozenset):
        yield from ({**facts, name: facts[name] - {code}} for code in facts[name])
    else:
        unknown = "unknown" if isinstance(facts[name], str) else None
        yield from [{**facts, name: unknown}] if facts[name] != unknown else []


@each_fault
def test_nothing_more_can_be_forgotten_of_any_counterexample_of_the_fault(fault, reports):
    report = reports(fault)
    for entry in report.entries:
        found = entry.result.counterexample
        if found is None:
            continue
        claim = entry.resolved.claim
        assert claim.fails(report.program, *found.decided)
        differing = {n for n in found.cases[0] if len({facts[n] for facts in found.cases}) > 1}
        for name in found.cases[0]:
            for smaller in _forgotten(found.cases[0], name):
                if name in differing:
                    fewer = [smaller, found.cases[1]]
                else:
                    fewer = [smaller, *({**facts, name: smaller[name]} for facts in found.cases[1:])]
                assert not claim.fails(report.program, *(decided(report.program, facts) for facts in fewer)), name


@each_fault
def test_the_two_people_of_a_pair_differ_only_in_what_the_guarantee_speaks_of(fault, reports):
    report = reports(fault)
    for entry in report.entries:
        found = entry.result.counterexample
        if found is not None and len(found.cases) > 1:
            one, other = found.cases
            shared = entry.resolved.claim.shared(report.program)
            assert {name: one[name] for name in shared} == {name: other[name] for name in shared}
            assert sum(one[name] != other[name] for name in one) == 1


@each_fault
def test_the_counterexample_does_not_depend_on_what_was_proved_before(fault, reports, guarantees):
    files = fault.planted_in(real_files())
    again = prove_all([guarantees[fault.refused_by[0]]], files, rulebook_on(files, ON), ON).entries[0]
    assert again.story == reports(fault).entries[0].story


@each_with_people
@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_the_counterexample_is_told_in_words_with_nothing_left_to_fill_in(fault, language, reports, capsys):
    speaker = Speaker(language, real_files().phrases[language], fault.planted_in(real_files()).vocabulary)
    show(reports(fault), speaker)
    said = capsys.readouterr().out
    assert "{" not in said
    assert "}" not in said
    joined = " ".join(said.split())
    assert " ".join(speaker.phrase(f"proof_{fault.how}").split()[:2]) in joined
    for code in fault.outcomes:
        assert speaker.label(code).split()[0] in said


def test_a_planted_fault_reads_like_this(reports, capsys):
    (fault,) = [fault for fault in FAULTS if fault.name == "shelter_only_for_willing_witnesses"]
    show(reports(fault), Speaker("en", real_files().phrases["en"], real_files().vocabulary))
    told = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    start = next(number for number, line in enumerate(told) if line.startswith("help_without_testimony –"))
    assert told[start : start + 13] == [
        "help_without_testimony – Nothing a person is owed depends on cooperating or",
        "testifying",
        "  Help that must be paid for with testimony is not help, and a forced witness is",
        "  neither safe nor believed. (A/RES/76/7 §12, A/RES/76/7 §13, A/RES/76/186 §23)",
        "",
        "                        first person                second person",
        "Signs of trafficking    belief of having to work    belief of having to work",
        "                        against one's will          against one's will",
        "Willingness to testify  yes                         not known",
        "  The first person gets, and the second does not",
        "    • Safe accommodation",
        "      rules that give it: housing",
        "    • Choose the place with the person",
    ]
