"""Rulebooks to test with: the small sound one, the real one, and the small one broken in one way."""

import pytest
from fakes import REAL, load, refused, write_rulebook


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    return load(write_rulebook(tmp_path_factory.mktemp("sound")))


@pytest.fixture(scope="session")
def real():
    return load(REAL)


@pytest.fixture
def refuse(tmp_path):
    """Return what is said of the small rulebook after `changes` (see fakes), one text for each problem."""
    return lambda changes: [str(problem) for problem in refused(write_rulebook(tmp_path, changes))]


@pytest.fixture
def accept(tmp_path):
    """Return the files of the small rulebook after `changes` that leave it sound."""
    return lambda changes: load(write_rulebook(tmp_path, changes))
