"""Cases as they go out."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from pydantic import Field

from api.views.model import View
from nrm.engine.view import PlanView

if TYPE_CHECKING:
    from nrm.casework.ports import CaseRow, DecisionRow


class KeptView(View):
    """A case after a change."""

    case: UUID
    version: int = Field(ge=1)
    duplicate: bool = Field(description="Another case has one of its identifiers; ask the coordinator.")
    not_compared: int = Field(ge=0, description="Identifiers that could not be compared.")


class ListedView(View):
    """A case in a list: nothing of it is opened."""

    case: UUID
    version: int
    opened_at: datetime
    changed_at: datetime
    shredded: bool


class GroupsView(View):
    """Groups of a record, opened for a purpose."""

    case: UUID
    version: int
    groups: dict[str, Any]


class DecisionView(View):
    """A decision that was made and kept, with the plan in the caller's language."""

    decision: UUID
    case: UUID
    version: int
    plan: PlanView


class TakenInView(KeptView):
    """A new case with its first plan."""

    decision: UUID
    plan: PlanView


class DecidedView(View):
    """A decision in the past of a case."""

    decision: UUID
    version: int
    made_at: datetime
    on: date
    country: str | None
    rulebook: str
    digest: str
    disputed: bool


class HappenedView(View):
    """Something that happened to a case."""

    event: UUID
    at: datetime
    action: str
    result: Literal["done", "denied", "failed"]
    role: str | None
    groups: list[str]
    details: dict[str, Any]


class HistoryView(View):
    """The past of a case: which groups were written, what was decided, and who did what; no group is opened."""

    written: list[tuple[int, str]]
    decisions: list[DecidedView]
    events: list[HappenedView]


def listed_view(row: CaseRow) -> ListedView:
    """Return one case of a list."""
    return ListedView(
        case=row.case,
        version=row.version,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        shredded=row.wrapped_key is None,
    )


def decided_view(row: DecisionRow) -> DecidedView:
    """Return one decision without its plan."""
    return DecidedView(
        decision=row.decision,
        version=row.version,
        made_at=row.made_at,
        on=row.on,
        country=row.country,
        rulebook=row.rulebook,
        digest=row.digest,
        disputed=row.disputed,
    )
