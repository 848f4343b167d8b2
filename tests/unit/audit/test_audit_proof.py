from __future__ import annotations

import pytest
from audit_logs import ORIGIN, SIGNER, MemorySource, entry
from hypothesis import given, settings
from hypothesis import strategies as st

from nrm.audit.errors import CheckpointRefusedError, LogError, ProofRefusedError, TileMissingError
from nrm.audit.merkle_proof import check_consistency, consistency_proof
from nrm.audit.note import Signer, Verifier, parse_note
from nrm.audit.proof import check_proof, hash_reader, make_proof, parse_proof, read_entry
from nrm.audit.tree import leaf_hash, root_of

VERIFIER = Verifier(SIGNER.vkey)
SIZE = 66_000
LEAVES = [leaf_hash(entry(at)) for at in range(SIZE)]
LOG = MemorySource.of(map(entry, range(SIZE)))
NOTE = parse_note(LOG.read("checkpoint"))
indexes = st.integers(0, SIZE - 1)


def altered(data, bit):
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


@given(indexes, st.none() | st.binary(max_size=40))
def test_a_proof_is_read_back_and_verified(index, extra):
    proof = parse_proof(bytes(make_proof(LOG, NOTE, index, extra)))
    assert (proof.index, proof.extra) == (index, extra)
    assert check_proof(proof, entry(index), VERIFIER, ORIGIN).checkpoint.size == SIZE


@given(indexes, st.integers(0, 10_000))
def test_a_proof_with_one_bit_flipped_is_refused(index, bit):
    data = altered(bytes(make_proof(LOG, NOTE, index)), bit)
    with pytest.raises(LogError):
        check_proof(parse_proof(data), entry(index), VERIFIER, ORIGIN)


@given(indexes, indexes)
def test_a_proof_is_of_no_other_entry(index, other):
    if index != other:
        with pytest.raises(ProofRefusedError, match=f"does not show that entry {index} is in the log"):
            check_proof(make_proof(LOG, NOTE, index), entry(other), VERIFIER, ORIGIN)


def test_extra_data_proves_nothing_and_does_no_harm():
    assert check_proof(make_proof(LOG, NOTE, 7, b"anything"), entry(7), VERIFIER, ORIGIN).note == NOTE


def test_a_proof_from_another_log_is_refused():
    with pytest.raises(CheckpointRefusedError, match="and not of `other"):
        check_proof(make_proof(LOG, NOTE, 7), entry(7), VERIFIER, "other.example/log")


def test_a_proof_under_a_key_that_we_do_not_know_is_refused():
    stranger = Verifier(Signer(ORIGIN, bytes(32)).vkey)
    with pytest.raises(LogError, match="no signature of the key"):
        check_proof(make_proof(LOG, NOTE, 7), entry(7), stranger, ORIGIN)


@pytest.mark.parametrize("index", [-1, SIZE, SIZE + 1])
def test_no_proof_is_made_for_an_entry_that_is_not_there(index):
    with pytest.raises(ProofRefusedError, match=f"entry {index} is not among the {SIZE} entries"):
        make_proof(LOG, NOTE, index)
    with pytest.raises(ProofRefusedError, match=f"entry {index} is not among the {SIZE} entries"):
        read_entry(LOG, SIZE, index)


@pytest.mark.parametrize(("path", "index"), [("tile/0/000", 1), ("tile/1/000", 257), ("tile/entries/000", 0)])
def test_no_proof_is_made_from_altered_files(path, index):
    log = MemorySource({**LOG.files, path: altered(LOG.files[path], 20)})
    with pytest.raises(LogError):
        make_proof(log, NOTE, index)


def test_no_proof_is_made_from_missing_files():
    log = MemorySource({path: data for path, data in LOG.files.items() if path != "tile/0/000"})
    with pytest.raises(TileMissingError, match="tile/0/000"):
        make_proof(log, NOTE, 7)


def test_an_entry_that_its_bundle_does_not_hold_is_refused():
    with pytest.raises(ProofRefusedError, match="entry 7 is not among"):
        read_entry(MemorySource({**LOG.files, "tile/entries/000": b""}), SIZE, 7)


@given(st.integers(0, 16), st.data())
def test_a_hash_is_read_out_of_the_tiles(level, data):
    index = data.draw(st.integers(0, (SIZE >> level) - 1))
    assert hash_reader(LOG, SIZE)(level, index) == root_of(LEAVES[index << level : (index + 1) << level])


@settings(max_examples=15)
@given(st.integers(1, SIZE))
def test_consistency_is_proved_from_the_tiles(old):
    proof = consistency_proof(old, SIZE, hash_reader(LOG, SIZE))
    check_consistency(old, SIZE, root_of(LEAVES[:old]), root_of(LEAVES), proof)


GOOD = bytes(make_proof(LOG, NOTE, 7, b"x")).decode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "proof:1: the file is not a `c2sp.org/tlog-proof@v1`"),
        (GOOD.replace("@v1", "@v2"), "proof:1: the file is not a"),
        (GOOD.replace("extra eA==", "extra eA"), "proof:2: the extra data is not base64"),
        (GOOD.replace("index 7", "index 07"), "proof:3: the line is not `index` and a decimal number"),
        (GOOD.replace("index 7", "index -7"), "proof:3: the line is not `index`"),
        (GOOD.replace("index 7\n", ""), "proof:3: the line is not `index`"),
        (GOOD.replace("extra eA==\nindex 7", "index x"), "proof:2: the line is not `index`"),
        (GOOD.replace("index 7\n", "index 7\nAAAA\n"), "a line of the proof is not the base64 of 32 bytes"),
        (GOOD.replace("index 7\n", "index 7\n" + GOOD.split("\n")[3] + "\n" + "A" * 43 + "\n"), "not the base64 of"),
        (GOOD.replace("index 7\n", "index 7\n" + (GOOD.split("\n")[3] + "\n") * 63), "more than 63 hashes"),
        (GOOD.replace("index 7", "index \u0667"), "not ASCII above its checkpoint"),
        (GOOD.partition("\n\n")[0], "the file is not a"),
        (GOOD.partition("\n\n")[0] + "\n\n", "no blank line with signature lines"),
    ],
)
def test_a_malformed_proof_is_refused_with_its_reason(text, reason):
    with pytest.raises(LogError) as refused:
        parse_proof(text.encode())
    assert reason in str(refused.value)
