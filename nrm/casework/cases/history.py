"""Tell what happened to a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nrm.audit.entry import decode
from nrm.audit.tree import leaf_hash
from nrm.casework.journal import DETAILS
from nrm.casework.work import Work, on_case
from nrm.vault.errors import MisplacedError, of_vault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import DecisionRow, EventRow
    from nrm.casework.safe import OpenCase


@dataclass(frozen=True)
class Happened:
    """One thing that happened to a case: its entry in the log, and the details that only the case's key opens."""

    at: datetime
    action: str
    result: str
    role: str | None
    groups: tuple[str, ...]
    details: dict[str, Any]
    event: UUID


@dataclass(frozen=True)
class History:
    """What is known of the past of a case, without opening any of its groups."""

    versions: Sequence[tuple[int, str]]
    decisions: Sequence[DecisionRow]
    events: Sequence[Happened]


def history(desk: Desk, asked: Asked, case: UUID) -> History:
    """Tell what happened to a case; no group is opened for it.

    Raises:
        MisplacedError: its entries tell of a later version than the store has.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: it cannot be opened by this asker, or at all.
    """

    def tell(work: Work) -> History:
        unit, open_ = work.unit, work.case
        events = [_happened(open_, kept) for kept in unit.events.of(case)]
        if any(one.details.get("version", 0) > open_.version for one in events):
            what = "the store has an older version of the case than its entries tell of"
            raise MisplacedError(of_vault(what, "somebody set the case back: compare it with a backup"))
        work.journal.write(unit, "case:read", case=open_)
        return History(unit.cases.written(case), unit.decisions.of(case), events)

    return on_case(desk, asked, case, "case:read", tell)


def _happened(case: OpenCase, row: EventRow) -> Happened:
    """Open the details of an entry, and make sure that it is the one that was written with them."""
    entry = decode(row.leaf)
    kept = case.open_json(DETAILS, 1, row.details or b"")
    if kept["leaf"] != leaf_hash(row.leaf).hex():
        raise MisplacedError(of_vault("an entry of the case has the details of another", "compare it with the log"))
    return Happened(entry.time, entry.action, entry.result, entry.role, entry.groups, kept["details"], entry.event)
