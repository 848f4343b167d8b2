"""The rounds of a worker: clocks, then deliveries, again and again; what is not done in one is done in the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nrm.casework.cases.uploads import clean_up
from nrm.casework.clocks.hook_posting import post_hooks
from nrm.casework.clocks.posting import Posted, post
from nrm.casework.clocks.ticking import Ticked, tick
from nrm.casework.rulebooks.enforcing import enforce

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.clocks.hook_posting import Call
    from nrm.casework.clocks.posting import Carry
    from nrm.casework.desk import Desk

LONGEST_PAUSE: Final = 30.0
"""Seconds: others may put something into the store at any time, and nobody tells a worker."""

OVER_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Round:
    """What one round did; `called` is what became of messages to webhooks.

    `cleaned` counts uploads of attachments that were broken off, `removed` records of the registry that were over.
    """

    ticked: Ticked = field(default_factory=Ticked)
    posted: Posted = field(default_factory=Posted)
    cleaned: int = 0
    called: Posted = field(default_factory=Posted)
    removed: int = 0

    @property
    def idle(self) -> bool:
        """Say whether there was nothing to do."""
        busy = (self.ticked.looked, self.posted.all, self.cleaned, self.called.all, self.removed)
        return not any(busy)


def go_round(desk: Desk, carry: Carry, unopened: set[UUID], call: Call | None = None) -> Round:
    """Look at clocks that are due, try to deliver messages that are due, some of each, and clean up.

    Without `call` no webhook is called.

    Raises:
        StoreError: the store cannot be used; what was done before stays done.
    """
    ticked, posted = tick(desk, unopened), post(desk, carry)  # first: who is called by a webhook may be slow
    called = post_hooks(desk, call) if call is not None else Posted()
    done = Round(ticked, posted, clean_up(desk), called, remove_over(desk))
    enforce(desk)  # last: whatever is wrong with a rulebook, no clock waits for it
    return done


def remove_over(desk: Desk) -> int:
    """Remove records that belong to no case and whose time is over, some at a time; return how many.

    What is over counts for nothing long before it is removed: whoever reads a record looks at its end.
    """
    return desk.store.run(lambda unit: unit.registry.remove_over(desk.clock(), OVER_AT_ONCE))


def pause(desk: Desk) -> float:
    """Return for how many seconds there is nothing to do, as far as is known; at most `LONGEST_PAUSE`."""
    clock, message = desk.store.run(lambda unit: (unit.clocks.next_due(), unit.outbox.next_due()))
    due = [one for one in (clock, message) if one is not None]
    if not due:
        return LONGEST_PAUSE
    return min(max((min(due) - desk.clock()).total_seconds(), 0.0), LONGEST_PAUSE)
