"""File drop: the age file put as `<message>.age` into the service's folder, whole or not at all.

INVARIANT (nothing is written outside the root): each part of the path is opened from the one before and never through a
link, so that whoever may change a service's folder cannot lead us elsewhere, also not in the middle of it.

A service that took its file away may get it a second time, after we were killed before we noted the delivery; it knows
the message by its id.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from nrm.delivery.parcel import Delivered, Impossible, Later

if TYPE_CHECKING:
    from pathlib import Path

    from nrm.delivery.parcel import Parcel

Dropped = Delivered | Later | Impossible

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NOT_OURS: Final = frozenset({errno.ELOOP, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ENXIO})
_NO_RIGHT: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_MODE: Final = 0o640
"""The group of the folder may read what is sealed for it."""


def drop(parcel: Parcel, root: Path) -> Dropped:
    """Put the file there; nothing is done when the same bytes stand there, and other bytes are left as they are.

    The folder must exist: one that we made would hide that a share is not mounted. A reader should take only names that
    end in `.age`; unfinished files begin with a full stop.
    """
    parts = (parcel.way.folder or "").split("/")
    if any(part in {"", ".", ".."} or "\0" in part for part in parts):
        return Impossible("folder_refused")
    try:
        folder = _open_folder(root, parts)
    except FileNotFoundError:
        return Impossible("folder_missing")
    except OSError as error:
        return _failure(error)
    try:
        return _put(folder, f"{parcel.message}.age", parcel.body)
    except OSError as error:
        return _failure(error)
    finally:
        os.close(folder)


def _open_folder(root: Path, parts: list[str]) -> int:
    folder = os.open(root, _FOLDER)
    for part in parts:
        try:
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
        finally:
            os.close(folder)
        folder = inner
    return folder


def _put(folder: int, name: str, body: bytes) -> Dropped:
    try:
        standing = _read(folder, name, len(body) + 1)
    except FileNotFoundError:
        _write(folder, name, body)
    else:
        if standing != body:
            return Impossible("other_bytes")
    os.fsync(folder)  # also when the file stood there: whoever wrote it may have been killed just before this
    return Delivered()


def _read(folder: int, name: str, most: int) -> bytes:
    # Without blocking, because a pipe could stand there and nobody write into it.
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.ELOOP, "not a file")
        with open(handle, "rb", closefd=False) as stream:
            return stream.read(most)
    finally:
        os.close(handle)


def _write(folder: int, name: str, body: bytes) -> None:
    """Write under a name of our own first: two workers with one message must not write into one file."""
    for unfinished in os.listdir(folder):
        if unfinished.startswith(f".{name}.") and unfinished.endswith(".part"):
            # Left by one who was killed; one who still writes fails at the renaming, and tries again later.
            with suppress(FileNotFoundError):
                os.unlink(unfinished, dir_fd=folder)
    part = f".{name}.{secrets.token_hex(8)}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(part, flags, _MODE, dir_fd=folder)
    try:
        with open(handle, "wb") as stream:  # noqa: PTH123 - a handle has no path
            stream.write(body)
            stream.flush()
            os.fsync(handle)
        os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(part, dir_fd=folder)
        raise


def _failure(error: OSError) -> Later | Impossible:
    if error.errno in _NOT_OURS:
        return Impossible("folder_refused")
    if error.errno in _NO_RIGHT:
        return Impossible("folder_not_writable")
    return Later("folder_unavailable")
