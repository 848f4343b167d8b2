"""Published rulebooks as they go out."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from api.views.model import Id, View
from nrm.publishing.lifecycle import State, Step
from nrm.publishing.statement import CheckCounts

if TYPE_CHECKING:
    from api.checks import Progress
    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.kept import KeptSignature, Publication
    from nrm.casework.rulebooks.reading import Told
    from nrm.casework.rulebooks.stating import Stated


class StatementView(View):
    """A statement that is to be signed; write `statement` into a file as it is, and sign that."""

    statement: str
    name: str = Field(description="Its SHA-256.")
    survivors: list[str] = Field(description="Mistakes in what changed that nothing would notice.")


class OfficerView(View):
    """Who signed: a code and a unit of `officers.toml`, and the day on which the signature was handed in."""

    officer: str
    unit: str
    on: date


class RulebookView(View):
    """Where a published rulebook stands."""

    rulebook: Id
    version: int = Field(ge=1, description="Goes into `If-Match` of the next step.")
    state: State
    bundle: str = Field(description="The SHA-256 of its archive.")
    previous: str | None = Field(description="The bundle whose place it takes.")
    decides_from: date
    rolls_back: bool
    proposed_at: datetime
    author: OfficerView
    approver: OfficerView | None
    faulty: bool = Field(description="The last check found something that stands against it.")


class StepView(View):
    """A step that was taken."""

    step: Step
    at: datetime
    role: str
    officer: str | None
    unit: str | None
    comment: str


class CheckingView(View):
    """How far a check is, or how it ended when it could not be made."""

    state: Literal["waiting", "running", "failed"]
    step: str | None = Field(default=None, examples=["mutants"])
    done: int = 0
    of: int = 0
    code: str | None = Field(default=None, description="The problem that ended it.")


class RulebookToldView(RulebookView):
    """One published rulebook with all that officers must know of it."""

    statement: str = Field(description="What the approver signs: write it into a file as it is.")
    statement_name: str = Field(description="The SHA-256 of the statement.")
    counts: CheckCounts
    checked_at: datetime | None
    faults: list[str]
    survivors: list[str]
    steps: list[StepView]
    may: list[Step] = Field(description="The steps that you may take now.")
    checking: CheckingView | None = Field(description="The check that this process is making.")


class InForceView(View):
    """By which rulebook is decided today. Where `rules` is `unsigned` it is read from files that nobody signed."""

    rules: Literal["signed", "unsigned"]
    rulebook: RulebookView | None


def statement_view(made: Stated) -> StatementView:
    """Return a statement to be signed."""
    text = made.said.to_bytes().decode()
    return StatementView(statement=text, name=made.said.name, survivors=list(made.survivors))


def _officer(signed: KeptSignature) -> OfficerView:
    return OfficerView(officer=signed.officer, unit=signed.unit, on=signed.on)


def _plain(record: Record[Publication]) -> dict[str, Any]:
    one = record.thing
    return {
        "rulebook": record.row.record,
        "version": record.version,
        "state": one.state,
        "bundle": one.bundle,
        "previous": one.said.previous,
        "decides_from": one.from_,
        "rolls_back": one.said.rolls_back,
        "proposed_at": one.proposed_at,
        "author": _officer(one.author),
        "approver": None if one.approver is None else _officer(one.approver),
        "faulty": bool(one.faults),
    }


def rulebook_view(record: Record[Publication]) -> RulebookView:
    """Return where a rulebook stands."""
    return RulebookView(**_plain(record))


def told_view(told: Told, progress: Progress | None) -> RulebookToldView:
    """Return all of one rulebook; who took a step is told by role and unit, never by account."""
    one = told.record.thing
    return RulebookToldView(
        **_plain(told.record),
        statement=one.statement,
        statement_name=one.said.name,
        counts=one.said.checks,
        checked_at=one.checked_at,
        faults=list(one.faults),
        survivors=list(one.survivors),
        steps=[StepView(**step.model_dump(exclude={"who"})) for step in told.steps],
        may=list(told.may),
        checking=None if progress is None else CheckingView(**vars(progress)),
    )
