"""The rulebooks of an installation that has policy officers: bundles of its store, chosen by the date in force.

INVARIANT (only proved rules decide): nothing decides here but what `nrm.publishing.loading.load` handed out. Where the
bundle of a date cannot be loaded there is no decision, and the error says what to do; no other bundle, and no file,
takes its place.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from nrm.bootstrap_books import Archives, Compiled
from nrm.casework.errors import NoSuchRecordError
from nrm.casework.rulebooks.kept import Publication, edition, papers_of, publications
from nrm.directory.taxonomy import read_service_types
from nrm.errors import FileRefusedError, NrmError, Problem, RulebookRefusedError, UnknownNameError
from nrm.publishing.archive import read_archive, unpacked
from nrm.publishing.errors import NoRulebookError, PublishingError
from nrm.publishing.lifecycle import in_force
from nrm.publishing.loading import load
from nrm.publishing.officers import read_officers
from nrm.rulebook.sentence import Speaker

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from nrm.casework.ports_registry import ReadsRulebooks
    from nrm.casework.registry import Keyed, RegistryKey
    from nrm.directory.taxonomy import ServiceTypes
    from nrm.engine.decide import Engine
    from nrm.publishing.bundle import Bundle
    from nrm.referral.routes import Routes
    from nrm.referral.tasks import Tasks
    from nrm.referral.wording import Wordings
    from nrm.rulebook.book import Within
    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.rulebook.wording import Language

T = TypeVar("T")

LOOK_SECONDS: Final = 1.0
"""How old what a process knows of published rulebooks may be before it looks whether there is a newer one."""

NOW: Final = -math.inf
"""Before every reading of a clock."""

REFUSED_SECONDS: Final = 10.0
"""How long a bundle that was refused is not looked at again."""

_REFUSED: Final = (PublishingError, RulebookRefusedError, FileRefusedError, NoSuchRecordError)


class Reading(Protocol):
    """Reads in a snapshot of its own: it is asked in the middle of units of work and must wait for none."""

    def __call__(self, work: Callable[[ReadsRulebooks], T]) -> T:
        """Return what `work` returns of the store."""


@dataclass(frozen=True)
class Opener:
    """Who opens records before there is a desk."""

    registry: RegistryKey


@dataclass(frozen=True)
class _Loaded:
    """One bundle that may decide, with what was compiled of it."""

    bundle: Bundle
    compiled: Compiled


class BundleBooks:
    """`nrm.casework.desk.Books` over published bundles; may be used by several threads.

    INVARIANT (nobody is decided by an old rulebook): an answer is by the bundles that were known at most `LOOK_SECONDS`
    ago, and where that is none, by those that are known now. Where the store cannot be asked, that is an error and no
    older answer.

    `key` opens the records, `today` is the day where the installation is, `clock` gives seconds that only grow.
    """

    def __init__(
        self,
        read: Reading,
        key: Keyed,
        officers: Path,
        today: Callable[[], date],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read, self._key, self._officers, self._today, self._clock = read, key, officers, today, clock
        self._old = Archives()
        self._lock = threading.RLock()
        self._edition = -1
        self._look_at = NOW
        self._known: tuple[Publication, ...] = ()
        self._loaded: dict[str, _Loaded] = {}
        self._refused: dict[str, tuple[float, NrmError]] = {}

    def words(self) -> Vocabulary:
        """Return the vocabulary in force (errors as `on`)."""
        return self.today().files.vocabulary

    def engine(self, on: date, country: str | None) -> Engine:
        """Return the engine for `on`, compiled once (errors as `on`)."""
        return self._on(on).compiled.engine(on, country)

    def parameter(self, name: str, on: date, country: str | None) -> Within:
        """Return the value of a parameter in force on `on` (errors as `on`). Raises `UnknownNameError`."""
        found = self._on(on).compiled.parameter(name, on, country)
        if found is None:
            todo = "publish a bundle with it in rules/parameters/, as the rulebook that comes with the program has it"
            raise UnknownNameError(Problem("rules/parameters", 0, f"the parameter `{name}` has no value", todo))
        return found

    def archive(self, on: date) -> bytes:
        """Return the bundle that decides on `on` (errors as `on`)."""
        return self._on(on).bundle.archive

    def replayed(self, archive: bytes, on: date, country: str | None) -> Engine:
        """Return the engine for the rulebook of an archive (errors as of `nrm.bootstrap_books.archived`)."""
        return self._old.engine(archive, on, country)

    def today(self) -> Bundle:
        """Return the bundle in force today (errors as `on`)."""
        return self.on(self._today())

    def on(self, on: date) -> Bundle:
        """Return the bundle that decides on a day.

        Raises:
            UnknownNameError: none was in force on that day.
            NoRulebookError: none is in force today either, or the one of that day may not decide.
            StoreError, VaultError: the store cannot be asked.
        """
        return self._on(on).bundle

    def look_again(self) -> None:
        """Look at the store before the next answer, however lately it was looked at."""
        with self._lock:
            self._look_at = NOW

    def _on(self, on: date) -> _Loaded:
        with self._lock:
            one = self._in_force(on)
            if one is None:
                todo = "publish one with `nrm rules publish`; without it nothing can be decided here"
                what = f"no approved rulebook is in force on `{on.isoformat()}`"
                none = in_force(self._known, self._today()) is None
                raise (NoRulebookError if none else UnknownNameError)(Problem("rulebook", 0, what, todo))
            name = one.said.name
            if name not in self._loaded:
                self._loaded[name] = self._load(name, one)
            return self._loaded[name]

    def _load(self, name: str, one: Publication) -> _Loaded:
        at, error = self._refused.get(name, (0.0, None))
        if error is not None and self._clock() - at < REFUSED_SECONDS:
            raise error
        try:
            papers = self._read(lambda unit: papers_of(unit, one))
            bundle = load(papers, read_officers(self._officers))
            return _Loaded(bundle, Compiled(bundle.files))
        except _REFUSED as refused:
            told = NoRulebookError(refused.problems)
            self._refused[name] = self._clock(), told
            raise told from refused

    def _in_force(self, on: date) -> Publication | None:
        self._look()
        one = in_force(self._known, on)
        if one is None:  # nobody is refused for what was approved a moment ago, wherever that was
            self.look_again()
            self._look()
            one = in_force(self._known, on)
        return one

    def _look(self) -> None:
        now = self._clock()
        if now < self._look_at:
            return
        if self._read(lambda unit: edition(self._key, unit)) != self._edition:
            self._edition, self._known = self._read(self._all)
            names = {one.said.name for one in self._known}
            self._loaded = {name: loaded for name, loaded in self._loaded.items() if name in names}
            self._refused = {}
        self._look_at = now + LOOK_SECONDS

    def _all(self, unit: ReadsRulebooks) -> tuple[int, tuple[Publication, ...]]:
        return edition(self._key, unit), tuple(record.thing for record in publications(self._key, unit))


class BundleTables:
    """The policy officers' tables for referral, and the words around them, of the bundle in force today."""

    def __init__(self, books: BundleBooks) -> None:
        self._books = books

    @property
    def routes(self) -> Routes:
        """The way that leads to each offer."""
        return self._books.today().routes

    @property
    def tasks(self) -> Tasks:
        """What falls to whom, and until when."""
        return self._books.today().tasks

    @property
    def wordings(self) -> Wordings:
        """The words in which consent is asked for."""
        return self._books.today().wordings

    @property
    def service_types(self) -> ServiceTypes:
        """Which offers a service of a directory answers; read anew each time, as whoever imports one does once."""
        bundle = self._books.today()
        with unpacked(read_archive(bundle.archive)) as folder:
            return read_service_types(folder / "rules" / "directory", bundle.files.vocabulary)

    def speaker(self, language: Language) -> Speaker:
        """Return the speaker of a language."""
        files = self._books.today().files
        return Speaker(language, files.phrases[language], files.vocabulary)


def refuse_files(key: Keyed, unit: ReadsRulebooks) -> None:
    """Refuse to decide by files where rulebooks were ever approved: somebody took the officers away.

    Raises:
        RulebookRefusedError: an approved rulebook is in the store.
    """
    if any(record.thing.approver is not None for record in publications(key, unit)):
        what = "this installation has approved rulebooks, and no file that says who may sign them"
        todo = 'put `officers.toml` back into its folder, or name it in `home.toml`: `[rulebooks]`, `officers = "…"`'
        raise RulebookRefusedError(Problem("officers.toml", 0, what, todo))
