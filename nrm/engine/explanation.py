"""Why a line is in a plan, or what would bring it, as other programs read it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from nrm.engine.explain import why_not
from nrm.engine.view import ReasonView, _View, reason_view
from nrm.rulebook.vocabulary import OUTCOME_KINDS

if TYPE_CHECKING:
    from nrm.engine.explain import Absence
    from nrm.engine.facts import Facts
    from nrm.engine.plan import Line, Plan
    from nrm.engine.program import Program
    from nrm.rulebook.sentence import Speaker


class ChangeView(_View):
    """A fact that would have to be otherwise: any of `values` would do; `observed` for codes that add up."""

    fact: str
    values: list[str]
    observed: bool


class WayView(_View):
    """One smallest set of changes that brings the outcome, and the rule that then gives it."""

    rule: str
    changes: list[ChangeView]


class ExplanationView(_View):
    """Why an outcome is in a plan (`reasons`), or which bars withhold it, which rules could give it, and how."""

    rulebook: str = Field(pattern="^[0-9a-f]{64}$")
    country: str | None
    on: date
    language: Literal["en", "fr", "es", "ar"]
    disputed: bool
    code: str
    label: str
    in_plan: bool
    reasons: list[ReasonView]
    withheld_by: list[str]
    given_by: list[str]
    ways: list[WayView]


def lines_of(plan: Plan, code: str) -> list[Line]:
    """Return the lines of a plan that give `code`."""
    return [line for kind in OUTCOME_KINDS for line in plan.of(kind) if line.code == code]


def barred_by(plan: Plan, code: str, speaker: Speaker) -> list[str]:
    """Return the bars of a plan that withhold `code`."""
    return [line.code for line in plan.of("bar") if code in speaker.words.bars[line.code].forbids]


def explanation(program: Program, facts: Facts, plan: Plan, code: str, speaker: Speaker) -> ExplanationView:
    """Explain why an outcome of the vocabulary is in the plan for `facts`, or what would bring it."""
    lines = lines_of(plan, code)
    return explanation_view(plan, code, lines, None if lines else why_not(program, facts, code), speaker)


def explanation_view(
    plan: Plan, code: str, lines: list[Line], absence: Absence | None, speaker: Speaker
) -> ExplanationView:
    """Return an explanation that is at hand."""
    return ExplanationView(
        rulebook=plan.digest,
        country=plan.country,
        on=plan.on,
        language=speaker.language,
        disputed=plan.disputed,
        code=code,
        label=speaker.label(code),
        in_plan=bool(lines),
        reasons=[reason_view(reason, speaker) for line in lines for reason in line.reasons],
        withheld_by=barred_by(plan, code, speaker),
        given_by=list(absence.rules) if absence is not None else [],
        ways=[
            WayView(
                rule=way.rule,
                changes=[
                    ChangeView(fact=one.fact, values=list(one.values), observed=one.observed) for one in way.changes
                ],
            )
            for way in (absence.ways if absence is not None else ())
        ],
    )
