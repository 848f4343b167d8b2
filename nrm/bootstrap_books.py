"""The rulebooks of an installation: those in the files of the rules, and those that are kept with old decisions."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Final

from nrm.bootstrap import Application
from nrm.config import Settings
from nrm.engine.decide import Engine
from nrm.errors import Problem, UnknownNameError
from nrm.publishing.archive import pack
from nrm.rulebook.dates import change_dates
from nrm.rulebook.packed import unpacked
from nrm.rulebook.resolve import parameters_on, rulebook_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nrm.rulebook.book import Within
    from nrm.rulebook.files import Files
    from nrm.rulebook.vocabulary import Vocabulary


MOST_ARCHIVES: Final = 4
"""Archives of rules whose engines are kept in memory."""


class Compiled:
    """What was compiled of one set of files: once for all days between two dates of change, whichever thread asks.

    Of several threads that ask for the same at once, one compiles and the others wait for it.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._lock = Lock()
        self._dates: dict[str | None, tuple[date, ...]] = {}
        self._engines: dict[tuple[date, str | None], Engine] = {}
        self._parameters: dict[tuple[date, str | None], Mapping[str, Within]] = {}

    def engine(self, on: date, country: str | None) -> Engine:
        """Return the engine for `on` (errors as of `rulebook_on`; they are kept nowhere)."""
        with self._lock:
            key = self._since(on, country), country
            if key not in self._engines:
                self._engines[key] = Engine(rulebook_on(self._files, on, country))
            return self._engines[key]

    def parameter(self, name: str, on: date, country: str | None) -> Within | None:
        """Return the value of a parameter in force on `on`, or None when it has none."""
        with self._lock:
            key = self._since(on, country), country
            if key not in self._parameters:
                self._parameters[key] = parameters_on(self._files, on, country)
            return self._parameters[key].get(name)

    def _since(self, on: date, country: str | None) -> date:
        if country not in self._dates:
            self._dates[country] = change_dates(self._files, country)
        return max((day for day in self._dates[country] if day <= on), default=date.min)


class FileBooks:
    """The rulebooks in the files of one application, and those in archives."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._old = Archives()

    def words(self) -> Vocabulary:
        """Return the vocabulary in force."""
        return self._app.files.vocabulary

    def engine(self, on: date, country: str | None) -> Engine:
        """Return the engine for `on` (see `Compiled`)."""
        return self._compiled.engine(on, country)

    def parameter(self, name: str, on: date, country: str | None) -> Within:
        """Return the value of a parameter in force on `on`.

        Raises:
            UnknownNameError: there is none; a clock that nobody starts would be a person whom nobody looks after.
        """
        found = self._compiled.parameter(name, on, country)
        if found is None:
            todo = "write it as a file in rules/parameters/, as the rulebook that comes with the program has it"
            raise UnknownNameError(Problem("rules/parameters", 0, f"the parameter `{name}` has no value", todo))
        return found

    def archive(self, _on: date | None = None) -> bytes:
        """Return the folders of rules and commitments as one compressed file that is the same for the same files."""
        return self._archive

    @cached_property
    def _compiled(self) -> Compiled:
        return Compiled(self._app.files)

    @cached_property
    def _archive(self) -> bytes:
        return pack(self._app.settings.rules, self._app.settings.seeds)

    def replayed(self, archive: bytes, on: date, country: str | None) -> Engine:
        """Return the engine for the rulebook of an archive.

        Raises:
            RulebookRefusedError: it is no archive, or its rules do not fit together.
            UnknownNameError: it has no rules for that date or country.
        """
        return self._old.engine(archive, on, country)

    def look_again(self) -> None:
        """Do nothing: files were read when the program began."""


class Archives:
    """What was compiled of archives of rules, of the last few that were asked for.

    INVARIANT (the past is not read again and again): whoever reads an old decision often would otherwise keep the store
    waiting each time while its rules are read; and however many archives are asked for, so many are in memory.
    """

    def __init__(self, most: int = MOST_ARCHIVES) -> None:
        self._most = most
        self._lock = Lock()
        self._compiled: dict[bytes, Compiled] = {}

    def engine(self, archive: bytes, on: date, country: str | None) -> Engine:
        """Return the engine for the rulebook of an archive (errors as of `FileBooks.replayed`; they are not kept)."""
        digest = sha256(archive).digest()
        with self._lock:
            compiled = self._compiled.pop(digest, None) or Compiled(archived(archive).files)
            self._compiled[digest] = compiled  # the newest stands last
            while len(self._compiled) > self._most:
                del self._compiled[next(iter(self._compiled))]
        return compiled.engine(on, country)


def archived(archive: bytes) -> Application:
    """Return the application for the files of an archive; all of them are read, and none is left behind.

    Raises:
        RulebookRefusedError: it is no archive, or its rules do not fit together.
    """
    files = unpacked(archive)
    # Rules and commitments only: nothing of any person is ever in this folder.
    with TemporaryDirectory(prefix="nrm-rules-") as folder:
        for name, data in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        app = Application(Settings(Path(folder) / "rules", Path(folder) / "seeds"))
        app.files  # noqa: B018 - read while they are there
        return app
