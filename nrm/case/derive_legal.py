"""What the groups `legal` and `immigration` establish."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from nrm.case.claims import Claim
from nrm.case.fields import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.case.groups_legal import Accusation, Legal
    from nrm.case.groups_needs import SafetyAssessment
    from nrm.case.record import CaseRecord

NOT_CLOSED = frozenset({"open", "unknown"})
PLEA_STAGES = ("not_charged", "charged_before_plea", "pleaded_not_guilty", "pleaded_guilty")
PROCEEDINGS_STAGES = ("concluded", "investigation", "prosecution", "trial")
DECISION_STAGES = ("reasonable", "conclusive")
ASSESSED = {"not_safe": "no", "inconclusive": UNKNOWN, "safe": "yes"}
"""In the order of protection: of two assessments of one day the first listed here counts."""
LONGEST_RECOVERY = 3650


def legal_claims(record: CaseRecord, on: date) -> Iterator[Claim]:
    """Yield what the group `legal` establishes on the day `on`."""
    yield from _accusation_claims(record.legal.accusations)
    yield from _detention_claims(record.legal, on)
    yield from _decision_claims(record.legal)
    yield from _recovery_claims(record.legal, on)
    stages = [PROCEEDINGS_STAGES.index(case.stage) for case in record.legal.proceedings]
    if stages:
        yield Claim("proceedings_against_exploiters", PROCEEDINGS_STAGES[max(stages)], "legal.proceedings")
    if record.legal.crime_reference:
        yield Claim("crime_reported", "yes", "legal.crime_reference")
    if record.legal.lawyer.name or record.legal.lawyer.organisation:
        yield Claim("has_lawyer", "yes", "legal.lawyer")


def _accusation_claims(accusations: tuple[Accusation, ...]) -> Iterator[Claim]:
    place = "legal.accusations"
    if not accusations:
        return
    still_open = [accusation for accusation in accusations if accusation.outcome in NOT_CLOSED]
    yield Claim("accused_of", tuple(accusation.kind for accusation in still_open), place)
    yield Claim("penalised_by", tuple(acc.kind for acc in accusations if acc.outcome == "penalised"), place)
    links = {accusation.linked for accusation in accusations}
    # INVARIANT (unknown never becomes no): one act whose link nobody has looked into keeps the question open.
    linked = "yes" if "yes" in links else UNKNOWN if UNKNOWN in links else "no"
    yield Claim("act_linked_to_trafficking", linked, place)
    stages = [_plea_stage(accusation) for accusation in still_open if accusation.kind == "criminal"]
    if stages and UNKNOWN not in stages:
        # One word stands for several charges: the earliest, because there a plea can still be prevented.
        yield Claim("plea_stage", min(stages, key=PLEA_STAGES.index), place)
    if "pleaded_guilty" in stages:  # also while another charge stands at an earlier or unknown stage
        yield Claim("guilty_plea_entered", "yes", place)


def _plea_stage(accusation: Accusation) -> str:
    by_plea = {"guilty": "pleaded_guilty", "not_guilty": "pleaded_not_guilty"}
    if accusation.plea in by_plea:
        return by_plea[accusation.plea]
    if accusation.charged == "no":
        return "not_charged"
    return "charged_before_plea" if (accusation.plea, accusation.charged) == ("none", "yes") else UNKNOWN


def _detention_claims(legal: Legal, on: date) -> Iterator[Claim]:
    """Yield how the person is held; spells that have ended do not show that nobody holds the person.

    Who is moved from one place of detention to another is often not signed out of the first, so the latest counts.
    """
    running = [
        (spell.start or date.min, spell.kind, f"legal.detention_spells.{index}")
        for index, spell in enumerate(legal.detention_spells)
        if (spell.start is None or spell.start <= on) and (spell.end is None or spell.end > on)
    ]
    latest = max((start for start, _, _ in running), default=None)
    for start, kind, place in running:
        if start == latest:
            yield Claim("detention", kind, place)


def _decision_claims(legal: Legal) -> Iterator[Claim]:
    if not legal.decisions:
        return
    latest = max((decision.on, DECISION_STAGES.index(decision.stage)) for decision in legal.decisions)
    for index, decision in enumerate(legal.decisions):
        if (decision.on, DECISION_STAGES.index(decision.stage)) == latest:
            place = f"legal.decisions.{index}"
            yield Claim("identification_decision", f"{decision.stage}_{decision.result}", place)
            yield Claim("reconsideration_requested", decision.reconsideration_requested, place)


def _recovery_claims(legal: Legal, on: date) -> Iterator[Claim]:
    period, place = legal.recovery, "legal.recovery"
    if period.end is not None and period.end < on:
        yield Claim("recovery_period", "ended", place)
    elif period.start is not None:
        yield Claim("recovery_period", "running" if period.start <= on else "not_started", place)
    elif period.granted == "no":
        yield Claim("recovery_period", "not_started", place)
    if period.start is not None and period.start <= on:
        days = min((on - period.start).days, LONGEST_RECOVERY)
        yield Claim("days_since_recovery_began", days, place)


def immigration_claims(record: CaseRecord, on: date) -> Iterator[Claim]:
    """Yield what the group `immigration`, with the citizenships, establishes on the day `on`."""
    immigration, home = record.immigration, record.case.jurisdiction
    if immigration.stateless == "yes":
        yield Claim("nationality_status", "stateless", "immigration.stateless")
    elif immigration.at_risk_of_statelessness == "yes":
        yield Claim("nationality_status", "at_risk_of_statelessness", "immigration.at_risk_of_statelessness")
    elif record.identity.citizenships and home is not None:
        status = "national" if home in record.identity.citizenships else "foreign_national"
        yield Claim("nationality_status", status, "identity.citizenships")
    order = immigration.removal
    if order.lifted_on is not None and order.lifted_on <= on:
        yield Claim("removal_order", "no", "immigration.removal.lifted_on")
    elif order.made_on is not None:
        yield Claim("removal_order", "yes", "immigration.removal.made_on")
    yield from clearance("return_assessed_safe", immigration.return_assessments, "immigration.return_assessments")


def clearance(fact: str, assessments: tuple[SafetyAssessment, ...], place: str) -> Iterator[Claim]:
    """Yield what the latest assessment says; of several on one day the least reassuring counts."""
    if assessments:
        last = max(assessment.on for assessment in assessments)
        results = {assessment.result for assessment in assessments if assessment.on == last}
        yield Claim(fact, next(ASSESSED[result] for result in ASSESSED if result in results), place)
