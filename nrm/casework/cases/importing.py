"""Records of other systems: shown as ours while nothing is kept, or opened as cases, all of them or none."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from nrm.access import Caseload
from nrm.casework.asked import permit
from nrm.casework.cases.keep import begin
from nrm.casework.journal import Journal
from nrm.errors import CaseRefusedError, FileRefusedError, NrmError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from nrm.casework.asked import Asked
    from nrm.casework.cases.keep import Kept
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.interchange import Imported, Unmapped

IMPORT: Final = "record:import"

MOST_OPENED: Final = 200
"""Cases that are opened from one file, because they are one unit of work."""


@dataclass(frozen=True)
class TakenOver:
    """The cases that were opened, in the order of the file, and what of the file is in none of them."""

    kept: tuple[Kept, ...]
    unmapped: tuple[Unmapped, ...]


def look(desk: Desk, asked: Asked, read: Callable[[], Imported]) -> Imported:
    """Return what `read` reads, for somebody who may take records over; nothing of it is kept but that they looked.

    Raises:
        DeniedError: the role may not.
        FileRefusedError, CaseRefusedError: the file or a record in it is not acceptable; nothing of it is quoted.
    """
    journal = Journal(desk, asked)
    found = _read(journal, asked, read)
    journal.attempt(IMPORT, lambda unit: journal.write(unit, IMPORT))
    return found


def take_over(desk: Desk, asked: Asked, read: Callable[[], Imported], on: date) -> TakenOver:
    """Open a case for each record that `read` reads, each with its entry, in one unit of work.

    INVARIANT (all or none): a record that is refused refuses the whole file.

    Raises:
        FileRefusedError: there are more than `MOST_OPENED` records.
        StoreError: the store cannot be used; then there is no case.
        and as `look`.
    """
    journal = Journal(desk, asked)
    found = _read(journal, asked, read)

    def work(unit: UnitOfWork) -> TakenOver:
        permit(asked, "case:open", Caseload(asked.organisation))
        if len(found.records) > MOST_OPENED:
            problem = Problem("body", 0, f"there are more than {MOST_OPENED} records", "send it in parts")
            raise FileRefusedError(problem)
        words = desk.books.words()
        kept: list[Kept] = []
        for number, one in enumerate(found.records, start=1):
            with _of_record(number):
                kept.append(begin(desk, unit, journal, asked, one, on, words).kept)
        journal.write(unit, IMPORT)
        return TakenOver(tuple(kept), found.unmapped)

    return journal.attempt(IMPORT, work)


@contextmanager
def _of_record(number: int) -> Iterator[None]:
    """Say of which record of the file it is that something is refused."""
    try:
        yield
    except CaseRefusedError as error:
        raise CaseRefusedError([replace(one, file=f"record {number}", line=0) for one in error.problems]) from None


def _read(journal: Journal, asked: Asked, read: Callable[[], Imported]) -> Imported:
    """Read for somebody who may, outside of any unit of work, because it takes a while."""
    try:
        permit(asked, IMPORT, Caseload(asked.organisation))
        return read()
    except NrmError as error:
        journal.failed(IMPORT, error)
        raise
