"""After a disaster: a backup brings back cases that were shredded after it was made; they are shredded once more.

INVARIANT (shredded stays shredded): no restored store is used before the cases are gone of which the published log says
that they were shredded. Which they are only the cases themselves can tell: the entry of a shredding carries a pseudonym
that the log secret of the case, and nothing else, gives for that event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.audit.entry import case_pseudonym
from nrm.casework.cases.glass_places import forget as forget_glass
from nrm.casework.journal import Journal
from nrm.casework.safe import OpenCase
from nrm.vault.errors import VaultError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from nrm.audit.entry import Entry
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import CaseRow, UnitOfWork

AT_ONCE = 1_000
"""Cases that are looked at in one unit of work."""


def shred_again(desk: Desk, asked: Asked, entries: Iterable[Entry]) -> int:
    """Shred every case of which one of `entries` says that it was shredded; return how many that were.

    Raises:
        StoreError: the store cannot be used; it can be repeated.
    """
    shreddings = [one for one in entries if one.action.endswith(":case:shred") and one.result == "done"]
    journal = Journal(desk, asked)
    done = 0
    after: UUID | None = None

    def work(unit: UnitOfWork) -> int:
        return sum(_shredded(unit, desk, journal, row, shreddings) for row in rows)

    while shreddings and (rows := _page(desk, after)):
        after = rows[-1].case
        done += desk.store.run(work)
    if done:
        desk.store.scrub()
    return done


def _page(desk: Desk, after: UUID | None) -> list[CaseRow]:
    return desk.store.run(lambda unit: list(unit.cases.listed(None, after, AT_ONCE)))


def _shredded(unit: UnitOfWork, desk: Desk, journal: Journal, row: CaseRow, shreddings: list[Entry]) -> bool:
    if row.wrapped_key is None:
        return False
    try:
        case = OpenCase.of(row, desk.keyring)
        secret = case.log_secret(unit)
    except VaultError:  # nobody can open it, so there is nothing to shred
        return False
    if not any(case_pseudonym(secret, one.event) == one.case for one in shreddings):
        return False
    journal.write(unit, "case:shred", case=case)
    forget_glass(unit, row.case)
    unit.cases.shred(row.case)
    return True
