"""Keyrings on a key file."""

import pytest
from fast_keys import made_keys

from nrm.vault import Keyring


@pytest.fixture
def key_file(tmp_path):
    return tmp_path / "keys.json"


@pytest.fixture
def keys(key_file):
    return made_keys(key_file)


@pytest.fixture
def keyring(keys):
    return Keyring(keys)
