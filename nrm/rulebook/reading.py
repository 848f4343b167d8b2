"""One reading of the folders `rules/` and `seeds/`: which files were opened, and every fault that was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nrm.errors import FileRefusedError, Problem, RulebookRefusedError, UnknownNameError
from nrm.models import parse
from nrm.textfile import Document, read_file

if TYPE_CHECKING:
    from pathlib import Path


class Reading:
    """Opens documents, and collects `problems` instead of stopping at the first.

    `seen` are the paths that were opened, `documents` those of `rules` by their place in it, as `locale/fr.yaml`.

    Raises:
        UnknownNameError: there is no such folder.
    """

    def __init__(self, rules: Path, seeds: Path) -> None:
        for folder in (rules, seeds):
            if not folder.is_dir():
                todo = "name the folder with --rules and --seeds, or NRM_RULES and NRM_SEEDS"
                raise UnknownNameError(Problem(str(folder), 0, "there is no such folder", todo))
        self.rules = rules
        self.seeds = seeds
        self.problems: list[Problem] = []
        self.seen: set[Path] = set()
        self.documents: dict[str, Document] = {}

    def document(self, path: Path, root: Path | None = None) -> Document | None:
        """Return a file below `root` (None: `rules`) as text, or None when that is a problem."""
        self.seen.add(path)
        base = root or self.rules
        try:
            document = read_file(path, shown_as=shown(path, base))
        except FileRefusedError as refused:
            self.problems.extend(refused.problems)
            return None
        if base == self.rules:
            self.documents[path.relative_to(base).as_posix()] = document
        return document

    def parsed(self, path: Path, kind: Any, root: Path | None = None) -> tuple[Any, Document] | None:  # noqa: ANN401
        """Return a file as a model of `kind`, with its document, or None when it is none, which is a problem."""
        document = self.document(path, root)
        if document is None:
            return None
        model = parse(document, kind, self.problems)
        return None if model is None else (model, document)

    def refuse(self) -> None:
        """Refuse all that was read when there is any problem. Raises `RulebookRefusedError`."""
        if self.problems:
            raise RulebookRefusedError(self.problems)


def shown(path: Path, base: Path) -> str:
    """Return how an error names a file, as `rules/care/shelter.yaml`."""
    return f"{base.name}/{path.relative_to(base).as_posix()}"
