"""From a case record to coded facts: the only part of a record that rules and engines ever see.

Pure: the day is given, nothing is looked up, nothing is guessed. What the record does not establish is absent, and an
absent fact is unknown.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from nrm.case.age import age_claims
from nrm.case.claims import Claim, combine
from nrm.case.dates import disorder, parts, untimely
from nrm.case.derive_consent import consent_claims
from nrm.case.derive_legal import immigration_claims, legal_claims
from nrm.case.derive_social import account_claims, contact_claims, evidence_claims, exploiter_claims, family_claims
from nrm.case.fields import UNKNOWN, Part, marked
from nrm.errors import CaseRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from nrm.case.record import CaseRecord

FILE = "case record"
"""How errors name a record that is no longer a file."""


def derive_facts(record: CaseRecord, on: date) -> dict[str, str | tuple[str, ...] | int]:
    """Return the coded facts that `record` establishes on the day `on`, which is the day where the person is.

    The group `facts` is joined with what the other groups establish: codes are united, a contradiction about age
    becomes `disputed`, any other contradiction is refused. Values are checked later against the vocabulary.

    Raises:
        CaseRefusedError: dates that cannot be right, or two places that contradict each other; all of them are
            listed, by the names of the places and never with a value.
    """
    walked = parts(record)
    faults = chain(disorder(record, walked), untimely(record, on, walked))
    problems = [Problem(FILE, 0, fault.what, fault.todo) for fault in faults]
    if problems:
        raise CaseRefusedError(problems)
    facts, problems = combine(_claims(record, on), record.facts, FILE)
    if problems:
        raise CaseRefusedError(problems)
    return facts


def _claims(record: CaseRecord, on: date) -> Iterator[Claim]:
    yield from _coded_claims(record)
    yield from age_claims(record, on)
    yield from contact_claims(record)
    yield from account_claims(record)
    yield from legal_claims(record, on)
    yield from immigration_claims(record, on)
    yield from family_claims(record, on)
    yield from exploiter_claims(record, on)
    yield from consent_claims(record, on)
    yield from evidence_claims(record)


def _coded_claims(record: CaseRecord) -> Iterator[Claim]:
    """Yield the fields that are themselves coded facts and have been filled in."""
    for group in type(record).model_fields:
        part = getattr(record, group)
        if isinstance(part, Part):
            for name in marked(type(part), "fact"):
                value = getattr(part, name)
                if value not in (UNKNOWN, ()):
                    yield Claim(name, value, f"{group}.{name}")
