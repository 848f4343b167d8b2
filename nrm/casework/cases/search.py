"""Find the cases of one's own organisation that have an identifier, without opening any.

INVARIANT (a search tells nothing of others): of another organisation's case it says what taking one in says
(`nrm.casework.cases.keep.ALREADY_KNOWN`): that there is one. What was looked for stands nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

from nrm.access import Caseload
from nrm.casework.asked import permit
from nrm.casework.journal import Journal
from nrm.errors import CaseRefusedError, Problem
from nrm.vault.errors import NotIndexedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import CaseRow, UnitOfWork

Kind = Literal["document_number", "phone", "email"]
"""The identifiers that can be found again (`nrm.vault.blind_index`)."""

_NONE: Final = UUID(int=0)


@dataclass(frozen=True)
class Found:
    """Cases of the asker's organisation, without their keys; and whether another organisation has one too."""

    cases: Sequence[CaseRow]
    known_elsewhere: bool


def search(desk: Desk, asked: Asked, kind: Kind, value: str) -> Found:
    """Return the cases that have this identifier.

    Raises:
        DeniedError: the role may not.
        CaseRefusedError: the value is not written so that it can be compared; it is not quoted.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Found:
        permit(asked, "case:search", Caseload(asked.organisation))
        found = unit.cases.marked([(kind, _mark(desk, kind, value))], _NONE)
        journal.write(unit, "case:search")
        own = [row for row in found if row.organisation == asked.organisation]
        return Found([replace(row, wrapped_key=b"", now=None) for row in own], len(own) < len(found))

    return journal.attempt("case:search", work)


def _mark(desk: Desk, kind: Kind, value: str) -> bytes:
    try:
        return desk.index.index(kind, value)
    except NotIndexedError as refused:
        raise CaseRefusedError([Problem("value", 0, one.what, one.todo) for one in refused.problems]) from None
