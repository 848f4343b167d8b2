"""Take a record in and decide about it at once: the common path, in one unit of work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.access import Case, Caseload
from nrm.case.record import GROUPS
from nrm.casework.asked import permit
from nrm.casework.cases.deciding import Decided, make
from nrm.casework.cases.keep import Kept, begin
from nrm.casework.clocks.concluding import conclude_first
from nrm.casework.journal import Journal
from nrm.casework.work import Work

if TYPE_CHECKING:
    from datetime import date

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.textfile import Document


@dataclass(frozen=True)
class TakenIn:
    """A new case, and the first decision about it."""

    kept: Kept
    made: Decided


def take_in(desk: Desk, asked: Asked, document: Document, on: date, country: str | None = None) -> TakenIn:
    """Do what `keep.open_case` and then `deciding.decide` do, and read nothing back that was just written.

    INVARIANT (no case without its plan): both happen, with an entry of each, or neither does.

    Raises:
        DeniedError: the role may not do both, or not for this purpose.
        CaseRefusedError: the record is not acceptable.
        UnknownNameError: no rule is in force on that date, or the country has none.
        StoreError: the store cannot be used; then there is no case.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> TakenIn:
        permit(asked, "case:open", Caseload(asked.organisation))
        permit(asked, "decision:make", Case)
        engine = desk.books.engine(on, country)
        words = engine.program.rulebook.vocabulary
        begun = begin(desk, unit, journal, asked, document, on, words)
        case = begun.case
        permit(asked, "decision:make", Case(case.case, case.organisation), groups=GROUPS, words=words)
        done = Work(desk, unit, journal, asked, case)
        made = make(done, engine, begun.whole, on, country)
        conclude_first(done, made.plan, begun.whole.record)
        return TakenIn(begun.kept, made)

    return journal.attempt("case:open", work)
