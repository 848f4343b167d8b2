"""Passwords are computed a few at a time.

INVARIANT (guessing stops nobody's work): each hash takes 64 MiB (RFC 9106) and all that a core can do, so only so many
are computed at once and only so many wait for their turn, however many try; all others are told to come back.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from api.problems.problem import Told
from nrm.signin.password import Hasher

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE: Final = 4
WAITING: Final = 12
"""Far fewer than the threads that answer requests (40), so that those who are signed in are answered meanwhile."""

SECONDS: Final = 5
"""When to come back."""


class Turns(Hasher):
    """A hasher that computes at most `AT_ONCE` hashes at a time, and lets `WAITING` more wait.

    Raises `Told` (`rate_limited`) where even more come.
    """

    def __init__(self) -> None:
        super().__init__()
        self._places = BoundedSemaphore(AT_ONCE + WAITING)
        self._turns = BoundedSemaphore(AT_ONCE)

    def kept(self, password: str) -> str:
        """Return what is kept of a password, when it is its turn."""
        with self._turn():
            return super().kept(password)

    def fits(self, kept: str | None, password: str) -> bool:
        """Say whether a password is the one that is kept, when it is its turn."""
        with self._turn():
            return super().fits(kept, password)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Told("rate_limited", headers={"Retry-After": str(SECONDS)})
        try:
            with self._turns:
                yield
        finally:
            self._places.release()
