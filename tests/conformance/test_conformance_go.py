"""The Go project's own Merkle tree and signed notes (golang.org/x/mod) judge our logs and proofs.

Needs `go` and Debian's `golang-golang-x-mod-dev`; without them it says so loudly.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from audit_logs import FAULTS, SIGNER, entry

from nrm.audit.note import parse_note
from nrm.audit.proof import make_proof
from nrm.audit.source import DirectorySource

PROGRAMS = Path(__file__).parent / "go"
GO_SOURCES = Path("/usr/share/gocode")
PRESENT = shutil.which("go") is not None and (GO_SOURCES / "src/golang.org/x/mod/sumdb/tlog").is_dir()

pytestmark = pytest.mark.skipif(
    not PRESENT, reason="NOT CHECKED BY GO: `go` or Debian's golang-golang-x-mod-dev is not installed"
)


def built(name, directory):
    goes_on = {"GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOCACHE": str(directory / "cache"), "GOFLAGS": ""}
    made = directory / name
    command = ["go", "build", "-o", str(made), "."]  # the path is searched on purpose: any Go will do
    subprocess.run(command, cwd=PROGRAMS / name, env={**os.environ, **goes_on}, check=True, timeout=200)
    return made


@pytest.fixture(scope="module")
def logcheck(tmp_path_factory):
    return built("logcheck", tmp_path_factory.mktemp("go"))


@pytest.fixture(scope="module")
def proofcheck(tmp_path_factory):
    return built("proofcheck", tmp_path_factory.mktemp("go"))


def judged(program, **options):
    given = [part for name, value in options.items() if value for part in (f"-{name}", str(value))]
    return subprocess.run([program, *given], capture_output=True, text=True, timeout=100, check=False)


def test_go_verifies_our_log(logcheck, histories):
    answer = judged(logcheck, log=histories.sound, vkey=SIGNER.vkey)
    assert (answer.returncode, answer.stdout) == (0, "verified 100000 entries\n")


def test_go_finds_our_log_consistent_with_its_own_beginning(logcheck, histories):
    seen = histories.shortened / "checkpoint"
    answer = judged(logcheck, log=histories.sound, vkey=SIGNER.vkey, seen=seen)
    assert (answer.returncode, answer.stdout) == (0, "verified 100000 entries\n")


@pytest.mark.parametrize("name", FAULTS)
def test_go_refuses_a_false_log(name, logcheck, histories, tmp_path):
    false = FAULTS[name](histories, tmp_path / "log")
    answer = judged(logcheck, log=false.directory, vkey=SIGNER.vkey, seen=false.seen)
    assert answer.returncode == 1
    assert answer.stdout.startswith("refused: ")


@pytest.mark.parametrize("name", ["a rewritten history", "a second history of the same size", "entries taken back"])
def test_without_memory_go_cannot_tell_another_history_from_the_first(name, logcheck, histories, tmp_path):
    false = FAULTS[name](histories, tmp_path / "log")
    assert judged(logcheck, log=false.directory, vkey=SIGNER.vkey).returncode == 0


@pytest.mark.parametrize("index", [0, 255, 256, 65_535, 65_536, 99_999])
def test_go_verifies_our_proof_and_refuses_it_for_another_entry(index, proofcheck, histories, tmp_path):
    note = parse_note((histories.sound / "checkpoint").read_bytes())
    proof = make_proof(DirectorySource(histories.sound), note, index, extra=b"any")
    (tmp_path / "proof").write_bytes(bytes(proof))
    (tmp_path / "entry").write_bytes(entry(index))
    (tmp_path / "other").write_bytes(entry(index + 1))
    right = judged(proofcheck, proof=tmp_path / "proof", entry=tmp_path / "entry", vkey=SIGNER.vkey)
    wrong = judged(proofcheck, proof=tmp_path / "proof", entry=tmp_path / "other", vkey=SIGNER.vkey)
    assert (right.returncode, right.stdout) == (0, f"entry {index} is in the log\n")
    assert wrong.returncode == 1
