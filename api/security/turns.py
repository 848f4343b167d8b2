"""Passwords are computed a few at a time.

INVARIANT (guessing fills no memory): each hash takes 64 MiB (RFC 9106), so however many try at once, only so many of
them are computed; the others wait for their turn.
"""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Final

from nrm.signin.password import Hasher

AT_ONCE: Final = 4


class Turns(Hasher):
    """A hasher that computes at most `AT_ONCE` hashes at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._turns = BoundedSemaphore(AT_ONCE)

    def kept(self, password: str) -> str:
        """Return what is kept of a password, when it is its turn."""
        with self._turns:
            return super().kept(password)

    def fits(self, kept: str | None, password: str) -> bool:
        """Say whether a password is the one that is kept, when it is its turn."""
        with self._turns:
            return super().fits(kept, password)
