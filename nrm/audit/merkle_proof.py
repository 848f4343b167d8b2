"""Proofs over the Merkle tree: this entry is in the log; this log is that one with entries added at its end.

Making them follows RFC 6962 §2.1.1 and §2.1.2; verifying follows the algorithms of RFC 9162 §2.1.3.2 and §2.1.4.2
(https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3), so that the two share no code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from nrm.audit.errors import ProofRefusedError
from nrm.audit.tree import EMPTY_ROOT, HASH_BYTES, node_hash
from nrm.errors import Problem

HashReader: TypeAlias = Callable[[int, int], bytes]
"""Gives the root of the full subtree (level, index): it holds leaves index * 2^level to (index + 1) * 2^level - 1."""


def range_hash(start: int, end: int, read: HashReader) -> bytes:
    """Give the root over leaves `start` to `end` - 1, where `start` is a multiple of a power of two >= the length."""
    if start == end:
        return EMPTY_ROOT
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return read(level, start >> level)
    middle = start + _split(size)
    return node_hash(range_hash(start, middle, read), range_hash(middle, end, read))


def inclusion_proof(index: int, size: int, read: HashReader) -> tuple[bytes, ...]:
    """Give the hashes beside the way from leaf `index` up to the root of the first `size` leaves, lowest first.

    Raises `ProofRefusedError` when there is no such leaf.
    """
    if not 0 <= index < size:
        raise _refused(f"entry {index} is not among the {size} entries of the log", "ask for an index below the size")
    return tuple(_path(index, 0, size, read))


def consistency_proof(old: int, new: int, read: HashReader) -> tuple[bytes, ...]:
    """Give the hashes that show the tree of `old` leaves to be the beginning of the tree of `new` leaves.

    Raises `ProofRefusedError` when `old` is larger than `new`.
    """
    if not 0 <= old <= new:
        raise _refused(f"a log of {old} entries is not the beginning of one of {new}", "ask for the smaller size first")
    return tuple(_subproof(old, 0, new, read, whole=True)) if 0 < old < new else ()


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Verify that the leaf hash `leaf` stands at `index` in the tree of `size` leaves under `root`.

    Raises `ProofRefusedError` when the proof does not show it.
    """
    if not 0 <= index < size:
        raise _refused(f"entry {index} is not among the {size} entries of the log", _DISBELIEVE)
    found = leaf
    for beside, left in _climb(index, size - 1, proof):
        found = node_hash(beside, found) if left else node_hash(found, beside)
    if found != root:
        raise _refused(f"the proof does not show that entry {index} is in the log of {size} entries", _DISBELIEVE)


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Verify that the tree of `new` leaves begins with the tree of `old` leaves.

    Raises `ProofRefusedError` when the proof does not show it.
    """
    if not 0 <= old <= new:
        raise _refused(f"a log of {old} entries is not the beginning of one of {new}", _DISBELIEVE)
    if old in {0, new}:
        if proof or old_root != (EMPTY_ROOT if old == 0 else new_root):
            raise _refused(_REWRITTEN.format(old=old, new=new), _DISBELIEVE)
        return
    # When the old tree is one full subtree, its root is the first hash of the proof and is left out.
    first, *path = [old_root, *proof] if old & (old - 1) == 0 else [*proof] or [b""]
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    before = after = first
    for beside, left in _climb(here, last, path):
        before = node_hash(beside, before) if left else before
        after = node_hash(beside, after) if left else node_hash(after, beside)
    if (before, after) != (old_root, new_root):
        raise _refused(_REWRITTEN.format(old=old, new=new), _DISBELIEVE)


def _climb(here: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Go up from node `here` of a row that ends at `last`; give each hash of the proof and whether it stands left."""
    for beside in proof:
        if len(beside) != HASH_BYTES:
            raise _refused(f"the proof holds a hash that is not {HASH_BYTES} bytes long", _DISBELIEVE)
        if last == 0:
            raise _refused("the proof is too long", _DISBELIEVE)
        left = bool(here & 1) or here == last
        yield beside, left
        while left and here and not here & 1:
            here, last = here >> 1, last >> 1
        here, last = here >> 1, last >> 1
    if last:
        raise _refused("the proof is too short", _DISBELIEVE)


def _split(size: int) -> int:
    """Give the largest power of two smaller than `size`."""
    return int(1 << ((size - 1).bit_length() - 1))


def _path(index: int, start: int, end: int, read: HashReader) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, read), range_hash(middle, end, read)]
    return [*_path(index, middle, end, read), range_hash(start, middle, read)]


def _subproof(old: int, start: int, end: int, read: HashReader, *, whole: bool) -> list[bytes]:
    if old == end:
        return [] if whole else [range_hash(start, end, read)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_subproof(old, start, middle, read, whole=whole), range_hash(middle, end, read)]
    return [*_subproof(old, middle, end, read, whole=False), range_hash(start, middle, read)]


_DISBELIEVE = "do not believe it; ask the log's operator and the oversight body"
_REWRITTEN = "the log of {new} entries does not begin with the log of {old} entries"


def _refused(what: str, todo: str) -> ProofRefusedError:
    return ProofRefusedError(Problem("proof", 0, what, todo))
