from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, signed
from nrm.audit.errors import CheckpointRefusedError, NoteRefusedError
from nrm.audit.note import Note, Signer, Verifier

ORIGIN = "example.org/log"
SIGNER = Signer(ORIGIN, bytes(32))
VERIFIER = Verifier(SIGNER.vkey)
ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

lines = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), min_size=1, max_size=20)
checkpoints = st.builds(
    Checkpoint,
    st.just(ORIGIN),
    st.integers(0, (1 << 63) - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(lines, max_size=3).map(tuple),
)


@given(checkpoints)
def test_a_signed_checkpoint_is_opened_as_it_was(checkpoint):
    note = signed(checkpoint, SIGNER)
    opened = open_checkpoint(bytes(note), VERIFIER, ORIGIN)
    assert (opened.checkpoint, opened.note) == (checkpoint, note)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{ORIGIN}\n1\n", "not at least three full lines"),
        (f"{ORIGIN}\n1\n{ROOT}", "not at least three full lines"),
        (f"\n1\n{ROOT}\n", "not at least three full lines"),
        (f"{ORIGIN}\n1\n{ROOT}\n\nmore\n", "not at least three full lines"),
        (f"{ORIGIN}\n01\n{ROOT}\n", "checkpoint:2: the tree size"),
        (f"{ORIGIN}\n+1\n{ROOT}\n", "checkpoint:2: the tree size"),
        (f"{ORIGIN}\n-1\n{ROOT}\n", "checkpoint:2: the tree size"),
        (f"{ORIGIN}\n1 \n{ROOT}\n", "checkpoint:2: the tree size"),
        (f"{ORIGIN}\n\u0661\n{ROOT}\n", "checkpoint:2: the tree size"),
        (f"{ORIGIN}\n9223372036854775808\n{ROOT}\n", "checkpoint:2: the tree size"),
        (f"{ORIGIN}\n1\nAAAA\n", "checkpoint:3: the root"),
        (f"{ORIGIN}\n1\n{ROOT[:-2]}V=\n", "checkpoint:3: the root"),
        (f"{ORIGIN}\n1\n{ROOT[:-1]}\n", "checkpoint:3: the root"),
    ],
)
def test_a_malformed_checkpoint_is_refused_with_its_reason(text, reason):
    with pytest.raises(CheckpointRefusedError) as refused:
        parse_checkpoint(text)
    assert reason in str(refused.value)


def test_a_checkpoint_of_another_log_is_refused_even_when_our_key_signed_it():
    text = f"other.example/log\n0\n{ROOT}\n"
    data = bytes(Note(text, (SIGNER.sign(text),)))
    with pytest.raises(CheckpointRefusedError, match=r"a checkpoint of `other\.example/log` and not of"):
        open_checkpoint(data, VERIFIER, ORIGIN)


def test_a_checkpoint_that_somebody_else_signed_is_refused():
    other = Signer(ORIGIN, bytes([1]) * 32)
    with pytest.raises(NoteRefusedError, match="no signature of the key"):
        open_checkpoint(bytes(signed(Checkpoint(ORIGIN, 0, bytes(32)), other)), VERIFIER, ORIGIN)


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("other.example/log", 0, bytes(32)),
        Checkpoint(ORIGIN, -1, bytes(32)),
        Checkpoint(ORIGIN, 1 << 63, bytes(32)),
        Checkpoint(ORIGIN, 0, bytes(31)),
        Checkpoint(ORIGIN, 0, bytes(32), ("",)),
        Checkpoint(ORIGIN, 0, bytes(32), ("two\nlines",)),
    ],
)
def test_what_could_not_be_read_back_is_not_signed(checkpoint):
    with pytest.raises(CheckpointRefusedError):
        signed(checkpoint, SIGNER)
