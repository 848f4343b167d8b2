"""What was seen of a log the last time, kept by whoever checks it: the log cannot talk anybody out of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.audit.checkpoint import open_checkpoint
from nrm.audit.errors import LogRefusedError
from nrm.audit.files import sync_directory, write_whole
from nrm.errors import Problem, reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from nrm.audit.checkpoint import SignedCheckpoint
    from nrm.audit.note import Note, Verifier


def read_seen(path: Path, verifier: Verifier, origin: str) -> SignedCheckpoint | None:
    """Give the checkpoint that was kept in the file `path`, or `None` when there is no file yet.

    A file that is there and cannot be believed is an error, never "nothing seen". Raises `LogRefusedError`,
    `NoteRefusedError` or `CheckpointRefusedError`.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise _unusable(path, "read", fault) from None
    return open_checkpoint(data, verifier, origin, str(path))


def write_seen(path: Path, note: Note) -> None:
    """Keep a checkpoint, once it was verified, for the next time. Raises `LogRefusedError`."""
    try:
        write_whole(path, bytes(note))
        sync_directory(path.parent)
    except OSError as fault:
        raise _unusable(path, "written", fault) from None


def _unusable(path: Path, verb: str, fault: OSError) -> LogRefusedError:
    why = reason_of(fault)
    return LogRefusedError(Problem(str(path), 0, f"the file cannot be {verb}: {why}", "give a file that you may use"))
