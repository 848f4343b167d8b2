"""What the group `consent` establishes: the person's agreement and their own voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from nrm.case.claims import Claim
from nrm.case.dates import ADULT_AT, anniversary
from nrm.case.fields import UNKNOWN
from nrm.case.groups_safety import ConsentEntry, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from nrm.case.record import CaseRecord

STATES = ("given", "refused", "withdrawn")
"""Of two answers of one day the later one here counts."""
LONGEST_WITHOUT_REVIEW = 3650


def consent_claims(record: CaseRecord, on: date) -> Iterator[Claim]:
    """Yield what the group `consent` establishes on the day `on`."""
    consent = record.consent
    for purpose in get_args(Purpose):
        entries = [entry for entry in consent.entries if entry.purpose == purpose]
        if entries:
            latest = max(entries, key=lambda entry: (entry.on, STATES.index(entry.state)))
            state = latest.state if _holds(latest, record.identity.birth_date, on) else UNKNOWN
            yield Claim(f"consent_to_{purpose}", state, "consent.entries")
    if consent.reviews:
        days = (on - max(review.on for review in consent.reviews)).days
        yield Claim("days_since_last_review", min(days, LONGEST_WITHOUT_REVIEW), "consent.reviews")
    if consent.complaints:
        yield Claim("complaint_made", "yes", "consent.complaints")
    if consent.withdrawal.on is not None:
        left = "yes" if consent.withdrawal.returned_on is None else "no"
        yield Claim("left_the_mechanism", left, "consent.withdrawal")


def _holds(entry: ConsentEntry, born: date | None, on: date) -> bool:
    """Say whether an answer still counts: a refusal and a withdrawal always do."""
    if entry.state != "given":
        return True
    if entry.until is not None and entry.until < on:
        return False
    # INVARIANT (a guardian's consent ends with childhood): the person is asked anew at 18.
    of_age = anniversary(born, ADULT_AT) if born is not None else None
    return not (entry.by == "guardian" and of_age is not None and entry.on < of_age <= on)
