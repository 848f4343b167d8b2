"""The texts of this package, each in four languages, read from the files beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nrm.errors import FileRefusedError
from nrm.models import parse
from nrm.textfile import read_file

if TYPE_CHECKING:
    from nrm.errors import Problem
    from nrm.rulebook.wording import Model

M = TypeVar("M", bound="Model")


def read_texts(name: str, kind: type[M]) -> M:
    """Return what stands in the file `name` of this folder.

    Raises:
        FileRefusedError: the file is broken; it belongs to the program, so a test reads it.
    """
    found: list[Problem] = []
    read: M | None = parse(read_file(Path(__file__).parent / name, name), kind, found)
    if read is None or found:
        raise FileRefusedError(found)
    return read
