"""What a use case works with: a unit of work, a case that is open in it, and who does it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID

from nrm.casework.asked import Asked, own, permit
from nrm.casework.journal import Journal
from nrm.casework.safe import OpenCase
from nrm.referral.lifecycle import WORKER

if TYPE_CHECKING:
    from collections.abc import Callable

    from nrm.casework.desk import Desk
    from nrm.casework.ports import CaseRow, UnitOfWork

T = TypeVar("T")

_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True)
class Work:
    """One unit of work on one case that is open in it."""

    desk: Desk
    unit: UnitOfWork
    journal: Journal
    asked: Asked
    case: OpenCase

    def by_worker(self) -> Work:
        """Return the same work, done by the program itself."""
        asked = worker(self.case.organisation)
        return replace(self, asked=asked, journal=Journal(self.desk, asked))

    def on(self, case: OpenCase) -> Work:
        """Return the same work on another case."""
        return replace(self, case=case)


def worker(organisation: UUID) -> Asked:
    """Return who asks when the program acts by itself."""
    return Asked(_NOBODY, organisation, WORKER, source="work")


def on_case(
    desk: Desk,
    asked: Asked,
    case: UUID,
    verb: str,
    do: Callable[[Work], T],
    theirs: Callable[[Asked, CaseRow], CaseRow] = own,
) -> T:
    """Open a case and do something with it, in one unit of work; what is denied or fails leaves its entry.

    `verb` is what the asker's role must permit, and what the entry of a failure says. `theirs` lets pass who may work
    with a case of this organisation, or raises.

    Raises:
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: the case cannot be opened by this asker, or at all.
        and what `do` raises.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> T:
        permit(asked, verb)
        open_ = OpenCase.of(theirs(asked, unit.cases.get(case)), desk.keyring)
        return do(Work(desk, unit, journal, asked, open_))

    return journal.attempt(verb, work)


def read_case(
    desk: Desk,
    asked: Asked,
    case: UUID,
    verb: str,
    found: Callable[[UnitOfWork, OpenCase], T],
    theirs: Callable[[Asked, CaseRow], CaseRow] = own,
) -> T:
    """Return what is found in a case; that it was looked at is an entry (`verb`). Raises as `on_case`."""

    def read(work: Work) -> T:
        work.journal.write(work.unit, verb, case=work.case)
        return found(work.unit, work.case)

    return on_case(desk, asked, case, verb, read, theirs)
