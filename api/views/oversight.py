"""What an overseer asks for, and what they are told: entries of the log, counts of them, and who may do what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.views.model import Sent, View
from nrm.casework.oversight.events import Wanted
from nrm.statistics.protect import Shown

if TYPE_CHECKING:
    from nrm.audit.entry import Entry
    from nrm.casework.oversight.access_statistics import AccessStatistics
    from nrm.casework.oversight.caseload import CaseloadTables
    from nrm.casework.oversight.published import AccessPolicies

OversightReason = Literal["complaint", "court_order", "incident", "inspection", "spot_check"]
"""`nrm.audit.actions.OVERSIGHT_REASONS`; a test compares the two."""

Pseudonym = Annotated[str, Field(pattern="^[0-9a-f]{32}$", examples=["0f" * 16])]


def _written(value: object) -> object:
    """Read a moment as RFC 3339 writes it; a number is none."""
    text = str(value).upper()
    try:
        read = datetime.fromisoformat(text if "T" in text else "")
        if read.tzinfo is not None:
            return read.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise PydanticCustomError("moment", "not a moment")


Moment = Annotated[datetime, BeforeValidator(_written)]
"""A moment with its zone."""

_Code = Annotated[str, Field(max_length=60, pattern="^[a-z_:]+$")]


class EventsSought(Sent):
    """Which entries are looked for, and why; what is left out asks for nothing."""

    reason: OversightReason = Field(examples=["inspection"])
    actor: Pseudonym | None = None
    organisation: Pseudonym | None = None
    case: Pseudonym | None = Field(default=None, description="The pseudonym of one entry; each entry has another.")
    action: _Code | None = Field(default=None, examples=["group:read"])
    result: Literal["done", "denied", "failed"] | None = None
    why: _Code | None = Field(default=None, examples=["other_organisation"])
    since: Moment | None = Field(default=None, examples=["2026-03-01T00:00:00Z"])
    until: Moment | None = None
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=200, pattern="^[A-Za-z0-9_-]+$")

    def wanted(self) -> Wanted:
        """Return it as the use case takes it."""
        return Wanted(
            self.actor,
            self.organisation,
            self.case,
            self.action,
            self.result,
            self.why,
            self.since,
            self.until,
        )


class EventView(View):
    """One entry of the log, at its place; it names no person and no case."""

    place: int = Field(ge=0)
    event: UUID
    time: datetime
    action: str = Field(examples=["api:group:read"])
    result: Literal["done", "denied", "failed"]
    why: str | None
    actor: str | None
    role: str | None
    organisation: str | None
    case: str | None = Field(description="A pseudonym that no other entry has.")
    groups: list[str]
    purpose: str | None
    basis: str | None
    rulebook: str | None
    decision: str | None
    details: str | None


class EventsView(View):
    """Entries in their order; `next` goes on behind what was looked at, also when nothing was found there."""

    items: list[EventView]
    size: int = Field(ge=0, description="How many entries the published log has.")
    next: str | None = Field(default=None, description="Send it as `cursor` to get what follows.")


class BundleSought(Sent):
    """Why a decision is looked at, and the age key of whoever looks."""

    reason: OversightReason = Field(examples=["complaint"])
    recipient: str = Field(max_length=100, pattern="^age1[a-z0-9]+$", examples=["age1" + "q" * 58])


class DoneView(View):
    """What one official did in one role on one day (UTC)."""

    day: str = Field(examples=["2026-03-01"])
    actor: str | None
    role: str | None
    organisation: str | None
    opened: int = Field(description="Entries that read groups.")
    groups: int = Field(description="How many groups they opened together.")
    glass: int = Field(description="How many of them by breaking the glass.")
    written: int
    denied: int


class AccessStatisticsView(View):
    """How access was used, in counts of entries: what officials did, and never how many people or cases there were."""

    entries: int
    rows: list[DoneView]
    denied: dict[str, int]
    failed: dict[str, int]
    watched: dict[str, int]
    missed: dict[str, int]


class RightView(View):
    """Which roles may do one thing to one kind of record, by how the record stands to them."""

    kind: str = Field(examples=["Case"])
    action: str = Field(examples=["group:read"])
    roles: dict[str, list[str]] = Field(examples=[{"own": ["caseworker", "supervisor"]}])


class PoliciesView(View):
    """Who may do what: the files by which this installation decides, and what comes out."""

    schema_file: str = Field(description="The schema of the policies (Cedar).")
    policies: dict[str, str] = Field(description="The policies (Cedar), by the name of their file.")
    rights: list[RightView]
    witnesses: str | None = Field(description="The witness policy (C2SP tlog-policy), if there is one.")


class CaseloadView(View):
    """How many cases there are in this month, by a few facts; `<10` and `*` protect those who are few."""

    month: str = Field(examples=["2026-03"])
    total: Shown = Field(examples=[120])
    facts: dict[str, dict[str, Shown]] = Field(examples=[{"age_status": {"adult": 80, "child": 40, "unknown": "*"}}])


def event_view(place: int, one: Entry) -> EventView:
    """Return an entry of the log."""
    fields = one.model_dump(exclude={"version"})
    return EventView(place=place, **{**fields, "groups": list(one.groups)})


def statistics_view(found: AccessStatistics) -> AccessStatisticsView:
    """Return counts of entries, rows in the order of days and officials."""
    in_order = sorted(found.rows.items(), key=lambda pair: tuple(part or "" for part in pair[0]))
    return AccessStatisticsView(
        entries=found.entries,
        rows=[DoneView(**row._asdict(), **vars(done)) for row, done in in_order],
        denied=found.denied,
        failed=found.failed,
        watched=found.watched,
        missed=found.missed,
    )


def policies_view(found: AccessPolicies) -> PoliciesView:
    """Return who may do what."""
    rights = [
        RightView(kind=kind, action=action, roles={str(standing): who for standing, who in roles.items()})
        for (kind, action), roles in sorted(found.roles.items())
    ]
    return PoliciesView(schema_file=found.schema, policies=dict(found.files), rights=rights, witnesses=found.witnesses)


def caseload_view(found: CaseloadTables) -> CaseloadView:
    """Return the tables of a month."""
    return CaseloadView(month=found.month, total=found.total, facts=found.facts)
