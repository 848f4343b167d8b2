"""Answers to requests that may come twice, kept with what was done, sealed, for a day.

INVARIANT (a kept answer is good for a day): then it is told no more and its key is free, also where no worker has
removed it yet.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from nrm.casework.registry import Register
from nrm.rulebook.wording import Model

if TYPE_CHECKING:
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record

HOURS: Final = 24
"""How long an answer is kept."""

KIND: Final = "once"


class Answered(Model):
    """One answer: the digest of what was asked, and the answer as its maker reads it."""

    asks: str
    reply: str


class _Kept(Model):
    called: str
    answer: Answered


_ANSWERS: Final = Register(KIND, _Kept, lambda kept: kept.called.encode())


def answered(desk: Desk, who: UUID, key: str) -> Answered | None:
    """Return the answer that somebody got under a key within the last day, or None."""
    found = desk.store.read(lambda unit: _ANSWERS.named(desk, unit, _called(who, key).encode()))
    return None if found is None or _is_over(desk, found) else found.thing.answer


def keep_answer(desk: Desk, unit: UnitOfWork, who: UUID, key: str, answer: Answered, about: UUID | None = None) -> None:
    """Keep an answer in the unit of work that it tells of; it goes with the case that it is `about`.

    Raises:
        TakenError: there is one under this key.
    """
    called, until = _called(who, key), desk.clock() + timedelta(hours=HOURS)
    before = _ANSWERS.named(desk, unit, called.encode())
    if before is not None and _is_over(desk, before):
        _ANSWERS.remove(unit, before.row.record)
    _ANSWERS.add(desk, unit, uuid4(), _Kept(called=called, answer=answer), owner=about, until=until)


def forget_answers(unit: UnitOfWork, case: UUID) -> None:
    """Remove the answers that tell of a case."""
    _ANSWERS.remove_owned(unit, case)


def _is_over(desk: Desk, found: Record[_Kept]) -> bool:
    return found.row.until is not None and found.row.until <= desk.clock()


def _called(who: UUID, key: str) -> str:
    return f"{who}\0{key}"
