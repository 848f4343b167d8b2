"""What a use case works with: a unit of work, a case that is open in it, and who does it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar
from uuid import UUID

from nrm.access import Case, shipped
from nrm.casework.asked import Asked, permit
from nrm.casework.cases.grants import footing
from nrm.casework.errors import ShreddedError
from nrm.casework.journal import Journal
from nrm.casework.safe import OpenCase
from nrm.referral.lifecycle import WORKER
from nrm.vault.errors import VaultError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nrm.access import Glass, Resource
    from nrm.casework.desk import Desk
    from nrm.casework.journal import Basis
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


class Held(NamedTuple):
    """The row of a case that the asker may work with, and whether they broke the glass for it."""

    row: CaseRow
    glass: Glass

    @property
    def basis(self) -> Basis | None:
        """On what footing they work with it, as the log has it, where it is not that they keep the case."""
        return "break_glass" if self.glass == "in_force" else None


def held(desk: Desk, unit: UnitOfWork, asked: Asked, case: UUID, verb: str, groups: Iterable[str] = ()) -> Held:
    """Return a case with which the asker may do `verb`, opening `groups` of it, by the policies.

    Raises:
        DeniedError, NoSuchCaseError: they may not, or there is none.
    """
    row = unit.cases.get(case)
    glass = _glass(desk, unit, asked, row)
    words = desk.words() if groups else None
    permit(asked, verb, Case(row.case, row.organisation), groups=groups, words=words, glass=glass)
    return Held(row, glass)


def on_case(
    desk: Desk,
    asked: Asked,
    case: UUID,
    verb: str,
    do: Callable[[Work], T],
    *,
    groups: Iterable[str] = (),
    about: Resource | None = None,
) -> T:
    """Open a case and do something with it, in one unit of work; what is denied or fails leaves its entry.

    `verb` is what the policies are asked for, with the `groups` that will be opened, and what the entry of a failure
    says. `about` is the record that they are asked about where that is not the case itself: what comes out of it then
    tells nobody whose case it was.

    Raises:
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: the case cannot be opened by this asker, or at all.
        and what `do` raises.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> T:
        permit(asked, verb, about or Case)
        found = Held(unit.cases.get(case), "none") if about else held(desk, unit, asked, case, verb, groups)
        open_ = OpenCase.of(found.row, desk.keyring)
        return do(Work(desk, unit, Journal(desk, asked, found.basis), asked, open_))

    return journal.attempt(verb, work)


def read_case(desk: Desk, asked: Asked, case: UUID, verb: str, found: Callable[[UnitOfWork, OpenCase], T]) -> T:
    """Return what is found in a case; that it was looked at is an entry (`verb`). Raises as `on_case`."""

    def read(work: Work) -> T:
        work.journal.write(work.unit, verb, case=work.case)
        return found(work.unit, work.case)

    return on_case(desk, asked, case, verb, read)


def _glass(desk: Desk, unit: UnitOfWork, asked: Asked, row: CaseRow) -> Glass:
    """Say whether somebody of another organisation broke the glass for this case; where it cannot be opened, nobody."""
    if row.organisation == asked.organisation or not shipped().ever(asked.role, "glass:break", Case):
        return "none"
    try:
        return footing(unit, OpenCase.of(row, desk.keyring), asked, desk.clock())
    except (ShreddedError, VaultError):
        return "none"
