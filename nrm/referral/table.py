"""A table of the policy officers in `rules/directory/`, read and held against the words of the rulebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from nrm.errors import FileRefusedError, Problem
from nrm.models import parse
from nrm.rulebook.wording import Model
from nrm.textfile import read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.textfile import Document

M = TypeVar("M", bound=Model)


def read_table(
    path: Path, kind: type[M], words: Vocabulary, faults: Callable[[M, Vocabulary, Document], Iterable[Problem]]
) -> M:
    """Read the file `path` as a table of `kind`, in which there are no `faults`.

    Raises:
        FileRefusedError: it cannot be read, is not of its form, or has faults; every one is listed.
    """
    document = read_file(path, f"{path.parent.name}/{path.name}")
    problems: list[Problem] = []
    table: M | None = parse(document, kind, problems)
    if table is not None:
        problems.extend(faults(table, words, document))
    if table is None or problems:
        raise FileRefusedError(problems)
    return table
