"""The services that referral asks: those of a directory in hand, and those that an installation keeps, as of now."""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from itertools import islice
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from nrm.casework.office.directory_sealed import Kept, edition, taken
from nrm.directory.candidate import candidates
from nrm.directory.index import DirectoryIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from nrm.casework.ports_referral import Shelf
    from nrm.directory.candidate import Candidate
    from nrm.directory.index import Ranking
    from nrm.directory.need import Need
    from nrm.directory.service import Directory, Key
    from nrm.directory.sidecar import Sidecar
    from nrm.vault.envelope import DataKey

T = TypeVar("T")

LOOK_SECONDS: Final = 1.0
"""How old what a process knows of the directory may be before it looks whether there is a newer edition."""


class Reading(Protocol):
    """Reads the shelf in a snapshot of its own: it is asked in the middle of units of work and must wait for none."""

    def __call__(self, work: Callable[[Shelf], T]) -> T:
        """Return what `work` returns of the shelf."""


class ListedServices:
    """`nrm.casework.desk.Services` over services and records in memory."""

    def __init__(self, services: Iterable[Candidate], sidecars: Mapping[Key, Sidecar]) -> None:
        self._by_key = {one.key: one for one in services}
        self._keys = sorted(self._by_key)
        self._index = DirectoryIndex(self._by_key.values())
        self._sidecars = sidecars

    def rank(self, need: Need) -> Ranking:
        """Rank all services for a need."""
        return self._index.rank(need)

    def candidate(self, key: Key) -> Candidate | None:
        """Return a service as matching sees it, or None when there is no such service."""
        return self._by_key.get(key)

    def listed(self, fits: Callable[[Candidate], bool], after: Key | None, most: int) -> Sequence[Candidate]:
        """Return services that fit, in the order of their keys, those behind `after`, at most so many."""
        begin = 0 if after is None else bisect_right(self._keys, after)
        return list(islice((one for key in self._keys[begin:] if fits(one := self._by_key[key])), most))

    def sidecar(self, key: Key) -> Sidecar | None:
        """Return the mechanism's own record of a service, or None."""
        return self._sidecars.get(key)


class FixedServices(ListedServices):
    """The services of a directory that never changes."""

    def __init__(self, directory: Directory, sidecars: Mapping[Key, Sidecar]) -> None:
        super().__init__(candidates(directory, sidecars), sidecars)


class KeptServices:
    """`nrm.casework.desk.Services` over the directory of an installation; may be used by several threads.

    INVARIANT (nobody is sent by an old directory): an answer is of an edition that was the newest at most
    `LOOK_SECONDS` ago. Where the store cannot be asked, that is an error and no older answer.

    `clock` gives seconds that only grow.
    """

    def __init__(self, read: Reading, key: DataKey, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._key = key
        self._clock = clock
        self._lock = threading.Lock()
        self._edition = -1
        self._looked = 0.0
        self._known = ListedServices((), {})

    def rank(self, need: Need) -> Ranking:
        """Rank all services for a need."""
        return self._today().rank(need)

    def candidate(self, key: Key) -> Candidate | None:
        """Return a service as matching sees it, or None when there is no such service."""
        return self._today().candidate(key)

    def listed(self, fits: Callable[[Candidate], bool], after: Key | None, most: int) -> Sequence[Candidate]:
        """Return services that fit, in the order of their keys, those behind `after`, at most so many."""
        return self._today().listed(fits, after, most)

    def sidecar(self, key: Key) -> Sidecar | None:
        """Return the mechanism's own record of a service, or None."""
        return self._today().sidecar(key)

    def _today(self) -> ListedServices:
        with self._lock:
            now = self._clock()
            if self._edition < 0 or now - self._looked >= LOOK_SECONDS:
                if self._read(edition) != self._edition:
                    kept = Kept(self._key, self._read(taken))
                    self._known, self._edition = ListedServices(kept.services, kept.sidecars), kept.edition
                self._looked = now
            return self._known
