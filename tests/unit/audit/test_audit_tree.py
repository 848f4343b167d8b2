from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.audit.errors import ProofRefusedError
from nrm.audit.merkle_proof import check_consistency, check_inclusion, consistency_proof, inclusion_proof, range_hash
from nrm.audit.tree import EMPTY_ROOT, Frontier, leaf_hash, leaf_hashes, node_hash, root_of

LEAVES = leaf_hashes(b"%d" % at for at in range(600))
sizes = st.integers(1, 300)


def defined(hashes):
    """The Merkle Tree Hash, word for word as RFC 6962 §2.1 defines it."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(defined(hashes[:split]), defined(hashes[split:]))


def read(level, index):
    return defined(LEAVES[index << level : (index + 1) << level])


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


@given(st.integers(0, 600))
def test_the_root_is_the_one_that_the_rfc_defines(size):
    assert root_of(LEAVES[:size]) == defined(LEAVES[:size])


@given(st.integers(0, 600))
def test_the_root_is_put_together_from_full_subtrees(size):
    assert range_hash(0, size, read) == defined(LEAVES[:size])


def test_a_frontier_has_the_defined_root_at_every_size():
    frontier = Frontier()
    for size, leaf in enumerate(LEAVES[:200]):
        assert frontier.root() == defined(LEAVES[:size])
        frontier.append(leaf)


@given(st.integers(0, 300), st.integers(0, 100))
def test_a_frontier_is_carried_on_from_its_few_hashes(size, more):
    first = Frontier()
    for leaf in LEAVES[:size]:
        first.append(leaf)
    second = Frontier(first.size, first.hashes)
    for leaf in LEAVES[size : size + more]:
        second.append(leaf)
    assert second.root() == defined(LEAVES[: size + more])


@pytest.mark.parametrize(("size", "hashes"), [(1, 0), (3, 1), (4, 2), (0, 1)])
def test_a_frontier_of_the_wrong_number_of_hashes_is_refused(size, hashes):
    with pytest.raises(ValueError, match="one hash for each bit"):
        Frontier(size, [EMPTY_ROOT] * hashes)


@given(st.data(), sizes)
def test_an_inclusion_proof_verifies(data, size):
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, read)
    check_inclusion(LEAVES[index], index, size, proof, defined(LEAVES[:size]))


@given(st.data(), st.integers(2, 300))
def test_an_altered_inclusion_proof_does_not_verify(data, size):
    index = data.draw(st.integers(0, size - 1))
    proof = list(inclusion_proof(index, size, read))
    root, leaf, at = defined(LEAVES[:size]), LEAVES[index], data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    altered = data.draw(
        st.sampled_from(
            [
                (leaf, index, [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]], root),
                (leaf, index, [*proof[:at], proof[at][:-1], *proof[at + 1 :]], root),
                (leaf, index, [*proof[:at], *proof[at + 1 :]], root),
                (leaf, index, [*proof[:at], root, *proof[at:]], root),
                (leaf, index, [*proof, proof[at]], root),
                (leaf, (index + 1 + bit % (size - 1)) % size, proof, root),
                (flipped(leaf, bit), index, proof, root),
                (leaf, index, proof, flipped(root, bit)),
                (leaf, index, [], root),
            ]
        )
    )
    with pytest.raises(ProofRefusedError):
        check_inclusion(altered[0], altered[1], size, altered[2], altered[3])


@given(st.data(), sizes)
def test_a_consistency_proof_verifies(data, new):
    old = data.draw(st.integers(0, new))
    proof = consistency_proof(old, new, read)
    check_consistency(old, new, defined(LEAVES[:old]), defined(LEAVES[:new]), proof)


@given(st.data(), st.integers(2, 300))
def test_an_altered_consistency_proof_does_not_verify(data, new):
    old = data.draw(st.integers(1, new - 1))
    proof = list(consistency_proof(old, new, read))
    before, after = defined(LEAVES[:old]), defined(LEAVES[:new])
    at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    altered = data.draw(
        st.sampled_from(
            [
                (before, after, [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]),
                (before, after, [*proof[:at], *proof[at + 1 :]]),
                (before, after, [*proof[:at], after, *proof[at:]]),
                (before, after, [*proof, proof[at]]),
                (before, after, [*proof[:at], b"", *proof[at + 1 :]]),
                (flipped(before, bit), after, proof),
                (before, flipped(after, bit), proof),
                (after, before, proof),
                (before, after, []),
            ]
        )
    )
    with pytest.raises(ProofRefusedError):
        check_consistency(old, new, *altered)


@given(st.data(), st.integers(2, 300))
def test_a_log_with_one_entry_changed_is_not_the_sequel_of_the_first(data, new):
    old = data.draw(st.integers(1, new - 1))
    changed = data.draw(st.integers(0, old - 1))
    other = [*LEAVES[:changed], leaf_hash(b"changed"), *LEAVES[changed + 1 : new]]
    proof = consistency_proof(old, new, lambda level, index: defined(other[index << level : (index + 1) << level]))
    with pytest.raises(ProofRefusedError, match=f"the log of {new} entries does not begin with the log of {old}"):
        check_consistency(old, new, defined(LEAVES[:old]), defined(other), proof)


@pytest.mark.parametrize(("old", "new"), [(2, 1), (-1, 1)])
def test_a_log_is_not_the_beginning_of_a_smaller_one(old, new):
    with pytest.raises(ProofRefusedError, match="is not the beginning of"):
        consistency_proof(old, new, read)
    with pytest.raises(ProofRefusedError, match="is not the beginning of"):
        check_consistency(old, new, LEAVES[0], LEAVES[0], [])


def test_a_proof_for_an_entry_that_is_not_there_is_not_made():
    with pytest.raises(ProofRefusedError, match="entry 5 is not among the 5 entries"):
        inclusion_proof(5, 5, read)


def test_from_the_empty_log_everything_follows_without_proof():
    check_consistency(0, 3, EMPTY_ROOT, LEAVES[0], [])
    for old_root, proof in ((LEAVES[0], []), (EMPTY_ROOT, [LEAVES[0]])):
        with pytest.raises(ProofRefusedError):
            check_consistency(0, 3, old_root, LEAVES[0], proof)


def test_two_roots_of_one_size_are_never_consistent():
    for one, other in pairwise(LEAVES[:4]):
        with pytest.raises(ProofRefusedError):
            check_consistency(7, 7, one, other, [])


def test_a_node_is_not_taken_for_a_leaf_by_a_shorter_proof():
    with pytest.raises(ProofRefusedError, match="the proof is too short"):
        check_inclusion(read(1, 0), 0, 4, [read(1, 1)], read(2, 0))


def test_a_proof_for_a_larger_tree_is_not_taken_for_a_smaller_one():
    proof = inclusion_proof(0, 4, read)
    check_inclusion(LEAVES[0], 0, 4, proof, read(2, 0))
    with pytest.raises(ProofRefusedError, match="the proof is too long"):
        check_inclusion(LEAVES[0], 0, 2, proof, read(2, 0))


def test_consistency_is_not_shown_by_a_proof_for_other_sizes():
    proof = consistency_proof(1, 8, read)
    check_consistency(1, 8, LEAVES[0], read(3, 0), proof)
    with pytest.raises(ProofRefusedError, match="the proof is too long"):
        check_consistency(1, 4, LEAVES[0], read(3, 0), proof)
    with pytest.raises(ProofRefusedError, match="the proof is too short"):
        check_consistency(1, 16, LEAVES[0], read(3, 0), proof)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_of_the_wrong_length_is_refused(length):
    with pytest.raises(ProofRefusedError, match="the proof holds a hash that is not 32 bytes long"):
        check_inclusion(LEAVES[0], 0, 2, [bytes(length)], read(1, 0))
