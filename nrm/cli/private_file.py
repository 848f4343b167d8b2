"""Writing what only its owner may read, and never over something else."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from nrm.errors import FileRefusedError, Problem, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def write_new(path: Path, data: bytes | Iterable[bytes], *, force: bool = False) -> None:
    """Write a file that only its owner reads (mode 0600), under no other name in between; on a fault nothing is left.

    `data` may come in pieces, and what is raised between two of them is a fault too. With `force`, a file that stands
    there is removed first, so that neither its rights nor its other names stay.

    Raises:
        FileRefusedError: something stands there already, or the file cannot be written.
    """
    place = str(path)
    try:
        if force and (path.is_file() or path.is_symlink()):
            path.unlink()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        todo = "name another, or replace a file with --force"
        raise FileRefusedError(Problem(place, 0, "something stands there already", todo)) from None
    except OSError as error:
        raise _refused(place, error) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            for piece in [data] if isinstance(data, bytes) else data:
                stream.write(piece)
    except BaseException as error:
        with suppress(OSError):
            path.unlink()
        if isinstance(error, OSError):
            raise _refused(place, error) from None
        raise


def _refused(place: str, error: OSError) -> FileRefusedError:
    return FileRefusedError(Problem(place, 0, f"the file cannot be written: {reason_of(error)}", "name another"))
