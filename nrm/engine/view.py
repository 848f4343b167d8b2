"""A plan as other programs read it: JSON with labels in one language, and its JSON Schema.

The models define the form; `nrm decide --json` prints it and `nrm decide --schema` prints the schema.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from nrm.rulebook.book import FINDING

if TYPE_CHECKING:
    from nrm.engine.plan import Line, Plan, Reason
    from nrm.rulebook.sentence import Speaker


class _View(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FactView(_View):
    """A fact and the value that a rule relied on, with labels."""

    fact: str
    value: str
    text: str


class ReasonView(_View):
    """One rule that gave the line, and what it relied on."""

    rule: str
    version: date
    branch: int = Field(ge=1)
    title: str
    sources: list[str]
    law: list[str]
    facts: list[FactView]
    findings: list[str]
    because: str


class WithinView(_View):
    """A time limit."""

    amount: int
    unit: Literal["hours", "days", "working_days", "months", "count"]
    text: str


class LineView(_View):
    """One outcome with all of its reasons."""

    code: str
    label: str
    meaning: str
    reasons: list[ReasonView]


class DutyView(LineView):
    """What somebody must do."""

    by: str
    by_label: str
    within: WithinView


class BarView(LineView):
    """What must never be done; `withholds` names duties and disclosures of this case that it rules out."""

    withholds: list[str]


class DisclosureView(LineView):
    """What may be shared with whom."""

    recipient: str
    groups: list[str]
    purpose: str
    basis: Literal["consent", "duty"]
    duty: str | None


class WithheldView(_View):
    """A line that a rule gives and a bar forbids."""

    kind: Literal["duty", "disclosure"]
    code: str
    label: str


class DisputeView(_View):
    """Where the two engines differ."""

    only_masks: list[str]
    only_rete: list[str]
    rete_failed: bool


class PlanView(_View):
    """What one person is owed on one date, under one rulebook."""

    rulebook: str = Field(pattern="^[0-9a-f]{64}$")
    country: str | None
    on: date
    language: Literal["en", "fr", "es", "ar"]
    disputed: bool
    dispute: DisputeView | None
    findings: list[LineView]
    offers: list[LineView]
    duties: list[DutyView]
    bars: list[BarView]
    disclosures: list[DisclosureView]
    withheld: list[WithheldView]


def view(plan: Plan, speaker: Speaker) -> PlanView:
    """Return `plan` with labels in the language of `speaker`."""
    dispute = plan.dispute
    return PlanView(
        rulebook=plan.digest,
        country=plan.country,
        on=plan.on,
        language=speaker.language,
        disputed=plan.disputed,
        dispute=dispute
        and DisputeView(
            only_masks=list(dispute.only_masks), only_rete=list(dispute.only_rete), rete_failed=dispute.rete_failed
        ),
        findings=[LineView(**_line(line, speaker)) for line in plan.of("finding")],
        offers=[LineView(**_line(line, speaker)) for line in plan.of("offer")],
        duties=[DutyView(**_line(line, speaker), **_duty(line, speaker)) for line in plan.of("duty")],
        bars=[BarView(**_line(line, speaker), withholds=list(line.withholds)) for line in plan.of("bar")],
        disclosures=[
            DisclosureView(**_line(line, speaker), **_sharing(line, speaker)) for line in plan.of("disclosure")
        ],
        withheld=[
            WithheldView(
                kind="duty" if line.kind == "duty" else "disclosure", code=line.code, label=_label(line, speaker)
            )
            for line in plan.withheld
        ],
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the plan."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **PlanView.model_json_schema()}


def _label(line: Line, speaker: Speaker) -> str:
    return speaker.label(line.code)


def _line(line: Line, speaker: Speaker) -> dict[str, Any]:
    outcome = speaker.words.outcome(line.code)
    return {
        "code": line.code,
        "label": outcome.label.in_(speaker.language),
        "meaning": outcome.meaning.in_(speaker.language),
        "reasons": [reason_view(reason, speaker) for reason in line.reasons],
    }


@lru_cache(maxsize=8192)
def reason_view(reason: Reason, speaker: Speaker) -> ReasonView:
    """Return one reason with labels.

    The same few hundred come back in case after case, and making one takes longer than the whole decision about a line;
    they hold codes and their labels, and nothing of whose they were.
    """
    rule = reason.step.rule
    return ReasonView(
        rule=rule.name,
        version=rule.version,
        branch=reason.step.branch + 1,
        title=rule.title,
        sources=list(rule.sources),
        law=list(rule.law),
        facts=[_fact(fact, value, speaker) for fact, value in reason.relied if fact != FINDING],
        findings=[value for fact, value in reason.relied if fact == FINDING],
        because=reason.step.because.in_(speaker.language),
    )


@lru_cache(maxsize=4096)
def _fact(fact: str, value: str, speaker: Speaker) -> FactView:
    return FactView(fact=fact, value=value, text=f"{speaker.fact(fact)}: {speaker.value(fact, value)}")


def _duty(line: Line, speaker: Speaker) -> dict[str, Any]:
    if (
        line.by is None or line.within is None
    ):  # INVARIANT (every duty has a role and a time): the rule model sees to it
        raise AssertionError(line.code)
    within = WithinView(amount=line.within.amount, unit=line.within.unit, text=speaker.within(line.within))
    return {"by": line.by, "by_label": speaker.words.roles[line.by].label.in_(speaker.language), "within": within}


def _sharing(line: Line, speaker: Speaker) -> dict[str, Any]:
    disclosure = speaker.words.disclosures[line.code]
    return {
        "recipient": disclosure.recipient,
        "groups": list(disclosure.groups),
        "purpose": disclosure.purpose,
        "basis": disclosure.basis,
        "duty": disclosure.duty,
    }
