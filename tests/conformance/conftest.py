from __future__ import annotations

import pytest
from audit_logs import Histories

SIZE = 100_000


@pytest.fixture(scope="session")
def histories(tmp_path_factory):
    return Histories.make(tmp_path_factory.mktemp("logs"), SIZE)
