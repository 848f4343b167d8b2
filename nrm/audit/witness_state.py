"""What a witness remembers, on disk before any answer leaves: one file for each log, and one writer at a time.

The file holds the checkpoint with the log's signature and our cosignature, so that nobody without our key can plant
another. Not guarded against: an old copy of the folder put back. Whoever restores one must take a new witness key.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from threading import Lock
from typing import TYPE_CHECKING, Final, Self

from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.cosignature import CosignatureVerifier
from nrm.audit.errors import LogError
from nrm.audit.files import sync_directory, write_whole
from nrm.audit.note import parse_note
from nrm.audit.witness import Answer, Known, Witness
from nrm.errors import Problem, reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from nrm.audit.note import Note

CHECKPOINT: Final = ".checkpoint"
"""Ending of the file with the checkpoint that was cosigned last."""

FORK: Final = ".fork"
"""Ending of the file with a checkpoint that contradicts it: a log showed two histories."""

_LOCK = "lock"
_RESTORE = "stop this witness; put the folder right, or take a new folder and a new key"


class StateRefusedError(LogError):
    """What the witness remembers cannot be read, believed or written; nothing was cosigned."""


class StandingWitness:
    """A witness with its memory in `folder`.

    INVARIANT (one history): see `nrm.audit.witness.Witness.answer`. Here it is kept by three things: the folder is
    locked against a second process, requests are answered one after the other, and no cosignature is handed out
    before the checkpoint under it is on the disk.

    Raises:
        StateRefusedError: another process has the folder, or one of its files cannot be believed.
    """

    def __init__(self, witness: Witness, folder: Path) -> None:
        self.witness = witness
        self.folder = folder
        self._turn = Lock()
        self._verifier = CosignatureVerifier(witness.cosigner.vkey)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _failed(folder, "cannot be used", error) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for origin in witness.logs:
                self.known(origin)
        except OSError:
            os.close(self._lock)
            todo = "stop the other one, or name another folder"
            raise StateRefusedError(Problem(str(folder), 0, "another witness works in this folder", todo)) from None
        except StateRefusedError:
            os.close(self._lock)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the folder free."""
        os.close(self._lock)

    def answer(self, body: bytes, now: int) -> Answer:
        """Answer a request; see `Witness.answer`. Safe to call from several threads.

        Raises:
            StateRefusedError: the memory cannot be read or written; the witness cosigned nothing.
        """
        with self._turn:
            answer = self.witness.answer(body, self.known, now)
            for note, ending in ((answer.keep, CHECKPOINT), (answer.fork, FORK)):
                if note is not None:
                    path = self.folder / (_name(parse_checkpoint(note.text).origin) + ending)
                    if ending == CHECKPOINT or not path.exists():  # the first fork is proof enough
                        _write(path, note)
            return answer

    def known(self, origin: str) -> Known:
        """Return what was last cosigned for `origin`; a log without a file is one of which nothing was.

        Raises:
            StateRefusedError: the file cannot be read, or is not what this witness wrote.
        """
        path = self.folder / (_name(origin) + CHECKPOINT)
        seen = read_state(path, self._verifier)
        if seen is None:
            return Known()
        if seen[0] != origin:
            raise StateRefusedError(Problem(str(path), 1, "the file is of another log than its name says", _RESTORE))
        return seen[1]


def read_state(path: Path, verifier: CosignatureVerifier) -> tuple[str, Known] | None:
    """Return the origin and what the witness of `verifier` last cosigned for it, or None when there is no file.

    Raises:
        StateRefusedError: the file cannot be read, or this witness did not cosign what stands in it.
    """
    try:
        note = parse_note(path.read_bytes(), str(path))
        checkpoint = parse_checkpoint(note.text, str(path))
        cosigned = verifier.check(note, str(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _failed(path, "cannot be read", error) from None
    except LogError as refused:
        raise StateRefusedError(Problem(one.file, one.line, one.what, _RESTORE) for one in refused.problems) from None
    if cosigned is None:
        raise StateRefusedError(Problem(str(path), 0, "the checkpoint does not bear our cosignature", _RESTORE))
    return checkpoint.origin, Known(checkpoint.size, checkpoint.root, cosigned.timestamp)


def _name(origin: str) -> str:
    # A hash, because an origin may hold slashes or dots.
    return hashlib.sha256(origin.encode()).hexdigest()


def _write(path: Path, note: Note) -> None:
    """Write a note whole or not at all, and return once it would survive a loss of power."""
    try:
        write_whole(path, bytes(note))
        sync_directory(path.parent)
    except OSError as error:
        raise _failed(path, "cannot be written", error) from None


def _failed(path: Path, what: str, error: OSError) -> StateRefusedError:
    reason = reason_of(error)
    return StateRefusedError(
        Problem(str(path), 0, f"the witness's memory {what}: {reason}", "mend that; nothing was cosigned")
    )
