"""A session: that somebody is signed in, from when until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from pydantic import Field

from nrm.rulebook.wording import Model

SessionKind = Literal["browser", "token", "client"]

NOTED: Final = timedelta(minutes=1)
"""How old the note of its last use may be, so that reading does not write each time."""


class Session(Model):
    """One session; `digest` is that of its token, `label` what its owner calls it.

    `idle` is after how many seconds without use it is over (None: never), `ends` when it is over in any case.
    """

    id: UUID
    account: UUID
    epoch: int
    kind: SessionKind
    digest: str
    begun: datetime
    used: datetime
    ends: datetime
    idle: int | None = None
    label: str = Field(default="", max_length=80)

    def __repr__(self) -> str:
        return "Session(…)"

    __str__ = __repr__

    def is_over(self, now: datetime) -> bool:
        """Say whether it is over. The note of its last use may be a minute old, which is given on top."""
        idle = self.idle is not None and now >= self.used + timedelta(seconds=self.idle) + NOTED
        return idle or now >= self.ends

    def used_at(self, now: datetime) -> Session | None:
        """Return it with a new note of its use, or None while the old one is good enough."""
        return self.model_copy(update={"used": now}) if now >= self.used + NOTED else None
