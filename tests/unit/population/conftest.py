"""The real vocabulary, and files written in a folder of the test."""

import pytest
from fakes import REAL, load


@pytest.fixture(scope="session")
def files():
    return load(REAL)


@pytest.fixture(scope="session")
def vocabulary(files):
    return files.vocabulary


@pytest.fixture
def csv_file(tmp_path):
    """Write a CSV file and return its path."""

    def write(content):
        path = tmp_path / "people.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
