"""`nrm rules mutate` on the small sound rulebook, as a command of its own."""

import json

import pytest
import typer
from typer.testing import CliRunner

from nrm.cli.mutate import mutate
from nrm.errors import RulebookRefusedError, UnknownNameError

KILLED, SURVIVED = 0, 1


@pytest.fixture
def run(small):
    app = typer.Typer()
    app.command()(mutate)
    folders = ["--rules", str(small.rules), "--seeds", str(small.seeds), "--on", "2026-03-01"]
    return lambda *arguments: CliRunner().invoke(app, [*folders, *map(str, arguments)])


def test_survivors_are_sentences_and_fail_the_command(run):
    said = run("--rule", "shelter")
    assert said.exit_code == SURVIVED
    assert "without this outcome nothing fails: shelter, disclosure share_with_shelter" in said.output
    assert "3 of 4 mutants killed (75.0 %), 1 survive" in said.output


def test_a_rule_all_of_whose_mutants_are_killed_passes(run):
    assert run("--rule", "family_barred").exit_code == KILLED


def test_a_reason_explains_a_survivor(run, tmp_path):
    reasons = tmp_path / "survivors.yaml"
    reasons.write_text("'outcome: shelter, disclosure share_with_shelter': Nobody reads it.\n", encoding="utf-8")
    said = run("--rule", "shelter", "--survivors", reasons)
    assert said.exit_code == KILLED
    assert "Nobody reads it." in said.output


def test_json_lists_the_survivors(run):
    said = json.loads(run("--topic", "care", "--json").output)
    killed = said["killed_by_examples"] + said["killed_by_guarantees"]
    assert said["mutants"] == killed + len(said["survivors"])
    assert "outcome: shelter, disclosure share_with_shelter" in [one["mutant"] for one in said["survivors"]]


def test_a_file_of_reasons_without_words_is_refused(run, tmp_path):
    reasons = tmp_path / "survivors.yaml"
    reasons.write_text("- a list\n", encoding="utf-8")
    assert isinstance(run("--survivors", reasons).exception, RulebookRefusedError)


@pytest.mark.parametrize("option", ["--rule", "--topic"])
def test_an_unknown_word_is_refused(run, option):
    assert isinstance(run(option, "sheltre").exception, UnknownNameError)
