"""The rulebooks of an installation: those in the files of the rules, and those that are kept with old decisions."""

from __future__ import annotations

import io
import lzma
import tarfile
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from nrm.bootstrap import Application
from nrm.config import Settings
from nrm.engine.decide import Engine
from nrm.errors import Problem, RulebookRefusedError, UnknownNameError
from nrm.rulebook.resolve import parameters_on, rulebook_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from nrm.rulebook.book import Within
    from nrm.rulebook.vocabulary import Vocabulary


class FileBooks:
    """The rulebooks in the files of one application, and those in archives."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._engines: dict[tuple[date, str | None], Engine] = {}
        self._parameters: dict[tuple[date, str | None], Mapping[str, Within]] = {}

    def words(self) -> Vocabulary:
        """Return the vocabulary in force."""
        return self._app.files.vocabulary

    def engine(self, on: date, country: str | None) -> Engine:
        """Return the engine for `on`, compiled once."""
        if (on, country) not in self._engines:
            self._engines[on, country] = self._app.engine(on, country)
        return self._engines[on, country]

    def parameter(self, name: str, on: date, country: str | None) -> Within:
        """Return the value of a parameter in force on `on`.

        Raises:
            UnknownNameError: there is none; a clock that nobody starts would be a person whom nobody looks after.
        """
        if (on, country) not in self._parameters:
            self._parameters[on, country] = parameters_on(self._app.files, on, country)
        found = self._parameters[on, country].get(name)
        if found is None:
            todo = "write it as a file in rules/parameters/, as the rulebook that comes with the program has it"
            raise UnknownNameError(Problem("rules/parameters", 0, f"the parameter `{name}` has no value", todo))
        return found

    def archive(self) -> bytes:
        """Return the folders of rules and commitments as one compressed file that is the same for the same files."""
        return self._archive

    @cached_property
    def _archive(self) -> bytes:
        return _packed(self._app.settings)

    def replayed(self, archive: bytes, on: date, country: str | None) -> Engine:
        """Return the engine for the rulebook of an archive.

        Raises:
            RulebookRefusedError: it is no archive, or its rules do not fit together.
            UnknownNameError: it has no rules for that date or country.
        """
        # Rules and commitments only: nothing of any person is ever in this folder.
        with TemporaryDirectory(prefix="nrm-rules-") as folder:
            try:
                with tarfile.open(fileobj=io.BytesIO(archive), mode="r:xz") as packed:
                    packed.extractall(folder, filter="data")
            except (tarfile.TarError, lzma.LZMAError, EOFError):
                problem = Problem("rulebook", 0, "the files that are kept of it cannot be unpacked", "restore a backup")
                raise RulebookRefusedError(problem) from None
            files = Application(Settings(Path(folder) / "rules", Path(folder) / "seeds")).files
            return Engine(rulebook_on(files, on, country))


def _packed(settings: Settings) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as packed:
        for name, folder in (("rules", settings.rules), ("seeds", settings.seeds)):
            for path in sorted(folder.rglob("*.yaml")):
                member = tarfile.TarInfo(f"{name}/{path.relative_to(folder).as_posix()}")
                content = path.read_bytes()
                member.size = len(content)
                packed.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
