"""What the groups `contact`, `account`, `family`, `exploiters` and `evidence` establish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.case.claims import Claim
from nrm.case.dates import months_later
from nrm.case.derive_legal import clearance
from nrm.case.fields import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from nrm.case.groups_person import Situation
    from nrm.case.record import CaseRecord

CONTACT_BANDS = (
    (1, "within_a_month"),
    (3, "within_three_months"),
    (6, "within_six_months"),
    (12, "within_a_year"),
)
DAYS_IN_A_WEEK = 7
LONGEST_EXPLOITATION = 600
MOST_CHILDREN = 20


def contact_claims(record: CaseRecord) -> Iterator[Claim]:
    """Yield the channels that the person has said are safe."""
    # INVARIANT (silence is not safety): only an explicit yes counts, and nobody's refused permission.
    safe = [channel.kind for channel in record.contact.channels if channel.safe == "yes" and channel.permission != "no"]
    if safe:
        yield Claim("safe_contact_channels", tuple(safe), "contact.channels")


def account_claims(record: CaseRecord) -> Iterator[Claim]:
    """Yield what the situations of exploitation establish, except about age."""
    situations, place = record.account.situations, "account.situations"
    purposes = tuple(purpose for situation in situations for purpose in situation.purposes)
    if purposes:
        yield Claim("purposes", purposes, place)
    places = tuple(kind for situation in situations for kind in _places(situation, record.case.jurisdiction))
    if places:
        yield Claim("exploitation_places", places, place)
    spans = [(one.start, one.end) for one in situations if one.start is not None and one.end is not None]
    # A situation without both dates makes the whole length unknown; a part of it would pass for all of it.
    if spans and len(spans) == len(situations):
        yield Claim("months_exploited", min(_months(spans), LONGEST_EXPLOITATION), place)


def _places(situation: Situation, home: str | None) -> Iterator[str]:
    if situation.place_kind != UNKNOWN:
        yield situation.place_kind
    elif situation.country is not None and home is not None:
        yield "in_this_country" if situation.country == home else "in_another_country"


def _months(spans: list[tuple[date, date]]) -> int:
    """Return the months (of 365.25 / 12 days) that `spans` cover, counting overlapping days once."""
    days, covered_to = 0, min(start for start, _ in spans)
    for start, end in sorted(spans):
        days += max((end - max(start, covered_to)).days, 0)
        covered_to = max(covered_to, end)
    return days * 48 // 1461


def family_claims(record: CaseRecord, on: date) -> Iterator[Claim]:
    """Yield what the group `family` establishes on the day `on`."""
    family = record.family
    told, seen = family.number_of_children, len(family.children)
    if told is not None:
        yield Claim("number_of_children", min(told, MOST_CHILDREN), "family.number_of_children")
    if seen > (told or 0):
        yield Claim("number_of_children", min(seen, MOST_CHILDREN), "family.children")
    if any(child.with_person == "yes" for child in family.children):
        yield Claim("dependants_with_person", "yes", "family.children")
    if any(dependant.with_person == "yes" for dependant in family.dependants):
        yield Claim("dependants_with_person", "yes", "family.dependants")
    if any(relative.at_risk == "yes" for relative in family.relatives):
        yield Claim("family_at_risk", "yes", "family.relatives")
    if any(relative.implicated == "yes" for relative in family.relatives):
        yield Claim("family_implicated", "yes", "family.relatives")
    guardian = family.guardian
    if guardian.ended_on is not None and guardian.ended_on <= on:
        yield Claim("guardian_appointed", UNKNOWN, "family.guardian.ended_on")
    elif guardian.appointed_on is not None:
        yield Claim("guardian_appointed", "yes", "family.guardian.appointed_on")
    yield from clearance("family_contact_assessed_safe", family.contact_assessments, "family.contact_assessments")


def exploiter_claims(record: CaseRecord, on: date) -> Iterator[Claim]:
    """Yield what the group `exploiters` establishes on the day `on`."""
    exploiters = record.exploiters
    recruiters = [person for person in exploiters.people if "recruiter_or_intermediary" in person.roles]
    relations = tuple(person.relation for person in recruiters if person.relation is not None)
    if relations:
        yield Claim("recruiter_relations", relations, "exploiters.people")
    if any(person.knows_location == "yes" for person in exploiters.people):
        yield Claim("exploiter_knows_location", "yes", "exploiters.people")
    band: str = exploiters.last_contact
    if exploiters.last_contact_on is not None:
        # A band was true on the day it was ticked; a day stays true.
        band = _band(exploiters.last_contact_on, on)
    if band != UNKNOWN:
        yield Claim("last_contact_with_exploiter", band, "exploiters")


def _band(day: date, on: date) -> str:
    if (on - day).days <= DAYS_IN_A_WEEK:
        return "within_a_week"
    return next((band for months, band in CONTACT_BANDS if on <= months_later(day, months)), "over_a_year_ago")


def evidence_claims(record: CaseRecord) -> Iterator[Claim]:
    """Yield the kinds of evidence that there are."""
    if record.evidence.items:
        yield Claim("evidence_kinds", tuple(item.kind for item in record.evidence.items), "evidence.items")
