"""Tries that did not succeed, counted so that guessing takes for ever.

INVARIANT (counted before it is tried): a try is counted in a unit of work of its own, before anything is compared, and
taken back when it was good. So those who try at once in many processes have one count, and a crash forgives nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from nrm.casework.accounts.errors import TooManyTriesError
from nrm.casework.accounts.registers import TRIES
from nrm.signin.lockout import begun, one_more, taken_back

if TYPE_CHECKING:
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.signin.lockout import Counted

Counters = tuple[tuple["Counted", str], ...]


def counters(name: str | None, address: str | None) -> Counters:
    """Return what is counted for one try: the name that was typed, and the address it came from; each if there is one.

    Both are found by keyed marks, and stand nowhere in clear.
    """
    both: tuple[tuple[Counted, str | None], ...] = (("name", name), ("address", address))
    return tuple((kind, text) for kind, text in both if text is not None)


def count(desk: Desk, of: Counters) -> None:
    """Count one try. Raises `TooManyTriesError`, and then counts nothing."""

    def work(unit: UnitOfWork) -> None:
        now = desk.clock()
        found = [(kind, text, TRIES.named(desk, unit, _mark(kind, text).encode())) for kind, text in of]
        pause = max((held.thing.waits(now) for _, _, held in found if held), default=None)
        if pause:
            raise TooManyTriesError(pause)
        for kind, text, held in found:
            tries = one_more(held.thing if held else begun(_mark(kind, text), kind, now), now)
            if held is None:
                TRIES.add(desk, unit, uuid4(), tries, until=tries.forgotten)
            else:
                TRIES.change(desk, unit, held, tries, until=tries.forgotten)

    desk.store.run(work)


def take_back(desk: Desk, unit: UnitOfWork, of: Counters, tried: int) -> None:
    """Forget all tries of a name, and the last `tried` of an address, whose other tries may be those of a thief."""
    for kind, text in of:
        held = TRIES.named(desk, unit, _mark(kind, text).encode())
        if held is None:
            continue
        left = taken_back(held.thing, tried if kind == "address" else held.thing.failures)
        if left.failures:
            TRIES.change(desk, unit, held, left, until=left.forgotten)
        else:
            TRIES.remove(unit, held.row.record)


def _mark(kind: Counted, text: str) -> str:
    return f"{kind} {text}"
