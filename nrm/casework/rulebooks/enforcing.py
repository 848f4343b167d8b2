"""Note what has come into force on its date, and what it replaced; the date itself decides, this is the entry of it."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final
from uuid import UUID

from nrm.casework.journal import Journal
from nrm.casework.rulebooks.kept import publications
from nrm.casework.rulebooks.taking import Taking, today
from nrm.casework.work import worker
from nrm.publishing.lifecycle import after, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.kept import Publication
    from nrm.publishing.lifecycle import Step

NOBODY: Final = UUID(int=0)
"""In the place of an organisation: a rulebook belongs to none."""


def enforce(desk: Desk, organisation: UUID = NOBODY) -> list[Record[Publication]]:
    """Bring the states up to the day, by the program itself; return what changed.

    INVARIANT (no date is missed): a bundle decides from its date on whether or not this ran; it may run at any time.
    """
    asked, on = worker(organisation), today(desk)

    def work(unit: UnitOfWork) -> list[Record[Publication]]:
        changed = []
        for held, step in list(_due(publications(desk, unit), on)):
            taking = Taking(desk, unit, Journal(desk, asked), asked, step, None)
            state = after(held.thing.state, step, asked.role)
            changed.append(taking.done(held, held.thing.model_copy(update={"state": state})))
        return changed

    if not desk.store.run(lambda unit: list(_due(publications(desk, unit), on))):
        return []  # as on all days but a few
    return Journal(desk, asked).attempt("rulebook:enforce", work)


def _due(records: list[Record[Publication]], on: date) -> Iterator[tuple[Record[Publication], Step]]:
    """Yield what has begun and does not say so, or was replaced and does not say so."""
    by_name = {record.thing.said.name: record for record in records}
    begun = [one for one in in_order(record.thing for record in records) if one.from_ <= on]
    for one, following in zip_longest(begun, begun[1:]):
        step: Step | None = None
        if following is None:
            step = "enforce" if one.state == "approved" else None
        elif one.state in {"approved", "in_force"}:
            step = "undo" if following.said.rolls_back else "replace"
        if step is not None:
            yield by_name[one.said.name], step
