"""One office on a store in memory for each test."""

import pytest
from offices import new_office


@pytest.fixture
def office(tmp_path):
    return new_office(tmp_path)
