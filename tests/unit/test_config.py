"""The folders of one run: as given, else from the environment, else those that came with the program."""

from pathlib import Path

import pytest
from fakes import REAL

from nrm import config


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    monkeypatch.delenv("NRM_RULES", raising=False)
    monkeypatch.delenv("NRM_SEEDS", raising=False)


def test_without_a_word_the_folders_of_the_source_tree_are_used():
    assert config.settings() == REAL


def test_the_environment_names_the_folders(monkeypatch):
    monkeypatch.setenv("NRM_RULES", "some/rules")
    monkeypatch.setenv("NRM_SEEDS", "some/seeds")
    assert config.settings() == config.Settings(Path("some/rules"), Path("some/seeds"))


def test_an_empty_variable_counts_as_not_set(monkeypatch):
    monkeypatch.setenv("NRM_RULES", "")
    assert config.settings().rules == REAL.rules


def test_what_is_given_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("NRM_RULES", "from/environment")
    assert config.settings(rules=Path("given")).rules == Path("given")


def test_an_installed_program_uses_the_copies_inside_its_package(monkeypatch, tmp_path):
    package = tmp_path / "nrm"
    package.mkdir()
    monkeypatch.setattr(config, "_PACKAGE", package)
    assert config.settings() == config.Settings(package / "shipped" / "rules", package / "shipped" / "seeds")
