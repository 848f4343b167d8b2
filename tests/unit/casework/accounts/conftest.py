"""One office on a store in memory for each test, and its door."""

import pytest
from offices import new_office
from signins import TestDoor


@pytest.fixture
def office(tmp_path):
    return new_office(tmp_path)


@pytest.fixture
def at(office):
    return TestDoor(office)
