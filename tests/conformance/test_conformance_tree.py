"""Known roots and proofs: the vectors of the Certificate Transparency reference implementation.

Leaves, roots and proofs: `testonly` and `proof` of github.com/transparency-dev/merkle; roots over two-byte leaves:
`compact/range_test.go` of the same.
"""

from __future__ import annotations

from base64 import b64decode

import pytest

from nrm.audit.errors import ProofRefusedError
from nrm.audit.merkle_proof import check_consistency, check_inclusion, consistency_proof, inclusion_proof
from nrm.audit.tree import EMPTY_ROOT, Frontier, leaf_hash, node_hash, root_of

LEAVES = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
NODES = [
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
        "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
    ],
    [
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    ],
    [
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    ["5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# (index, size) -> the (level, index) of each hash of the proof, in the table above.
INCLUSION = {
    (0, 1): [],
    (0, 8): [(0, 1), (1, 1), (2, 1)],
    (5, 8): [(0, 4), (1, 3), (2, 0)],
    (2, 3): [(1, 0)],
    (1, 5): [(0, 0), (1, 1), (0, 4)],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [(0, 1), (1, 1), (2, 1)],
    (6, 8): [(1, 2), (1, 3), (2, 0)],
    (2, 5): [(1, 1), (0, 4)],
}
TWO_BYTE_LEAVES = {
    10: "VjWMPSYNtCuCNlF/RLnQy6HcwSk6CIipfxm+hettA+4=",
    15: "j4SulYmocFuxdeyp12xXCIgK6PekBcxzAIj4zbQzNEI=",
    16: "c+4Uc6BCMOZf/v3NZK1kqTUJe+bBoFtOhP+P3SayKRE=",
    100: "dUh9hYH88p0CMoHkdr1wC2szbhcLAXOejWpINIooKUY=",
}


def node(level, index):
    return bytes.fromhex(NODES[level][index])


def test_the_hash_of_a_leaf_is_the_known_one():
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"


def test_the_hash_of_a_node_is_the_known_one():
    assert node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


def test_the_root_of_an_empty_tree_is_the_known_one():
    assert EMPTY_ROOT.hex() == ROOTS[0]


@pytest.mark.parametrize("size", range(9))
def test_the_root_of_each_size_is_the_known_one(size):
    hashes = [leaf_hash(leaf) for leaf in LEAVES[:size]]
    frontier = Frontier()
    for one in hashes:
        frontier.append(one)
    assert (root_of(hashes).hex(), frontier.root().hex()) == (ROOTS[size], ROOTS[size])


@pytest.mark.parametrize("size", TWO_BYTE_LEAVES)
def test_the_root_over_two_byte_leaves_is_the_known_one(size):
    assert root_of([leaf_hash(at.to_bytes(2, "little")) for at in range(size)]) == b64decode(TWO_BYTE_LEAVES[size])


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_inclusion_proof_is_the_known_one_and_verifies(index, size):
    known = tuple(node(*place) for place in INCLUSION[index, size])
    assert inclusion_proof(index, size, node) == known
    check_inclusion(leaf_hash(LEAVES[index]), index, size, known, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_consistency_proof_is_the_known_one_and_verifies(old, new):
    known = tuple(node(*place) for place in CONSISTENCY[old, new])
    assert consistency_proof(old, new, node) == known
    check_consistency(old, new, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), known)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (2, 1), (8, 8), (-1, 8)])
def test_an_index_that_is_not_below_the_size_is_refused(index, size):
    with pytest.raises(ProofRefusedError, match="is not among the"):
        check_inclusion(EMPTY_ROOT, index, size, [], EMPTY_ROOT)


def test_one_leaf_is_its_own_root_and_any_other_root_is_refused():
    leaf = leaf_hash(b"data")
    check_inclusion(leaf, 0, 1, [], leaf)
    with pytest.raises(ProofRefusedError, match="does not show that entry 0 is in the log"):
        check_inclusion(leaf, 0, 1, [], EMPTY_ROOT)
