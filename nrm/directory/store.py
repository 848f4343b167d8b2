"""Our own file of a directory: all that was imported, as one JSON document that is read back exactly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from nrm.directory.reading import file_bytes
from nrm.directory.service import Directory
from nrm.errors import FileRefusedError, Problem
from nrm.rulebook.wording import Model

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "nrm-directory-1"


class _File(Model):
    format: Literal["nrm-directory-1"]
    directory: Directory


def to_bytes(directory: Directory) -> bytes:
    """Return the file of `directory`: the same directory gives the same bytes."""
    content = directory.model_dump(mode="json", exclude_defaults=True)
    return (json.dumps({"format": FORMAT, "directory": content}, ensure_ascii=False, indent=1) + "\n").encode()


def read_directory(path: Path) -> Directory:
    """Read a file that `to_bytes` made.

    Raises:
        FileRefusedError: it cannot be read, or is no such file.
    """
    return from_bytes(file_bytes(path, path.name), path.name)


def from_bytes(data: bytes, name: str) -> Directory:
    """Return the directory of which `to_bytes` made `data`; errors call it `name`.

    Raises:
        FileRefusedError: it is none of this version.
    """
    try:
        return _File.model_validate_json(data).directory
    except ValidationError:
        todo = "make it with `nrm directory import`"
        raise FileRefusedError(Problem(name, 0, "this is no directory file of this version", todo)) from None
