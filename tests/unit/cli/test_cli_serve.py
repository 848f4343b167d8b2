"""`nrm serve`: what is typed counts more than the environment, and what is in use is told before anything is made."""

import socket

import pytest
from homes import settle


@pytest.fixture
def asked(monkeypatch):
    """The demonstrations that `nrm serve` would have given."""
    found = []
    monkeypatch.setattr("nrm.cli.demo.demonstrate", lambda *wanted: found.append(wanted))
    return found


@pytest.fixture
def nrm(real_nrm, made, home, small, monkeypatch):
    settle(monkeypatch, small, home, made.passphrase)
    return real_nrm


def test_a_demonstration_that_is_typed_counts_more_than_an_installation_that_the_shell_remembers(nrm, asked, tmp_path):
    said = nrm("serve", "--demo", tmp_path / "demonstration")
    assert (said.code, said.err) == (0, "")
    assert asked == [(tmp_path / "demonstration", "127.0.0.1", 8000)]


def test_who_types_both_is_asked_which(nrm, home, asked, tmp_path):
    said = nrm("serve", "--home", home, "--demo", tmp_path / "demonstration")
    assert (said.code, said.out) == (2, "")
    assert said.err == "error: --demo: an installation is named too; leave one of the two out\n"
    assert asked == []


def test_a_port_in_use_is_told_before_a_demonstration_is_made(real_nrm, monkeypatch, tmp_path):
    monkeypatch.delenv("NRM_HOME", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = real_nrm("serve", "--demo", tmp_path / "demonstration", "--port", port)
    assert (said.code, said.out) == (2, "")
    what = "nobody can listen there: address already in use"
    assert said.err == f"error: 127.0.0.1:{port}: {what}; choose another --port or --address\n"
    assert not (tmp_path / "demonstration").exists()
