"""What every use case works with, put together once by `nrm.bootstrap_store`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from nrm.casework.attachment import AttachmentLimits
from nrm.publishing.errors import NoRulebookError
from nrm.rulebook.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from nrm.casework.ports import Store, UnitOfWork
    from nrm.casework.registry import RegistryKey
    from nrm.directory.candidate import Candidate
    from nrm.directory.index import Ranking
    from nrm.directory.need import Need
    from nrm.directory.service import Key
    from nrm.directory.sidecar import Sidecar
    from nrm.engine.decide import Engine
    from nrm.referral.calendar import Calendar
    from nrm.referral.routes import Routes
    from nrm.referral.sshsig import SshSigner
    from nrm.referral.tasks import Tasks
    from nrm.referral.wording import Wordings
    from nrm.rulebook.book import Within
    from nrm.rulebook.sentence import Speaker
    from nrm.rulebook.wording import Language
    from nrm.vault.blind_index import BlindIndex
    from nrm.vault.keyring import Keyring


class Books(Protocol):
    """The rulebooks: the one in force, and those under which decisions were made."""

    def words(self) -> Vocabulary:
        """Return the vocabulary in force. Raises `NoRulebookError` where none decides."""

    def engine(self, on: date, country: str | None) -> Engine:
        """Return the engine for the rulebook in force on `on`. Raises `UnknownNameError`."""

    def parameter(self, name: str, on: date, country: str | None) -> Within:
        """Return the value of a parameter in force on `on`. Raises `UnknownNameError`."""

    def archive(self, on: date) -> bytes:
        """Return the files that give the rulebook of `on`, so that a decision can be replayed when others do."""

    def replayed(self, archive: bytes, on: date, country: str | None) -> Engine:
        """Return the engine for the rulebook that the files of an archive gave for `on`."""

    def look_again(self) -> None:
        """Let the next answer be by what is approved by now, not by what was known a moment ago."""


class Services(Protocol):
    """The directory: services and what the mechanism knows of them besides."""

    def rank(self, need: Need) -> Ranking:
        """Rank all services for a need."""

    def candidate(self, key: Key) -> Candidate | None:
        """Return a service as matching sees it, or None when there is no such service."""

    def listed(self, fits: Callable[[Candidate], bool], after: Key | None, most: int) -> Sequence[Candidate]:
        """Return services that fit, in the order of their keys, those behind `after`, at most so many."""

    def sidecar(self, key: Key) -> Sidecar | None:
        """Return the mechanism's own record of a service, or None."""


@dataclass(frozen=True)
class Counter:
    """What referral works with: services, the policy officers' tables for it, the calendar, and the key that signs.

    `origin` is how packages name their sender, `mark_key` makes the marks of services in the store (32 bytes).
    """

    services: Services
    routes: Routes
    tasks: Tasks
    wordings: Wordings
    calendar: Calendar
    signer: SshSigner
    origin: str
    mark_key: bytes
    speaker: Callable[[Language], Speaker]
    country: str | None = None


def _nothing(_unit: UnitOfWork, _result: object) -> None:
    """Keep nothing besides."""


@dataclass(frozen=True)
class Desk:
    """A store that is open, the keys for it, the rulebooks, and a clock.

    `actor_key` makes the pseudonyms of officials and organisations for the log (32 bytes). `after` is called at the end
    of each unit of work of a use case, inside it, with what the use case returns: what must be kept if and only if it
    happened, such as the answer to a request that may come twice. `attachments` says how large attachments may be.
    """

    store: Store
    keyring: Keyring
    index: BlindIndex
    actor_key: bytes
    books: Books
    clock: Callable[[], datetime]
    counter: Counter
    registry: RegistryKey
    after: Callable[[UnitOfWork, object], None] = field(default=_nothing)
    attachments: AttachmentLimits = field(default_factory=AttachmentLimits)

    def words(self) -> Vocabulary:
        """Return the vocabulary in force; no word at all where no rulebook decides.

        The log and the policies need it also then, because the step that mends this has to be permitted and to leave
        its entry, and what is kept of a person must stay open to who keeps it.
        """
        try:
            return self.books.words()
        except NoRulebookError:
            return Vocabulary()
