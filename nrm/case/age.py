"""Whether the person is a child today, and was one when the exploitation began.

A wrong "adult" takes a guardian and a school away, so every doubt is kept as `disputed`, which rules treat as child.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from nrm.case.claims import DISPUTED, Claim
from nrm.case.dates import ADULT_AT, anniversary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from nrm.case.groups_person import Identity, Situation
    from nrm.case.record import CaseRecord

Voice = Literal["child", "adult", "disputed"]
ESTIMATE_MAY_ERR = 2
"""Years by which an estimated date of birth may be wrong in either direction."""


def age_claims(record: CaseRecord, on: date) -> Iterator[Claim]:
    """Yield what the record establishes about the person's age on the day `on`."""
    born = record.identity.birth_date
    doubted = _doubted(record, on)
    status = DISPUTED if doubted else _undoubted(record, on)
    if status is not None:
        yield Claim("age_status", status, "identity")
    if status == "child" and born is not None:
        yield Claim("days_to_eighteenth_birthday", (anniversary(born, ADULT_AT) - on).days, "identity.birth_date")
    if record.account.situations:
        then = DISPUTED if doubted else _at_exploitation(record, status)
        if then is not None:
            yield Claim("age_status_at_exploitation", then, "account.situations")


def _by_birth(identity: Identity, day: date) -> Voice | None:
    """Say what the date of birth alone makes of the person on `day`."""
    born = identity.birth_date
    if born is None:
        return None
    if identity.birth_date_basis == "estimated":
        from_, to = (anniversary(born, ADULT_AT + years) for years in (-ESTIMATE_MAY_ERR, ESTIMATE_MAY_ERR))
        if from_ <= day <= to:
            return "disputed"
    return "adult" if day >= anniversary(born, ADULT_AT) else "child"


def _heard(record: CaseRecord, on: date) -> Iterator[tuple[date, str]]:
    """Yield what people say of the person's age besides the date of birth, with the day for which they say it."""
    identity = record.identity
    for assessment in identity.age_assessments:
        if assessment.result != "inconclusive":
            yield assessment.on or on, assessment.result
    if identity.age_as_stated != "unknown":
        day = identity.age_stated_on or record.case.opened or on
        yield day, "child" if identity.age_as_stated == "under_18" else "adult"
    coded = record.facts.get("age_status")
    if coded in {"child", "adult"}:
        yield on, str(coded)


def _doubted(record: CaseRecord, on: date) -> bool:
    """Say whether voices in the record contradict each other, or one of them is itself in doubt."""
    identity = record.identity
    if record.facts.get("age_status") == DISPUTED or _last_assessment_is_doubtful(identity):
        return True
    heard = list(_heard(record, on))
    if identity.birth_date is None:
        return len({voice for _, voice in heard}) > 1
    return any(_by_birth(identity, day) not in {voice, DISPUTED} for day, voice in heard)


def _last_assessment_is_doubtful(identity: Identity) -> bool:
    # An assessment without a day cannot be shown to be superseded by another, so it counts among the last.
    dated = [assessment.on for assessment in identity.age_assessments if assessment.on is not None]
    last = max(dated, default=None)
    return any(
        assessment.on in {last, None} and (assessment.result == "inconclusive" or assessment.disputed == "yes")
        for assessment in identity.age_assessments
    )


def _undoubted(record: CaseRecord, on: date) -> str | None:
    by_birth = _by_birth(record.identity, on)
    if by_birth is not None:
        return by_birth
    return next((voice for _, voice in _heard(record, on)), None)


def _at_exploitation(record: CaseRecord, status: str | None) -> str | None:
    if status == "child":
        return "child"  # who is a child today was one on every earlier day
    if record.identity.birth_date is None:
        return None
    found = [_at_start(record.identity, situation) for situation in record.account.situations]
    for voice in ("child", DISPUTED, None):
        if voice in found:
            return voice
    return "adult"


def _at_start(identity: Identity, situation: Situation) -> Voice | None:
    """Say what the person was when `situation` began, or None when its dates do not show it."""
    if situation.start is not None:
        return _by_birth(identity, situation.start)
    # Without a first day, a last day in childhood is enough: it began before that.
    ended_in_childhood = situation.end is not None and _by_birth(identity, situation.end) == "child"
    return "child" if ended_in_childhood else None
