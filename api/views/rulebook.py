"""Published rulebooks as they go out, and what policy officers send."""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from api.views.model import Id, Sent, View
from nrm.models import IsoDate
from nrm.publishing.archive import LARGEST_ARCHIVE
from nrm.publishing.lifecycle import State, Step
from nrm.publishing.statement import CheckCounts
from nrm.publishing.statement import LARGEST as LARGEST_STATEMENT
from nrm.rulebook.changes import Change, Mark

if TYPE_CHECKING:
    from api.checks import Progress
    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.comparing import Compared
    from nrm.casework.rulebooks.kept import KeptSignature, Publication
    from nrm.casework.rulebooks.reading import Told
    from nrm.casework.rulebooks.stating import Stated

MOST_BASE64: Final = (LARGEST_ARCHIVE // 3 + 1) * 4 * 80 // 76
"""Characters of the largest bundle, broken into lines as `base64` does."""


def _decoded(text: object) -> object:
    if not isinstance(text, str) or len(text) > MOST_BASE64:
        return text if isinstance(text, bytes) else None
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return None


Packed = Annotated[
    bytes,
    BeforeValidator(_decoded),
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "maxLength": MOST_BASE64}),
    Field(description="What `nrm rules bundle` wrote, in base64; line ends do not matter."),
]
Signature = Annotated[
    str,
    StringConstraints(max_length=8192),
    Field(
        description="What `ssh-keygen -Y sign -n nrm-rulebook` wrote, as it is.",
        examples=["-----BEGIN SSH SIGNATURE-----\n…\n-----END SSH SIGNATURE-----\n"],
    ),
]
StatementText = Annotated[
    str, StringConstraints(max_length=LARGEST_STATEMENT), Field(description="The text that was signed, to the letter.")
]
Begins = Annotated[IsoDate | None, Field(description="The first day on which it decides; today, if it is not said.")]


class StatementSought(Sent):
    """A bundle of which somebody wants the statement."""

    bundle: Packed
    decides_from: Begins = None


class ReturnSought(Sent):
    """An approved rulebook that shall come back."""

    rulebook: Id
    decides_from: Begins = None


class ProposalSent(Sent):
    """A bundle that its author signed."""

    bundle: Packed
    statement: StatementText
    signature: Signature


class ReturnSent(Sent):
    """The statement that an older rulebook comes back, signed by its author."""

    statement: StatementText
    signature: Signature


class ApprovalSent(Sent):
    """The approver's signature over the same statement."""

    signature: Signature


class BecauseSent(Sent):
    """What an officer says, for the other officers."""

    comment: str = Field(max_length=4000, description="A few sentences, without naming any person.")


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


class LineView(View):
    """A line of a rule: in both rulebooks (blank), only in the one before (`-`), or only in this one (`+`)."""

    mark: Mark
    text: str


class RuleChangeView(View):
    """A rule that differs."""

    rule: str
    title: str
    change: Change
    lines: list[LineView]


class WordChangeView(View):
    """A word of the vocabulary that differs, with the parts that it gained and lost."""

    word: str
    change: Change
    gained: list[str]
    lost: list[str]


class GuaranteeChangeView(View):
    """A guarantee that differs."""

    guarantee: str
    change: Change


class ChangesView(View):
    """What a rulebook says differently from the one whose place it takes, on one day and in one country."""

    previous: str | None
    on: date
    country: str | None
    rules: list[RuleChangeView]
    words: list[WordChangeView]
    guarantees: list[GuaranteeChangeView]


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


def changes_view(found: Compared) -> ChangesView:
    """Return what a rulebook changes."""
    return ChangesView(
        previous=found.previous,
        on=found.on,
        country=found.country,
        rules=[
            RuleChangeView(
                rule=one.rule,
                title=one.title,
                change=one.change,
                lines=[LineView(mark=mark, text=text) for mark, text in one.lines],
            )
            for one in found.rules
        ],
        words=[
            WordChangeView(word=one.code, change=one.change, gained=list(one.gained), lost=list(one.lost))
            for one in found.words
        ],
        guarantees=[GuaranteeChangeView(guarantee=name, change=change) for name, change in found.guarantees.items()],
    )
