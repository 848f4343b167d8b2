"""All mutants of the real base rules (about one minute of one core), and the reasons of those that may live."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from fakes import REAL

from nrm.bootstrap import Application
from nrm.proof.files import read_guarantees
from nrm.proof.killing import Gauntlet
from nrm.proof.mutants import mutants
from nrm.rulebook.read import read_examples
from nrm.rulebook.resolve import rulebook_on

ON = date(2026, 3, 1)
LEAST_KILLED = 0.99
SURVIVORS = yaml.safe_load((Path(__file__).parent / "survivors.yaml").read_text(encoding="utf-8"))


def gauntlet(country=None):
    files = Application(REAL).files
    guarantees = read_guarantees(REAL.rules, files)
    return Gauntlet(files, rulebook_on(files, ON, country), ON, read_examples(REAL.rules), guarantees)


@pytest.fixture(scope="module")
def run():
    return gauntlet()


@pytest.fixture(scope="module")
def every(run):
    return {mutant.name: mutant for mutant in mutants(run.program.rulebook)}


def test_no_two_mutants_of_the_real_rules_share_a_name(run, every):
    assert len(every) == sum(1 for _ in mutants(run.program.rulebook))


def test_every_mistake_in_the_real_rules_is_noticed_unless_it_is_explained(run, every):
    found = [run.fate(mutant) for mutant in every.values()]
    alive = {fate.mutant.name for fate in found if fate.survived}
    assert alive == set(SURVIVORS)
    assert len(found) - len(alive) >= LEAST_KILLED * len(found)


@pytest.mark.parametrize("country", Application(REAL).files.countries())
def test_every_mistake_in_the_rules_of_a_country_is_noticed(country):
    run = gauntlet(country)
    found = [run.fate(mutant) for mutant in mutants(run.program.rulebook, country)]
    assert found
    assert [fate.mutant.name for fate in found if fate.survived] == []


@pytest.mark.parametrize("name", SURVIVORS)
def test_each_explained_survivor_is_proved_to_change_no_line_of_any_plan(run, every, name):
    fate = run.fate(every[name])
    assert fate.survived
    assert fate.same
