"""What all tests share: how long Hypothesis may search, and no network."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "default",
    deadline=None,
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("soak", settings.get_profile("default"), max_examples=20_000, derandomize=False)
settings.load_profile("default")


@pytest.fixture(scope="session")
def token(tmp_path_factory):
    """A hardware token in software, one for the whole run: its module looks for tokens only once."""
    from soft_token import made_token  # noqa: PLC0415 - most tests need no token

    return made_token(tmp_path_factory.mktemp("softhsm"))
