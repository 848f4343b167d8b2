"""The Merkle tree: hashes, and a root that grows one leaf at a time.

RFC 6962 §2.1, https://www.rfc-editor.org/rfc/rfc6962#section-2.1, kept by RFC 9162 §2.1; the hash is SHA-256.
Proofs over this tree: `nrm.audit.merkle_proof`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

_sha256 = hashlib.sha256


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry; the zero byte before it keeps a leaf from ever passing for a node."""
    return _sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """Hash many entries, as `leaf_hash` does one."""
    return [_sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours into their parent."""
    return _sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Give the root over a row of hashes, the root of the empty tree over none.

    A last hash without neighbour moves up as it is, which yields the same tree as the RFC's split at the largest
    power of two.
    """
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [_sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)] + odd
    return row[0]


class Frontier:
    """The few hashes that a growing tree must keep: one for each full subtree, largest first (a compact range).

    There are as many as `size` has bits that are set, so a log of any length is carried on from some hundred bytes.
    Raises `ValueError` when the number of hashes does not fit the size.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self._hashes = list(hashes)
        if len(self._hashes) != size.bit_count():
            raise ValueError("a frontier has one hash for each bit of its size that is set")

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The hashes of the full subtrees, largest first."""
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> None:
        """Add the hash of one more leaf; takes one node hash on average."""
        kept, index = self._hashes, self.size
        while index & 1:
            leaf = _sha256(b"\x01" + kept.pop() + leaf).digest()
            index >>= 1
        kept.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Give the root of the tree as it is now."""
        if not self._hashes:
            return EMPTY_ROOT
        *larger, root = self._hashes
        for left in reversed(larger):
            root = _sha256(b"\x01" + left + root).digest()
        return root
