"""Checks of one bundle after another one run once for all tests: what they find depends on nothing else."""

import pytest
from rulebook_desk import remembered_checks


@pytest.fixture(autouse=True)
def _checked_once(monkeypatch):
    remembered_checks(monkeypatch)
