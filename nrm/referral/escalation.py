"""What becomes of a clock as time passes: who hears that something is late, and when it is to be looked at next.

Pure, and a function of the clock and the moment alone: `due` never moves, and the level is how many moments of the
chain have passed. So looking twice changes nothing, and after a day or a year of downtime one look does what all the
missed ones would have done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from nrm.referral.calendar import Calendar
    from nrm.referral.clock import Clock, ClockKind
    from nrm.referral.tasks import Chain

CHASED: Final[frozenset[ClockKind]] = frozenset({"duty", "task"})
"""Clocks that somebody must stop. The others ring once, and are done: a task begins in their place."""

SHORTEST_PAUSE: Final = timedelta(hours=1)

NEAREST, FURTHEST = timedelta(days=30), timedelta(days=120)
"""How long before a birthday the store wakes us for the first time."""


@dataclass(frozen=True)
class Looked:
    """What a look found: the clock as it now is, the roles that hear of it now, and the task that begins now.

    `rings` is the code of a task (`nrm.referral.tasks`), for clocks of the kinds that are not chased. It must be made
    in the same unit of work; for `no_answer` only when no other service can be asked.
    """

    clock: Clock
    hear: tuple[str, ...] = ()
    rings: str | None = None


def look(clock: Clock, now: datetime, chain: Chain) -> Looked | None:
    """Return what becomes of `clock` at `now`, or None when nothing does; `chain` is that of the role `clock.by`.

    Level 1: it is due, and the first of the chain hears; at each further level the next; at last the last one again and
    again. `hear` names each role once, however many levels were missed.

    INVARIANT (no clock is lost): a chased clock is late until somebody stops it; any other is done only when its task
    begins.
    """
    if clock.state not in {"running", "late"} or now < clock.due:
        return None
    if clock.kind not in CHASED:
        return Looked(clock.model_copy(update={"state": "done"}), rings=clock.code)
    level = _level(clock, now, chain)
    if clock.state == "late" and level <= clock.level:
        return None
    reached = [hearer.role for hearer in chain.hearers[:level]]
    told = (*clock.told, *(role for role in reached if role not in clock.told))
    new = told[len(clock.told) :] or (chain.hearers[-1].role,)
    return Looked(clock.model_copy(update={"state": "late", "level": level, "told": told}), hear=new)


def next_look(clock: Clock, chain: Chain) -> datetime | None:
    """Return the first moment at which `look` will find something, or None when the clock has stopped."""
    if clock.state == "running":
        return clock.due
    return _moment(clock, clock.level, chain) if clock.state == "late" else None


def wake_at(
    clock: Clock, now: datetime, chain: Chain, calendar: Calendar, below: Callable[[int], int]
) -> datetime | None:
    """Return what the store is told as the moment of the next look, after `look` was done at `now`.

    INVARIANT (a birthday cannot be read from the store): for a birthday clock it is a moment drawn at random from 30 to
    120 days before; nearer than that, the start of the next local day. `below(n)` draws a number from 0 to n - 1
    (`secrets.randbelow`). It is drawn and not derived from the identifier, because that stands beside it in the open.
    """
    if clock.kind != "birthday" or clock.state != "running":
        return next_look(clock, chain)
    if clock.due - now > FURTHEST:
        return clock.due - NEAREST - timedelta(seconds=below(int((FURTHEST - NEAREST).total_seconds())))
    return calendar.start_of(calendar.day_of(now) + timedelta(days=1))


def _moment(clock: Clock, level: int, chain: Chain) -> datetime:
    """Return when level `level` + 1 is reached."""
    pauses = _pauses(clock, chain)
    return clock.due + sum(pauses[:level], timedelta(0)) + max(level - len(pauses), 0) * chain.again


def _pauses(clock: Clock, chain: Chain) -> list[timedelta]:
    """Return how long each but the last has before the next hears: never longer than the thing itself was given."""
    given = clock.due - clock.made_at
    return [min(hearer.after, max(given, SHORTEST_PAUSE)) for hearer in chain.hearers[:-1]]


def _level(clock: Clock, now: datetime, chain: Chain) -> int:
    last = len(chain.hearers)
    passed = sum(_moment(clock, level, chain) <= now for level in range(last))
    if passed < last:
        return passed
    return last + (now - _moment(clock, last - 1, chain)) // chain.again
