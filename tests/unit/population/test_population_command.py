"""`nrm population`: tested through its own app, until and after it is a part of `nrm`."""

from __future__ import annotations

import io

import pytest
from typer.testing import CliRunner

from nrm.cli.population import app
from nrm.errors import FileRefusedError
from nrm.population.columns import read_people, write_people
from nrm.population.make import made_up


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_make_prints_the_people_of_the_seed(vocabulary):
    said = run("make", 50, "--seed", 7)
    expected = io.StringIO()
    write_people(expected, made_up(50, 7, vocabulary), vocabulary)
    assert (said.exit_code, said.stdout) == (0, expected.getvalue())


def test_make_writes_a_file_that_can_be_read_back(vocabulary, tmp_path):
    path = tmp_path / "people.csv"
    said = run("make", 1200, "--seed", 7, "--others", 0, "--out", path)
    people = read_people(path, vocabulary)
    known = len(people.known_facts(vocabulary))
    assert (said.exit_code, said.stdout) == (0, f"{path}: 1,200 people, {known} facts known of somebody\n")
    assert people.count == 1200
    assert [left.name for left in tmp_path.iterdir()] == ["people.csv"]


def test_ctdc_says_on_the_side_what_it_does_not_read(csv_file):
    said = run("ctdc", csv_file("Woman,Trafficking Duration\n1,0\n0,2\n"))
    assert said.stdout == 'gender\nfeminine\n""\n'
    assert said.stderr.startswith("not read: Trafficking Duration; its bands are no numbers")


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(FileRefusedError, match="the file cannot be written"):
        run("make", 5, "--seed", 1, "--out", tmp_path / "nowhere" / "people.csv")


def test_a_folder_in_place_of_the_file_is_told_and_nothing_is_left(tmp_path):
    (tmp_path / "people").mkdir()
    with pytest.raises(FileRefusedError, match="the file cannot be written"):
        run("make", 5, "--seed", 1, "--out", tmp_path / "people")
    assert [left.name for left in tmp_path.iterdir()] == ["people"]


@pytest.mark.parametrize("arguments", [("make", 0, "--seed", 1), ("make", 5), ("make", 5, "--seed", 1, "--others", 2)])
def test_what_cannot_be_made_is_refused(arguments):
    assert run(*arguments).exit_code == 2
