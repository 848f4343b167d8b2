"""Decisions and explanations as they go out, and what is supposed as it comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from api.days import When
from api.views.case import DecidedView
from api.views.model import View
from nrm.engine.difference import How
from nrm.engine.view import PlanView
from nrm.rulebook.vocabulary import OutcomeKind
from nrm.rulebook.wording import Code  # noqa: TC001 - read by pydantic at run time

if TYPE_CHECKING:
    from nrm.casework.cases.what_if import Supposed
    from nrm.rulebook.sentence import Speaker


class DecisionsView(View):
    """The decisions about a case, the oldest first."""

    items: list[DecidedView]


class KeptDecisionView(View):
    """A decision as it was made, with its plan in the caller's language."""

    made: DecidedView
    plan: PlanView


class ReplayedView(View):
    """A decision of the past was made again and came out byte for byte."""

    replayed: bool = True
    rulebook: str = Field(description="SHA-256 of the rulebook of that day.")


class Supposing(When):
    """Facts that are supposed to be otherwise; all others stay as the case has them."""

    facts: dict[Code, str | int | list[str]] = Field(
        min_length=1,
        max_length=50,
        description="Codes of facts with a value, a number, or a list of observed codes.",
        examples=[{"age_status": "child", "urgent_medical_need": "yes"}],
    )


class DifferenceView(View):
    """One line that would be otherwise."""

    how: How
    kind: OutcomeKind
    code: str
    label: str


class SupposedView(View):
    """The plan that would be; nothing of it is kept."""

    plan: PlanView
    differences: list[DifferenceView]


def supposed_view(found: Supposed, plan: PlanView, speaker: Speaker) -> SupposedView:
    """Return what would be."""
    return SupposedView(
        plan=plan,
        differences=[
            DifferenceView(how=one.how, kind=one.kind, code=one.code, label=speaker.label(one.code))
            for one in found.differences
        ],
    )
