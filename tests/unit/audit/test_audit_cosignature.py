from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.audit.cosignature import CosignatureVerifier, Cosigned, Cosigner, cosigned_by
from nrm.audit.errors import NoteRefusedError
from nrm.audit.note import Note, Signature, Signer, Verifier

COSIGNER = Cosigner("witness.example/w1", bytes(32))
OTHER = Cosigner("witness.example/w2", bytes([1]) * 32)
VERIFIER = CosignatureVerifier(COSIGNER.vkey)
TEXT = "example.org/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


@given(st.integers(0, (1 << 63) - 1))
def test_a_cosignature_is_verified_and_gives_its_time(timestamp):
    note = Note(TEXT, (COSIGNER.cosign(TEXT, timestamp),))
    assert VERIFIER.check(note) == Cosigned(COSIGNER.name, COSIGNER.vkey, timestamp)


@given(st.integers(0, 72 * 8 - 1))
def test_a_cosignature_with_one_bit_flipped_is_refused(bit):
    good = COSIGNER.cosign(TEXT, 1_700_000_000)
    body = bytearray(good.body)
    body[bit // 8] ^= 1 << bit % 8
    with pytest.raises(NoteRefusedError, match=r"the signature of `witness\.example/w1` is false"):
        VERIFIER.check(Note(TEXT, (Signature(good.name, good.key_id, bytes(body)),)))


def test_a_cosignature_of_another_checkpoint_is_refused():
    with pytest.raises(NoteRefusedError, match="is false"):
        VERIFIER.check(Note(TEXT.replace("\n0\n", "\n1\n"), (COSIGNER.cosign(TEXT, 1),)))


def test_a_cosignature_of_the_wrong_length_is_refused():
    good = COSIGNER.cosign(TEXT, 1)
    for body in (good.body[:-1], good.body + b"x", b"x"):
        with pytest.raises(NoteRefusedError, match="is not a time and 64 bytes"):
            VERIFIER.check(Note(TEXT, (Signature(good.name, good.key_id, body),)))


def test_a_witness_that_did_not_sign_gives_nothing():
    assert VERIFIER.check(Note(TEXT, (OTHER.cosign(TEXT, 1),))) is None


def test_of_two_cosignatures_of_one_witness_the_later_counts():
    note = Note(TEXT, (COSIGNER.cosign(TEXT, 9), COSIGNER.cosign(TEXT, 5)))
    assert VERIFIER.check(note) == Cosigned(COSIGNER.name, COSIGNER.vkey, 9)


def test_only_our_witnesses_are_listed():
    note = Note(TEXT, (OTHER.cosign(TEXT, 1), COSIGNER.cosign(TEXT, 2)))
    assert [one.timestamp for one in cosigned_by(note, [VERIFIER])] == [2]


@pytest.mark.parametrize("timestamp", [-1, 1 << 63])
def test_a_time_that_no_cosignature_can_carry_is_refused(timestamp):
    with pytest.raises(NoteRefusedError, match="the time is out of range"):
        COSIGNER.cosign(TEXT, timestamp)


def test_the_keys_of_logs_and_witnesses_are_not_taken_for_one_another():
    with pytest.raises(NoteRefusedError, match="signature type 0x01 and not 0x04"):
        CosignatureVerifier(Signer("example.org/log", bytes(32)).vkey)
    with pytest.raises(NoteRefusedError, match="signature type 0x04 and not 0x01"):
        Verifier(COSIGNER.vkey)
