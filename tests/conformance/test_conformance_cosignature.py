"""Witnesses as the C2SP pages print them, and cosignatures judged and made by Go's signed notes."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from small_logs import WITNESS, cosigner, counted

from nrm.audit.cosignature import CosignatureVerifier
from nrm.audit.errors import NoteRefusedError
from nrm.audit.note import parse_note
from nrm.audit.policy_file import parse_policy
from nrm.audit.witness import parse_request

REQUEST = """old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa \
opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
""".encode()

ANSWER = """\
— witness.example/w1 \
CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==
— witness.example/w1 \
I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0+UfzuOBMh9ChdMkP1vi/lCAsmlw==
— witness.example/w2 \
AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJhm/kWl7oJlqU3rXXvpysAdyP3wQ==
""".encode()

PUBLIC_WITNESS = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
"""The key text of a witness that others run."""

NOW = 1_679_315_147
LOG = counted(5)
NOTE = LOG.note(5)
PROGRAM = Path(__file__).parent / "go" / "cosigcheck"
GO_SOURCES = Path("/usr/share/gocode")
GO_PRESENT = shutil.which("go") is not None and (GO_SOURCES / "src/golang.org/x/mod/sumdb/note").is_dir()


def test_the_request_on_the_page_of_the_witness_protocol_is_read_to_the_byte():
    request = parse_request(REQUEST)
    assert (request.old, request.checkpoint.origin, request.checkpoint.size) == (
        20852014,
        "example.com/behind-the-sofa",
        20852163,
    )
    assert [one[:2].hex() for one in request.proof] == ["3e54", "8eb2", "e7ea", "ffa5"]
    assert len(request.note.signatures) == 2
    assert bytes(request) == REQUEST


def test_the_answer_on_the_page_has_three_lines_and_each_is_a_time_and_64_bytes():
    signatures = parse_note(NOTE.text.encode() + b"\n" + ANSWER).signatures
    assert [one.name for one in signatures] == ["witness.example/w1", "witness.example/w1", "witness.example/w2"]
    assert {len(one.body) for one in signatures} == {8 + 64}


def test_the_key_of_a_witness_that_others_run_is_read_and_may_stand_in_a_policy():
    witness = CosignatureVerifier(PUBLIC_WITNESS)
    assert (witness.name, witness.key_id.hex()) == ("remora.n621.de", "da77ade7")
    policy = parse_policy(f"witness remora {PUBLIC_WITNESS} https://remora.n621.de/\nquorum remora\n".encode())
    assert policy.witnesses[0].url == "https://remora.n621.de/"


def test_a_cosignature_is_over_the_message_that_the_page_spells_out():
    key = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
    body = cosigner().cosign(NOTE.text, NOW).body
    assert body[:8] == bytes.fromhex("00000000641850cb")
    key.public_key().verify(body[8:], b"cosignature/v1\ntime 1679315147\n" + NOTE.text.encode())


@pytest.fixture(scope="module")
def go(tmp_path_factory):
    if not GO_PRESENT:
        pytest.skip("NOT CHECKED BY GO: `go` or Debian's golang-golang-x-mod-dev is not installed")
    folder = tmp_path_factory.mktemp("go")
    settings = {"GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
    command = ["go", "build", "-o", str(folder / "cosigcheck"), "."]
    subprocess.run(command, cwd=PROGRAM, env={**os.environ, **settings}, check=True, timeout=200)

    def run(note, *options):
        (folder / "note").write_bytes(bytes(note))
        command = [folder / "cosigcheck", "-note", folder / "note", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout

    return run


def test_go_verifies_our_cosignature_and_reads_its_time(go):
    note = NOTE.with_signatures(cosigner().cosign(NOTE.text, NOW))
    assert go(note, "-vkey", cosigner().vkey) == (0, f"cosigned at {NOW}, 1 signatures of others\n")


@pytest.mark.parametrize(
    "note",
    [
        NOTE,
        NOTE.with_signatures(cosigner(seed=8).cosign(NOTE.text, NOW)),
        NOTE.with_signatures(cosigner().cosign(LOG.note(4).text, NOW)),
    ],
    ids=["not cosigned", "by another key", "over another text"],
)
def test_go_and_we_refuse_the_same_notes(go, note):
    code, said = go(note, "-vkey", cosigner().vkey)
    assert (code, said.split(":")[0]) == (1, "refused")
    policy = parse_policy(f"log {LOG.verifier.vkey}\nwitness W {cosigner().vkey}\nquorum W\n".encode())
    try:
        met = policy.open(bytes(note))[1].met
    except NoteRefusedError:
        met = False
    assert not met


def test_go_makes_the_same_cosignature_as_we_do(go):
    seed = base64.b64encode(b"\7" * 32).decode()
    code, line = go(NOTE, "-name", WITNESS, "-seed", seed, "-time", str(NOW))
    assert (code, line) == (0, cosigner().cosign(NOTE.text, NOW).line())
