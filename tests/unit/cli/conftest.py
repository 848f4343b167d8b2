"""The command `nrm`, run in this process on the small sound rulebook, or on the real one."""

import io
import sys
from types import SimpleNamespace

import pytest
from fakes import write_rulebook
from homes import made_home
from referral_homes import Referring, made_referral_home

from nrm.cli.main import run


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    return write_rulebook(tmp_path_factory.mktemp("rulebook"))


@pytest.fixture(scope="session")
def made(tmp_path_factory, small):
    """An installation with one case (see homes); tests work at a copy of it."""
    return made_home(tmp_path_factory.mktemp("home"), small)


@pytest.fixture
def home(made, tmp_path):
    """A copy of it for one test."""
    return made.copied(tmp_path)


@pytest.fixture
def real_nrm(capsys, monkeypatch):
    """Run `nrm` with these arguments; return its exit code, and what it wrote to both streams."""
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "NRM_RULES", "NRM_SEEDS"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as left:
            run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return SimpleNamespace(code=left.value.code or 0, out=said.out, err=said.err, lines=said.out.splitlines())

    return call


@pytest.fixture
def nrm(real_nrm, small, monkeypatch):
    monkeypatch.setenv("NRM_RULES", str(small.rules))
    monkeypatch.setenv("NRM_SEEDS", str(small.seeds))
    return real_nrm


@pytest.fixture
def nrm_with(real_nrm, tmp_path):
    """Run `nrm` on the small rulebook after `changes` (see fakes)."""

    def prepare(changes):
        made = write_rulebook(tmp_path, changes)

        def call(*arguments, **more):
            return real_nrm(*arguments, "--rules", made.rules, "--seeds", made.seeds, **more)

        return call

    return prepare


@pytest.fixture
def case(tmp_path):
    """Write a case file and return its path."""

    def write(text, name="case.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def child(case):
    """A child in debt, held for three days, at risk from the family."""
    return case("facts: {signs: [debt], age_status: child, days_detained: 3, family_risk: yes, urgent_need: no}\n")


@pytest.fixture(scope="session")
def made_referral_installation(tmp_path_factory):
    return made_referral_home(tmp_path_factory.mktemp("referral"))


@pytest.fixture
def at(real_nrm, made_referral_installation, tmp_path, monkeypatch):
    """An installation with services and two cases (see referral_homes)."""
    return Referring(real_nrm, made_referral_installation, tmp_path, monkeypatch)
