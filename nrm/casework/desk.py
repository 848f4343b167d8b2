"""What every use case works with, put together once by `nrm.bootstrap_store`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from nrm.casework.ports import Store
    from nrm.engine.decide import Engine
    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.vault.blind_index import BlindIndex
    from nrm.vault.keyring import Keyring


class Books(Protocol):
    """The rulebooks: the one in force, and those under which decisions were made."""

    def words(self) -> Vocabulary:
        """Return the vocabulary in force."""

    def engine(self, on: date, country: str | None) -> Engine:
        """Return the engine for the rulebook in force on `on`. Raises `UnknownNameError`."""

    def archive(self) -> bytes:
        """Return the files of the rulebooks in force, so that a decision can be replayed when they have changed."""

    def replayed(self, archive: bytes, on: date, country: str | None) -> Engine:
        """Return the engine for the rulebook that the files of an archive gave for `on`."""


@dataclass(frozen=True)
class Desk:
    """A store that is open, the keys for it, the rulebooks, and a clock.

    `actor_key` makes the pseudonyms of officials and organisations for the log (32 bytes).
    """

    store: Store
    keyring: Keyring
    index: BlindIndex
    actor_key: bytes
    books: Books
    clock: Callable[[], datetime]
