"""Files that a command is given: keys, policies, proofs, and what somebody sealed or signed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from nrm.errors import FileRefusedError, Problem, reason_of

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 1 << 20
"""Bytes; what is longer is no key, policy or proof."""


def read_at_most(path: Path, most: int) -> bytes:
    """Return the first `most` bytes of a file, or all of them; whoever takes them refuses what is too long.

    Raises:
        FileRefusedError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(most)
    except OSError as error:
        reason = reason_of(error)
        raise FileRefusedError(Problem(str(path), 0, f"the file cannot be read: {reason}", "check the path")) from None


def read_small(path: Path) -> bytes:
    """Return the bytes of a small file.

    Raises:
        FileRefusedError: it cannot be read, or is too large.
    """
    data = read_at_most(path, LARGEST + 1)
    if len(data) > LARGEST:
        raise FileRefusedError(Problem(str(path), 0, f"the file is larger than {LARGEST} bytes", "check the path"))
    return data


def read_text(path: Path) -> str:
    """Return the text of a small file. Raises `FileRefusedError`, also when it is not UTF-8."""
    try:
        return read_small(path).decode()
    except UnicodeDecodeError:
        raise FileRefusedError(Problem(str(path), 0, "the file is not UTF-8 text", "save it as UTF-8")) from None


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all. Raises `FileRefusedError`, also when a folder or device stands there.

    INVARIANT (nothing is written through a link): in a folder that others may write to, somebody may have laid one.
    """
    part = path.parent / f".{path.name}.part"
    try:
        if path.exists() and not path.is_file():
            raise FileRefusedError(Problem(str(path), 0, "what stands there is no file", "name another"))
        part.unlink(missing_ok=True)  # also what is left of one who was killed
        with part.open("xb") as stream:
            stream.write(data)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        reason = reason_of(error)
        raise FileRefusedError(Problem(str(path), 0, f"the file cannot be written: {reason}", "name another")) from None
