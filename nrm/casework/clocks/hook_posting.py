"""Call the webhooks for which messages wait: with a lease, the oldest first, again and again with the same identifier.

INVARIANT (told at least once): a message leaves the store only after its webhook took it, or when its time is over. A
webhook that fails is left alone as a whole, so that its messages keep their order and nobody is flooded.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from random import SystemRandom
from typing import TYPE_CHECKING, Final, Literal, Protocol
from uuid import UUID, uuid4

from nrm.casework.clocks.posting import Posted
from nrm.casework.errors import NoSuchRecordError, StaleVersionError, TakenError
from nrm.casework.journal import Journal
from nrm.casework.office.announcing import HOOKS, MESSAGES, STATES, HookState, body, hooks
from nrm.casework.office.notices import notify
from nrm.casework.work import worker

if TYPE_CHECKING:
    from datetime import datetime

    from nrm.casework.clocks.posting import Tried
    from nrm.casework.desk import Desk
    from nrm.casework.office.announcing import Hook, HookMessage
    from nrm.casework.ports import UnitOfWork

LEASE: Final = timedelta(minutes=5)
"""How long a worker may have a webhook; longer than one call can take."""

AT_ONCE: Final = 16
"""Messages of one webhook that a worker takes at a time."""

TOGETHER: Final = timedelta(minutes=2)
"""How long webhooks are called in one round; clocks and packages wait no longer for them."""

UNSAID: Final = timedelta(hours=1)
"""How long a webhook rests where nobody said how long."""

SUSPENDED_AFTER: Final = timedelta(days=3)
"""How long a webhook may fail without a break before it is suspended."""


class Call(Protocol):
    """Calls one webhook once; `attempts` counts this try too."""

    def __call__(self, url: str, secret: bytes, message: str, body: bytes, now: datetime, attempts: int) -> Tried:
        """Try once; never raises for what another system or a network does."""


def post_hooks(desk: Desk, call: Call) -> Posted:
    """Call webhooks for which messages are due, and note how it went.

    INVARIANT (a slow webhook stops nobody's help): all of them together get `TOGETHER`, in another order each time, and
    what is left waits for the next round.

    Raises:
        StoreError: the store cannot be used; what was delivered and noted before stays so.
    """
    done = Posted()
    end = desk.clock() + TOGETHER
    found = desk.store.run(lambda unit: [held.thing for held in hooks(desk, unit)])
    for hook in SystemRandom().sample(found, len(found)):
        if desk.clock() >= end:
            break
        if hook.suspended is None:
            done += _post(desk, call, hook, end)
    return done


def _post(desk: Desk, call: Call, hook: Hook, end: datetime) -> Posted:
    """Call one webhook for the messages that wait, until one of them fails or `end` has come."""
    lease = uuid4()
    try:
        waiting, attempts = desk.store.run(lambda unit: _claim(desk, unit, hook, lease))
    except (StaleVersionError, TakenError, NoSuchRecordError):
        return Posted()  # another worker was first
    done = Posted()
    for message in waiting:
        ending = _one(desk, call, hook, lease, message, 0 if done.delivered else attempts)
        if ending is None:
            return done
        done += Posted(**{ending: 1})
        if ending == "later":
            return done
        if desk.clock() >= end:
            break
    if waiting:
        desk.store.run(lambda unit: _release(desk, unit, hook, lease))
    return done


def _one(
    desk: Desk, call: Call, hook: Hook, lease: UUID, message: HookMessage, attempts: int
) -> Literal["delivered", "later"] | None:
    """Deliver one message, after `attempts` calls that failed since the last one that did not; None: it is not ours."""
    if not desk.store.run(lambda unit: _holds(desk, unit, hook, lease)):
        return None
    now = desk.clock()
    tried = call(hook.url, bytes.fromhex(hook.secret), str(message.id), body(message), now, attempts + 1)
    if tried.ending == "delivered":
        desk.store.run(lambda unit: MESSAGES.remove(unit, message.id))
        return "delivered"
    with suppress(StaleVersionError, NoSuchRecordError):  # somebody changed the webhook in this moment
        desk.store.run(lambda unit: _failed(desk, unit, hook, lease, attempts + 1, tried.after or UNSAID))
    return "later"


def _claim(desk: Desk, unit: UnitOfWork, hook: Hook, lease: UUID) -> tuple[list[HookMessage], int]:
    """Take a webhook that is due and has messages; return them, and how often calling it failed in a row."""
    now = desk.clock()
    held = STATES.get(desk, unit, hook.id)
    state = held.thing if held is not None else HookState(due=now)
    if state.due > now or (state.leased is not None and state.leased > now):
        return [], 0
    # What is over is not sent, also after a week without a worker; the same round removes it.
    oldest = MESSAGES.listed(desk, unit, owner=hook.id, most=AT_ONCE)
    waiting = [one.thing for one in oldest if one.row.until is None or now < one.row.until]
    if waiting:
        taken = state.model_copy(update={"lease": lease, "leased": now + LEASE})
        if held is None:
            STATES.add(desk, unit, hook.id, taken)
        else:
            STATES.change(desk, unit, held, taken)
    return waiting, state.attempts


def _holds(desk: Desk, unit: UnitOfWork, hook: Hook, lease: UUID) -> bool:
    """Say whether this worker may still call; INVARIANT (what was removed is not called)."""
    held, kept = STATES.get(desk, unit, hook.id), HOOKS.get(desk, unit, hook.id)
    ours = held is not None and held.thing.lease == lease
    return (
        ours
        and held is not None
        and held.thing.leased is not None
        and held.thing.leased > desk.clock()
        and kept is not None
        and kept.thing.suspended is None
    )


def _release(desk: Desk, unit: UnitOfWork, hook: Hook, lease: UUID) -> None:
    """Forget what failed before: everything arrived."""
    held = STATES.get(desk, unit, hook.id)
    if held is not None and held.thing.lease == lease:
        STATES.remove(unit, hook.id)


def _failed(desk: Desk, unit: UnitOfWork, hook: Hook, lease: UUID, attempts: int, after: timedelta) -> None:
    """Leave a webhook alone for a while; suspend it after `SUSPENDED_AFTER`, and tell whoever added it."""
    held, kept = STATES.get(desk, unit, hook.id), HOOKS.get(desk, unit, hook.id)
    if held is None or held.thing.lease != lease or kept is None:
        return
    now = desk.clock()
    failing = held.thing.failing if held.thing.failing is not None and attempts > 1 else now
    if now - failing < SUSPENDED_AFTER:
        STATES.change(desk, unit, held, HookState(due=now + after, attempts=attempts, failing=failing))
        return
    HOOKS.change(desk, unit, kept, kept.thing.model_copy(update={"suspended": now}))
    STATES.remove(unit, hook.id)
    MESSAGES.remove_owned(unit, hook.id)
    Journal(desk, worker(hook.organisation)).write(unit, "webhook:suspend")
    notify(desk, unit, hook.made_by, "webhook_suspended", about=hook.id)
