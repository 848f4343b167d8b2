"""Write a case as a record for another system: only the groups that the purpose needs, and what left is on the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.access import Case
from nrm.casework.asked import CASE_MANAGEMENT, NotPermittedError, groups_for, permit
from nrm.casework.cases.record import PARTS, check_parts, joined, opened
from nrm.casework.journal import Journal
from nrm.casework.safe import OpenCase
from nrm.casework.work import held
from nrm.interchange import write_htcds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.interchange import Exported
    from nrm.interchange.sheet import Kind

EXPORT = "record:export"


def export(desk: Desk, asked: Asked, case: UUID, kind: Kind, names: Sequence[str] = ()) -> Exported:
    """Return a case as a file of HTCDS 2.0; without `names`, with every group that the purpose needs and no other.

    What the standard cannot hold, or cannot mark as safe to use, is listed and does not go.

    Raises:
        CaseRefusedError: a name is no group.
        DeniedError: the role may not, or the purpose does not need a group that is named, or needs none at all.
        NoSuchCaseError, ShreddedError, VaultError: there is no such case, or it cannot be opened.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Exported:
        permit(asked, EXPORT, Case)
        check_parts(names)
        wanted = tuple(part for part in PARTS if part in (names or _needed(desk, asked)))
        row, _ = held(desk, unit, asked, case, EXPORT, wanted)
        if not wanted:
            raise NotPermittedError("not_disclosable", f"the purpose `{asked.purpose}` needs nothing of a record")
        open_ = OpenCase.of(row, desk.keyring)
        parts = opened(unit, open_, wanted)
        journal.write(unit, EXPORT, case=open_, groups=parts, details={"version": row.version, "standard": "HTCDS 2.0"})
        return write_htcds([joined(parts)], kind)

    return journal.attempt(EXPORT, work, groups=names)


def _needed(desk: Desk, asked: Asked) -> Sequence[str]:
    return PARTS if asked.purpose == CASE_MANAGEMENT else sorted(groups_for(asked.purpose, desk.books.words()))
