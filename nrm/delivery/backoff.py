"""When to try again, and when a person must be told; pure: time and chance are given.

Exponential with full jitter: many messages that failed together do not come back together.
https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random

SHORTEST: Final = timedelta(seconds=1)
FIRST: Final = timedelta(seconds=5)
"""The longest wait after the first try; it doubles with every try."""
LONGEST: Final = timedelta(hours=1)
"""No wait is longer, whatever the service asks for: somebody waits for help."""

TOLD_AFTER_TRIES: Final = 12
TOLD_AFTER: Final = timedelta(hours=2)

_DOUBLINGS: Final = 10
"""Five seconds doubled so often are more than `LONGEST`."""
_MOST_DIGITS: Final = 9


def next_try(attempts: int, rng: random.Random, retry_after: float | None = None) -> timedelta:
    """Return how long to wait after `attempts` tries (1 or more); between `SHORTEST` and `LONGEST`.

    `retry_after` is the number of seconds that the service asked for; within `LONGEST` it is honoured, with the jitter
    added so that not everything comes back in the same second.

    Raises:
        ValueError: `attempts` is less than 1.
    """
    if attempts < 1:
        raise ValueError("there was no try yet")
    most = min(LONGEST, FIRST * 2 ** min(attempts - 1, _DOUBLINGS))
    asked = retry_after if retry_after is not None and isfinite(retry_after) and retry_after > 0 else 0.0
    least = min(LONGEST.total_seconds(), asked)
    seconds = least + rng.uniform(SHORTEST.total_seconds(), most.total_seconds())
    return min(LONGEST, timedelta(seconds=seconds))


def given_up(attempts: int, since: timedelta) -> bool:
    """Say whether a person must be told now, after `attempts` tries, the first of them `since` ago; tries go on.

    >>> given_up(3, timedelta(minutes=10)), given_up(2, timedelta(days=1))
    (False, True)
    """
    return attempts >= TOLD_AFTER_TRIES or since >= TOLD_AFTER


def asked_wait(retry_after: str | None, date: str | None) -> float | None:
    """Return the seconds that the header `Retry-After` asks for (RFC 9110 §10.2.3); None when it cannot be read.

    A date counts from the answer's own `Date`, because the clocks of two houses differ.

    >>> asked_wait("120", None), asked_wait("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:27:30 GMT")
    (120.0, 30.0)
    """
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) <= _MOST_DIGITS:
        return float(retry_after)
    try:
        wait = parsedate_to_datetime(retry_after) - parsedate_to_datetime(date or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, wait.total_seconds())
