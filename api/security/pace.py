"""How much one asker may ask for in a minute; whoever asks too fast is told when to come back.

Counted in this process (moving windows of the library `limits`); with several processes each counts for itself.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.problems.problem import Told
from api.security.origin import SAFE

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.serving import ApiSettings


class Pace:
    """Counts requests of accounts, and tries to sign in from addresses."""

    def __init__(self, settings: ApiSettings) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())
        self._reads = RateLimitItemPerMinute(max(settings.reads, 1))
        self._writes = RateLimitItemPerMinute(max(settings.writes, 1))
        self._tries = RateLimitItemPerMinute(max(settings.tries, 1))

    def asks(self, account: UUID, method: str) -> None:
        """Count one request of an account. Raises `Told` when it is one too many."""
        self._count(self._reads if method in SAFE else self._writes, str(account))

    def visits(self, address: str, method: str) -> None:
        """Count one request of somebody without an account, by address. Raises `Told` when it is one too many."""
        self._count(self._reads if method in SAFE else self._writes, f"visit {address}")

    def strangers(self, address: str) -> None:
        """Count a token that opens nothing, from an address. Raises `Told` when it is one too many.

        INVARIANT (nobody fills the log unknown): each of them leaves an entry for ever, so only so many are looked at.
        """
        self._count(self._writes, f"stranger {address}")

    def tries(self, address: str) -> None:
        """Count one try to sign in, or to open a link, from an address. Raises `Told` when it is one too many."""
        self._count(self._tries, f"try {address}")

    def _count(self, item: RateLimitItemPerMinute, who: str) -> None:
        if not self._windows.hit(item, who):
            again = self._windows.get_window_stats(item, who).reset_time - time.time()
            raise Told("rate_limited", headers={"Retry-After": str(max(1, round(again)))})
