"""The service of an office in memory, and somebody who asks it without a network."""

from uuid import UUID

import pytest
from api_office import Service
from offices import new_office


@pytest.fixture
def service(tmp_path):
    return Service(new_office(tmp_path))


@pytest.fixture
def ids():
    return [UUID(int=number) for number in range(100, 110)]
