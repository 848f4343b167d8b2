"""What a new decision does to the clocks of the old one: a duty that stands keeps its clock and its earlier time.

INVARIANT (a new plan gives no delay): deciding again never makes a standing duty due later. INVARIANT (no duty fades
away): a duty that the new plan does not hold keeps running, with the note `NOT_IN_PLAN`, until a person marks it done.
Only a bar ends it, because a bar beats everything.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from nrm.referral.clock import Clock

NOT_IN_PLAN: Final = "not_in_plan"
BARRED: Final = "barred"
STANDING: Final = frozenset({"running", "late"})


@dataclass(frozen=True)
class Changes:
    """Clocks to add, and clocks that stand in the store in another form; all others stay as they are."""

    added: tuple[Clock, ...]
    changed: tuple[Clock, ...]


def merged(old: Sequence[Clock], new: Sequence[Clock], barred: Collection[str] = ()) -> Changes:
    """Return what a new decision changes: `old` are all clocks of the case, `new` those of the new plan.

    `barred` are the codes of duties that a bar withholds from the new plan. A duty is the same when its code and role
    are. One that was done stays done while each plan holds it; when it comes back after it was away, it begins anew.
    """
    held: dict[tuple[str, str], list[Clock]] = defaultdict(list)
    for clock in old:
        if clock.kind == "duty":
            held[_duty(clock)].append(clock)
    wanted = {_duty(clock): clock for clock in new}
    added = tuple(clock for duty, clock in wanted.items() if not any(_holds(one) for one in held[duty]))
    changed = tuple(
        now
        for duty, clocks in held.items()
        for before, now in _after(clocks, wanted.get(duty), forbidden=duty[0] in barred)
        if now != before
    )
    return Changes(added, changed)


def _duty(clock: Clock) -> tuple[str, str]:
    return clock.code, clock.by


def _holds(clock: Clock) -> bool:
    """Say whether the duty needs no new clock: it stands, or it was done and every plan since has held it."""
    return clock.state in STANDING or (clock.state == "done" and NOT_IN_PLAN not in clock.why)


def _after(clocks: Sequence[Clock], wanted: Clock | None, *, forbidden: bool) -> Iterator[tuple[Clock, Clock]]:
    for clock in clocks:
        if wanted is not None:
            yield clock, _kept(clock, wanted)
        elif forbidden and clock.state in STANDING:
            yield clock, clock.model_copy(update={"state": "cancelled", "why": _with(clock, BARRED)})
        elif clock.state != "cancelled":
            yield clock, clock.model_copy(update={"why": _with(clock, NOT_IN_PLAN)})
        else:
            yield clock, clock


def _kept(clock: Clock, wanted: Clock) -> Clock:
    if clock.state not in STANDING:
        return clock
    why = tuple(word for word in clock.why if word != NOT_IN_PLAN)
    return clock.model_copy(update={"due": min(clock.due, wanted.due), "why": why})


def _with(clock: Clock, word: str) -> tuple[str, ...]:
    return clock.why if word in clock.why else (*clock.why, word)
