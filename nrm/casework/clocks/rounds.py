"""The rounds of a worker: clocks, then deliveries, again and again; what is not done in one is done in the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nrm.casework.clocks.posting import Posted, post
from nrm.casework.clocks.ticking import Ticked, tick

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.clocks.posting import Carry
    from nrm.casework.desk import Desk

LONGEST_PAUSE: Final = 30.0
"""Seconds: others may put something into the store at any time, and nobody tells a worker."""


@dataclass(frozen=True)
class Round:
    """What one round did."""

    ticked: Ticked = field(default_factory=Ticked)
    posted: Posted = field(default_factory=Posted)

    @property
    def idle(self) -> bool:
        """Say whether there was nothing to do."""
        return not self.ticked.looked and not self.posted.all


def go_round(desk: Desk, carry: Carry, unopened: set[UUID]) -> Round:
    """Look at clocks that are due, and try to deliver messages that are due, some of each.

    Raises:
        StoreError: the store cannot be used; what was done before stays done.
    """
    return Round(tick(desk, unopened), post(desk, carry))


def pause(desk: Desk) -> float:
    """Return for how many seconds there is nothing to do, as far as is known; at most `LONGEST_PAUSE`."""
    clock, message = desk.store.run(lambda unit: (unit.clocks.next_due(), unit.outbox.next_due()))
    due = [one for one in (clock, message) if one is not None]
    if not due:
        return LONGEST_PAUSE
    return min(max((min(due) - desk.clock()).total_seconds(), 0.0), LONGEST_PAUSE)
