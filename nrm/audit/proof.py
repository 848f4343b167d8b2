"""Proof files: that one entry is in a log, to be checked without the log and without a network.

C2SP tlog-proof, https://c2sp.org/tlog-proof; the usual file extension is `.tlog-proof`.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from nrm.audit.checkpoint import decimal, open_checkpoint, parse_checkpoint
from nrm.audit.errors import ProofRefusedError
from nrm.audit.merkle_proof import check_inclusion, inclusion_proof
from nrm.audit.note import Note, decoded, parse_note
from nrm.audit.source import read_tile
from nrm.audit.tiles import ENTRIES, WIDTH, split_bundle, split_hashes, tile_over
from nrm.audit.tree import HASH_BYTES, leaf_hash, root_of
from nrm.errors import Problem

if TYPE_CHECKING:
    from nrm.audit.checkpoint import SignedCheckpoint
    from nrm.audit.merkle_proof import HashReader
    from nrm.audit.note import Verifier
    from nrm.audit.source import Source

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
MOST_HASHES: Final = 63
"""No tree is higher."""

_TILES_KEPT = 64


@dataclass(frozen=True)
class LogProof:
    """The index of an entry, the hashes from its neighbour up, and the signed checkpoint they lead to.

    `extra` is what somebody added; nothing vouches for it.
    """

    index: int
    hashes: tuple[bytes, ...]
    note: Note
    extra: bytes | None = None

    def __bytes__(self) -> bytes:
        lines = [FIRST_LINE]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += (base64.b64encode(one).decode() for one in self.hashes)
        return "".join(f"{line}\n" for line in (*lines, "")).encode() + bytes(self.note)


def make_proof(source: Source, note: Note, index: int, extra: bytes | None = None) -> LogProof:
    """Prove from the log's files that entry `index` is under the checkpoint in `note`.

    The proof is checked before it is given. Raises `ProofRefusedError` when there is no such entry or the files do
    not lead to the checkpoint, `TileMissingError` when one cannot be read.
    """
    checkpoint = parse_checkpoint(note.text)
    read = hash_reader(source, checkpoint.size)
    proof = inclusion_proof(index, checkpoint.size, read)
    check_inclusion(
        leaf_hash(read_entry(source, checkpoint.size, index)), index, checkpoint.size, proof, checkpoint.root
    )
    return LogProof(index, proof, note, extra)


def parse_proof(data: bytes, place: str = "proof") -> LogProof:
    """Read a proof file, so strictly that writing it again gives the same bytes.

    Raises `ProofRefusedError`, and `NoteRefusedError` when the checkpoint in it is malformed.
    """
    head, gap, note = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise _refused(place, 0, "the proof is not ASCII above its checkpoint") from None
    if not gap or lines.pop(0) != FIRST_LINE:
        raise _refused(place, 1, f"the file is not a `{FIRST_LINE}`")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decoded(lines.pop(0).removeprefix("extra "))
        if extra is None:
            raise _refused(place, 2, "the extra data is not base64")
    at = 2 if extra is None else 3
    if not lines or not lines[0].startswith("index ") or not decimal(lines[0].removeprefix("index ")):
        raise _refused(place, at, "the line is not `index` and a decimal number")
    hashes = [decoded(line) for line in lines[1:]]
    if len(hashes) > MOST_HASHES:
        raise _refused(place, at, f"the proof has more than {MOST_HASHES} hashes")
    whole = tuple(one for one in hashes if one is not None and len(one) == HASH_BYTES)
    if len(whole) != len(hashes):
        raise _refused(place, at, f"a line of the proof is not the base64 of {HASH_BYTES} bytes")
    return LogProof(int(lines[0].removeprefix("index ")), whole, parse_note(note, place), extra)


def check_proof(
    proof: LogProof, entry: bytes, verifier: Verifier, origin: str, place: str = "proof"
) -> SignedCheckpoint:
    """Verify that `entry` stands in the log named `origin`, and give the checkpoint that says so.

    The cosignatures under the checkpoint are not looked at. Raises `NoteRefusedError`, `CheckpointRefusedError` or
    `ProofRefusedError`.
    """
    opened = open_checkpoint(bytes(proof.note), verifier, origin, place)
    checkpoint = opened.checkpoint
    check_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return opened


def hash_reader(source: Source, size: int) -> HashReader:
    """Read the hashes of a log of `size` entries out of its tiles; they are believed as they stand."""

    @lru_cache(_TILES_KEPT)
    def tile(level: int, index: int) -> list[bytes]:
        return split_hashes(read_tile(source, tile_over(level, index, size)))

    def read(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, 8)
        first = index << height
        row = tile(tile_level, first // WIDTH)
        return root_of(row[first % WIDTH : first % WIDTH + (1 << height)])

    return read


def read_entry(source: Source, size: int, index: int) -> bytes:
    """Give entry `index` of a log of `size` entries, unverified.

    Raises `ProofRefusedError` when there is no such entry, `TileMissingError` when its bundle cannot be read.
    """
    if 0 <= index < size:
        bundle = tile_over(ENTRIES, index // WIDTH, size)
        entries = split_bundle(read_tile(source, bundle), f"{source.name}/{bundle.path}")
        if index % WIDTH < len(entries):
            return entries[index % WIDTH]
    raise _refused(source.name, 0, f"entry {index} is not among the {size} entries of the log")


def _refused(place: str, line: int, what: str) -> ProofRefusedError:
    return ProofRefusedError(Problem(place, line, what, "do not believe it; ask for a new proof"))
