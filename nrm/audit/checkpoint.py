"""Checkpoints: what a log says about itself, in three lines that it signs.

C2SP tlog-checkpoint, https://c2sp.org/tlog-checkpoint, as the text of a C2SP signed-note.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nrm.audit.errors import CheckpointRefusedError
from nrm.audit.note import Note, decoded, parse_note
from nrm.errors import Problem

if TYPE_CHECKING:
    from nrm.audit.note import Signer, Verifier

MOST_ENTRIES: Final = (1 << 63) - 1
"""The largest tree size that a checkpoint may name."""

_ROOT_BYTES = 32
_FEWEST_LINES = 3
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_TODO = "do not believe it; fetch it again"


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log: which log, how many entries, and the 32-byte root of their tree (RFC 6962 §2.1)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Write the text that is signed, with its final newline."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint whose log signature was verified, and the whole note with all other signatures unverified."""

    checkpoint: Checkpoint
    note: Note


def parse_checkpoint(text: str, place: str = "checkpoint") -> Checkpoint:
    """Read the text of a checkpoint, so strictly that writing it again gives the same text.

    It says nothing about who wrote it: see `open_checkpoint`. Raises `CheckpointRefusedError`.
    """
    lines = text.split("\n")
    if lines.pop() or len(lines) < _FEWEST_LINES or not all(lines):
        raise _refused(place, 0, "the checkpoint is not at least three full lines: origin, size, root", _TODO)
    origin, size, coded, *extensions = lines
    root = decoded(coded)
    if not decimal(size):
        raise _refused(place, 2, "the tree size is not a decimal number without leading zeros", _TODO)
    if root is None or len(root) != _ROOT_BYTES:
        raise _refused(place, 3, "the root is not the base64 of 32 bytes", _TODO)
    return Checkpoint(origin, int(size), root, tuple(extensions))


def signed(checkpoint: Checkpoint, signer: Signer) -> Note:
    """Sign a checkpoint as its log; the caller must never have signed another root for the same size.

    Raises `CheckpointRefusedError` when the checkpoint could not be read back, or the key bears another name than
    the log.
    """
    text = checkpoint.text()
    if checkpoint.origin != signer.name:
        what = f"the key `{signer.name}` is not the key of the log `{checkpoint.origin}`"
        raise _refused("checkpoint", 1, what, "name the key as the log")
    if not 0 <= checkpoint.size <= MOST_ENTRIES or parse_checkpoint(text) != checkpoint:
        raise _refused("checkpoint", 0, "the checkpoint would not be read back as it is", "mend origin, size or root")
    return Note(text, (signer.sign(text),))


def open_checkpoint(data: bytes, verifier: Verifier, origin: str, place: str = "checkpoint") -> SignedCheckpoint:
    """Read a signed checkpoint and verify that the log named `origin` signed it.

    Raises `NoteRefusedError` when the note or its signature is false, `CheckpointRefusedError` when its text is not
    a checkpoint or speaks of another log.
    """
    note = parse_note(data, place)
    verifier.check(note, place)
    checkpoint = parse_checkpoint(note.text, place)
    if checkpoint.origin != origin:
        what = f"this is a checkpoint of `{checkpoint.origin}` and not of `{origin}`"
        raise _refused(place, 1, what, "check the address, and the name of the log that you expect")
    return SignedCheckpoint(checkpoint, note)


def decimal(text: str) -> bool:
    """Say whether `text` is a number of entries: decimal, no leading zeros, at most 2^63 - 1."""
    return bool(_DECIMAL.fullmatch(text)) and int(text) <= MOST_ENTRIES


def _refused(place: str, line: int, what: str, todo: str) -> CheckpointRefusedError:
    return CheckpointRefusedError(Problem(place, line, what, todo))
