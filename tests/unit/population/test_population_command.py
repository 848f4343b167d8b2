"""`nrm population`: tested through its own app, until and after it is a part of `nrm`."""

from __future__ import annotations

import io
import resource

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


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path):
    def written(name, seed):
        run("make", 300, "--seed", seed, "--out", tmp_path / name)
        return (tmp_path / name).read_bytes()

    assert written("first.csv", 7) == written("again.csv", 7) != written("other.csv", 8)


def test_an_older_file_is_replaced_whole(tmp_path, vocabulary):
    path = tmp_path / "people.csv"
    run("make", 900, "--seed", 7, "--out", path)
    run("make", 3, "--seed", 7, "--out", path)
    assert read_people(path, vocabulary).count == 3


def test_ctdc_writes_what_its_columns_say_and_leaves_the_rest_unknown(csv_file, tmp_path, vocabulary):
    path = tmp_path / "coded.csv"
    said = run("ctdc", csv_file("Age Band,Woman,Means Threats,isForcedLabour\n2,1,1,0\n0,0,0,1\n"), "--out", path)
    people = read_people(path, vocabulary)
    first, second = (people.facts_of(person, vocabulary) for person in range(2))
    known = len(people.known_facts(vocabulary))
    assert (said.exit_code, said.stderr) == (0, "")
    assert said.stdout == f"{path}: 2 people, {known} facts known of somebody\n"
    assert (first["age_status"], first["gender"], first["means"]) == ("child", "feminine", {"threat"})
    assert (second["age_status"], second["gender"], second["purposes"]) == ("unknown", "unknown", {"forced_labour"})


def test_ctdc_tells_which_file_is_not_there(tmp_path):
    with pytest.raises(FileRefusedError) as error:
        run("ctdc", tmp_path / "nowhere.csv", "--out", tmp_path / "coded.csv")
    assert [problem.file for problem in error.value.problems] == [str(tmp_path / "nowhere.csv")]
    assert list(tmp_path.iterdir()) == []


def test_ctdc_refuses_another_layout_and_writes_nothing(csv_file, tmp_path):
    with pytest.raises(FileRefusedError, match="2: `Woman` has a cell that is not CTDC's"):
        run("ctdc", csv_file("Woman\nAna\n"), "--out", tmp_path / "coded.csv")
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


def test_a_disk_that_is_full_leaves_the_old_file_and_no_half_of_the_new_one(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("the old file")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(FileRefusedError, match="the file cannot be written: file too large"):
            run("make", 5000, "--seed", 1, "--out", path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_text() == "the old file"
    assert [left.name for left in tmp_path.iterdir()] == ["people.csv"]


@pytest.mark.parametrize("arguments", [("make", 0, "--seed", 1), ("make", 5), ("make", 5, "--seed", 1, "--others", 2)])
def test_what_cannot_be_made_is_refused(arguments):
    said = run(*arguments)
    assert (said.exit_code, said.stdout) == (2, "")
    assert "Usage: " in said.stderr
