"""A small file that only its owner reads, written whole or not at all, by one process at a time."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nrm.errors import Problem, reason_of
from nrm.vault.errors import KeyStoreBusyError, KeyStoreRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
LARGEST = 1_000_000
"""Bytes; a key file with thousands of epochs is smaller."""

_TRIES, _PAUSE = 100, 0.05

Signature = tuple[int, int, int]


def shown(path: Path, kind: str = "key file") -> str:
    """Return how errors name the file."""
    return f"{kind} {path}"


def signature(path: Path, kind: str = "key file") -> Signature:
    """Return what changes when another process has written the file (errors as in `read_private`)."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked before each wrap, and `Path.stat` is slower
    except OSError as error:
        raise _refused(shown(path, kind), error) from None
    return found.st_ino, found.st_mtime_ns, found.st_size


def read_private(path: Path, kind: str = "key file") -> tuple[bytes, Signature]:
    """Return the whole content of `path`, and its signature.

    Raises:
        KeyStoreRefusedError: missing, unreadable, too large, or open to others than its owner.
    """
    while True:
        try:
            with path.open("rb") as stream:
                found = os.fstat(stream.fileno())
                content = stream.read(LARGEST + 1)
        except OSError as error:
            raise _refused(shown(path, kind), error) from None
        if found.st_mode & OTHERS:
            problem = Problem(
                shown(path, kind), 0, "others than its owner may read or change it", "run `chmod 600` on it"
            )
            raise KeyStoreRefusedError(problem)
        if len(content) > LARGEST:
            raise KeyStoreRefusedError(Problem(shown(path, kind), 0, "it is too large", "name another"))
        read = (found.st_ino, found.st_mtime_ns, found.st_size)
        # A file that was replaced meanwhile may have been overwritten under us: see `write_private`.
        if read == signature(path, kind):
            return content, read


def write_private(path: Path, content: bytes, *, overwrite_old: bool = False) -> None:
    """Put `content` in the place of `path`: whoever stops us finds the old file or the new one, whole.

    With `overwrite_old`, zeros are written over the blocks of the old file once the new one stands. That is a best
    effort and no promise: a file system that copies on write (Btrfs, ZFS, snapshots), a journal of data, and the wear
    levelling of every SSD keep the old blocks. Only full-disk encryption and the passphrase protect those.

    Raises:
        KeyStoreRefusedError: it cannot be written; or it stands, and the disk did not confirm that it will stay.
    """
    part = path.with_name(f".{path.name}.part")
    stands = False
    try:
        old = os.open(path, os.O_WRONLY) if overwrite_old else None
        try:
            _write_new(part, content)
            part.replace(path)
            stands = True
            _sync_folder(path)
            if old is not None:
                _zeros(old)
        finally:
            if old is not None:
                os.close(old)
    except OSError as error:
        raise KeyStoreRefusedError(_unwritten(path, reason_of(error), stands=stands)) from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other processes from changing `path`, through an empty lock file beside it (flock, so a crash frees it).

    Raises:
        KeyStoreBusyError: another process kept it for five seconds.
        KeyStoreRefusedError: the lock file cannot be made.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        reason = reason_of(error)
        problem = Problem(shown(path), 0, f"it cannot be locked: {reason}", "check the rights of its folder")
        raise KeyStoreRefusedError(problem) from None
    try:
        _take(handle, path)
        yield
    finally:
        os.close(handle)  # frees the lock


def _take(handle: int, path: Path) -> None:
    for _ in range(_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        else:
            return
    raise KeyStoreBusyError(Problem(shown(path), 0, "another process is changing it", "try again"))


def _write_new(part: Path, content: bytes) -> None:
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _unwritten(path: Path, reason: str, *, stands: bool) -> Problem:
    if stands:
        what = f"the new content stands, but the disk reports a fault: {reason}"
        return Problem(shown(path), 0, what, "check the disk; if the power fails now, the old content may be back")
    return Problem(shown(path), 0, f"the file cannot be written: {reason}", "check the rights of its folder")


def _sync_folder(path: Path) -> None:
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _zeros(handle: int) -> None:
    os.pwrite(handle, bytes(os.fstat(handle).st_size), 0)
    os.fsync(handle)


def _refused(file: str, error: OSError) -> KeyStoreRefusedError:
    if isinstance(error, FileNotFoundError):
        return KeyStoreRefusedError(Problem(file, 0, "there is no such file", "check the path"))
    if isinstance(error, IsADirectoryError):
        return KeyStoreRefusedError(Problem(file, 0, "this is a folder, not a file", "name one file"))
    reason = reason_of(error)
    return KeyStoreRefusedError(Problem(file, 0, f"the file cannot be read: {reason}", "check its rights"))
