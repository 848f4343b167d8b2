"""The service of an office in memory, and somebody who asks it without a network."""

from uuid import UUID

import pytest
from api_office import Service
from offices import new_office
from signins import TestDoor


@pytest.fixture
def service(tmp_path):
    return Service(new_office(tmp_path))


@pytest.fixture
def ids():
    return [UUID(int=number) for number in range(100, 110)]


@pytest.fixture
def at(tmp_path):
    """A door with accounts, and a clock that a test moves."""
    return TestDoor(new_office(tmp_path))


@pytest.fixture
def real(at):
    """The service behind that door: its tokens are real."""
    return Service(at.office, real=at)
