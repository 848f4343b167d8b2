"""One suite for both databases."""

from __future__ import annotations

import databases
import pytest


@pytest.fixture(autouse=True)
def _closed():
    yield
    databases.close_all()


@pytest.fixture(params=databases.BOTH)
def engine(request, tmp_path):
    """An empty database that has the schema."""
    return databases.new_engine(request.param, tmp_path)


@pytest.fixture
def store(engine):
    """A store with our installation and an empty log."""
    return databases.founded(engine)
