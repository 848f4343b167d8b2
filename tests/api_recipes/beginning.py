"""Whoever asks, and an office that is as it was in the beginning as often as a test wants."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True)
class Asker:
    """Somebody who is signed in; the token is as `api_office` takes it."""

    role: str
    organisation: UUID
    who: UUID
    unit: str

    @property
    def token(self):
        return f"{self.role}.{self.organisation}.{self.who}.{self.unit}"


class Beginning:
    """What stays the same between two requests of a test."""

    def __init__(self, service):
        self.service = service
        self.office = service.office

    def begins(self):
        """Remember how everything is now."""
        self._begun, self._at = self.office.store.state, next(self.office.seconds)

    def again(self):
        """Let everything be as it was in the beginning."""
        self.office.store.state = self._begun.copied()
        self.office.seconds = count(self._at)

    def waiting(self):
        """What was written to the log since the beginning."""
        return self.office.store.read(lambda unit: unit.log.waiting(1000))

    def changed(self):
        """What is stored otherwise than in the beginning, but for entries of the log."""
        now, then = vars(self.office.store.state), vars(self._begun)
        return sorted(name for name in then if name != "waiting" and now[name] != then[name])
