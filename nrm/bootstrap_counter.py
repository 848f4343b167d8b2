"""What referral works with in one installation; every part is made when it is first needed.

So a command that only opens a case waits for no table of referral and for no directory.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

from nrm.casework.desk import Counter, Services
from nrm.directory.taxonomy import ServiceTypes, read_service_types
from nrm.referral.calendar import Calendar
from nrm.referral.routes import ROUTES, Routes, read_routes
from nrm.referral.sshsig import SshSigner
from nrm.referral.tasks import FILE, Tasks, read_tasks
from nrm.referral.wording import Wordings, read_wordings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nrm.bootstrap import Application
    from nrm.home import Home
    from nrm.rulebook.sentence import Speaker
    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.rulebook.wording import Language

PACKAGE_SIGNING: Final = "package-signing"
"""The Ed25519 seed that signs packages."""

SERVICE_MARKS: Final = "service-marks"
"""The key of the marks by which a service's own referrals are found."""

DIRECTORY: Final = "directory"
"""The key under which the directory is sealed."""

REGISTRY: Final = "registry"
"""The secret under which records that belong to no case are sealed and found."""

LATER_SECRETS: Final = (PACKAGE_SIGNING, SERVICE_MARKS, DIRECTORY, REGISTRY)
"""The secrets that an installation needs besides; those made by an older program get them when they are opened."""


class Tables:
    """The policy officers' tables for referral, read from the folders `directory` and `consent` of the rules.

    Each raises `FileRefusedError` when it is first asked for, with every fault.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    @cached_property
    def routes(self) -> Routes:
        """The way that leads to each offer."""
        return read_routes(self._rules / "directory" / ROUTES, self._words)

    @cached_property
    def tasks(self) -> Tasks:
        """What falls to whom, and until when."""
        return read_tasks(self._rules / "directory" / FILE, self._words)

    @cached_property
    def wordings(self) -> Wordings:
        """The words in which consent is asked for."""
        return read_wordings(self._rules / "consent", self._words)

    @cached_property
    def service_types(self) -> ServiceTypes:
        """Which offers a service of a directory answers."""
        return read_service_types(self._rules / "directory", self._words)

    @property
    def speaker(self) -> Callable[[Language], Speaker]:
        """Who says things in a language."""
        return self._app.speaker

    @property
    def _rules(self) -> Path:
        return self._app.settings.rules

    @property
    def _words(self) -> Vocabulary:
        return self._app.files.vocabulary


class RuleTables(Protocol):
    """What referral takes from the rules: those of folders (`Tables`), or those of a signed bundle."""

    @property
    def routes(self) -> Routes:
        """The way that leads to each offer."""

    @property
    def tasks(self) -> Tasks:
        """What falls to whom, and until when."""

    @property
    def wordings(self) -> Wordings:
        """The words in which consent is asked for."""

    @property
    def service_types(self) -> ServiceTypes:
        """Which offers a service of a directory answers."""

    @property
    def speaker(self) -> Callable[[Language], Speaker]:
        """Who says things in a language."""


class LazyCounter(Counter):
    """`nrm.casework.desk.Counter` of one installation.

    `secret` returns a secret by name, `services` opens the directory. What a part raises, it raises when it is asked
    for: `FileRefusedError` of a table, `VaultError` of a key.
    """

    def __init__(
        self, home: Home, tables: RuleTables, secret: Callable[[str], bytes], services: Callable[[], Services]
    ) -> None:
        self._home, self._tables, self._secret, self._services = home, tables, secret, services

    @cached_property
    def services(self) -> Services:
        """The directory."""
        return self._services()

    @property
    def routes(self) -> Routes:
        """The way that leads to each offer."""
        return self._tables.routes

    @property
    def tasks(self) -> Tasks:
        """What falls to whom, and until when."""
        return self._tables.tasks

    @property
    def wordings(self) -> Wordings:
        """The words in which consent is asked for."""
        return self._tables.wordings

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar of the installation's country and time zone."""
        return Calendar(self._home.country, self._home.zone)

    @cached_property
    def signer(self) -> SshSigner:
        """The key that signs packages."""
        return SshSigner(self._secret(PACKAGE_SIGNING))

    @property
    def origin(self) -> str:
        """How packages name their sender."""
        return self._home.origin

    @cached_property
    def mark_key(self) -> bytes:
        """The key of the marks of services."""
        return self._secret(SERVICE_MARKS)

    @property
    def speaker(self) -> Callable[[Language], Speaker]:
        """Who says things in a language."""
        return self._tables.speaker

    @property
    def country(self) -> str | None:
        """The country whose rules hold here."""
        return self._home.country

    def __repr__(self) -> str:
        return "LazyCounter(…)"  # the inherited one would show keys
