"""The small sound rulebook and the real one, compiled once."""

from datetime import date

import pytest
from fakes import REAL, write_rulebook

from nrm.bootstrap import Application

ON = date(2026, 3, 1)


@pytest.fixture(scope="session")
def small_files(tmp_path_factory):
    return Application(write_rulebook(tmp_path_factory.mktemp("small"))).files


@pytest.fixture(scope="session")
def real_application():
    return Application(REAL)


@pytest.fixture(scope="session")
def real_engine(real_application):
    return real_application.engine(ON, "gb")
