"""Files that are there as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_WAITING: Final = 8
"""Threads that wait for the disk; they do nothing else."""


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is whole, or not there; its bytes are on the disk before its name is.

    Raises `OSError`.
    """
    write_all({path: data})


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write some hundred files as `write_whole` does one; the bytes of all are on the disk before the first name is.

    They are awaited together, because a disk takes hardly longer for many than for one. Raises `OSError`; then some of
    the files may be there, each of them whole.
    """
    named: list[tuple[Path, Path]] = []
    try:
        with ExitStack() as stack:
            written: list[IO[bytes]] = []
            for path, data in files.items():
                descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
                named.append((Path(name), path))
                written.append(stack.enter_context(os.fdopen(descriptor, "wb")))
                written[-1].write(data)
            _sync(written)
        for temporary, path in named:
            temporary.chmod(0o644)
            temporary.replace(path)
    except BaseException:
        for temporary, _ in named:
            temporary.unlink(missing_ok=True)
        raise


def sync_directory(directory: Path) -> None:
    """Have the names in a directory on the disk. Raises `OSError`."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync(files: list[IO[bytes]]) -> None:
    for file in files:
        file.flush()
    if len(files) == 1:
        os.fsync(files[0].fileno())
        return
    with ThreadPoolExecutor(_WAITING) as pool:
        list(pool.map(os.fsync, [file.fileno() for file in files]))  # the list asks each for its error
