"""How long somebody must wait after so many failures; pure.

A name and an address have counters of their own: a thief who tries one name from many places meets the first, and one
who tries many names from one place the second.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from nrm.rulebook.wording import Model

FREE: Final = {"name": 5, "address": 100}
"""Failures after which nobody waits yet. Behind one address there may be a whole office."""

FIRST: Final = timedelta(seconds=30)
LONGEST: Final = timedelta(hours=1)
FORGOTTEN: Final = timedelta(days=1)
"""After so long without a try, and without waiting, the count begins again."""

_MOST_DOUBLED: Final = 20

Counted = Literal["name", "address"]


class Tries(Model):
    """How often somebody tried and did not succeed: the count, when last, and until when nothing is tried."""

    mark: str
    counted: Counted
    failures: int
    last: datetime
    until: datetime | None = None

    def waits(self, now: datetime) -> timedelta:
        """Return how long nothing is tried yet; nothing or less: now."""
        return timedelta(0) if self.until is None else max(timedelta(0), self.until - now)

    @property
    def forgotten(self) -> datetime:
        """When the count begins again."""
        return max(self.last, self.until or self.last) + FORGOTTEN


def wait(failures: int, counted: Counted) -> timedelta:
    """Return how long to wait after so many failures: nothing, then 30 seconds, doubled each time, an hour at most."""
    beyond = failures - FREE[counted]
    return timedelta(0) if beyond < 0 else min(LONGEST, FIRST * 2 ** min(beyond, _MOST_DOUBLED))


def begun(mark: str, counted: Counted, now: datetime) -> Tries:
    """Return a counter on which nothing is counted."""
    return Tries(mark=mark, counted=counted, failures=0, last=now)


def one_more(tries: Tries, now: datetime) -> Tries:
    """Return the counter after one more try that did not succeed, or not yet."""
    failures = 1 if now >= tries.forgotten else tries.failures + 1
    pause = wait(failures, tries.counted)
    return tries.model_copy(update={"failures": failures, "last": now, "until": now + pause if pause else None})


def taken_back(tries: Tries, count: int) -> Tries:
    """Return the counter without `count` tries that turned out to be good."""
    failures = max(0, tries.failures - count)
    until = tries.until if wait(failures, tries.counted) else None
    return tries.model_copy(update={"failures": failures, "until": until})
