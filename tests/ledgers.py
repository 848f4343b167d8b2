"""Random ledgers of consent, and what a ledger comes to, said once more in another way.

Days, services and groups come from small pools, so that answers collide: same moment, same group, same last day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from hypothesis import strategies as st

from nrm.referral.consent import Answer

SHELTER, CLINIC = ("nrm", "shelter"), ("nrm", "clinic")
PURPOSE, RECIPIENT = "accommodation", "accommodation_provider"
TODAY = date(2026, 3, 10)
POOL = ("identity", "contact", "health")


def day(number):
    """Return the day `number` days after today."""
    return TODAY + timedelta(days=number)


def answer(state="given", on=0, groups=POOL, **changed):
    """Return one line of the ledger, said at noon of the day `on` days after today."""
    said = {
        "id": uuid5(NAMESPACE_OID, repr((state, on, groups, sorted(changed.items())))),
        "at": datetime.combine(day(on), time(12), UTC),
        "state": state,
        "by": "self",
        "purpose": PURPOSE,
        "recipient": RECIPIENT,
        "groups": groups,
        "wording": "2026-01",
        "language": "en",
    }
    return Answer(**{**said, **changed})


near_days = st.integers(-4, 4)
maybe_days = st.none() | near_days.map(day)
people = st.fixed_dictionaries({"child": st.booleans(), "of_age": maybe_days})


@st.composite
def answers(draw, states=("given", "refused", "withdrawn"), services=(None, SHELTER, CLINIC), **fixed):
    """Draw one answer."""
    state = draw(st.sampled_from(states))
    least = 1 if state == "given" else 0
    groups = draw(st.lists(st.sampled_from(POOL), min_size=least, unique=True))
    drawn = {
        "id": UUID(int=draw(st.integers(1, 2**40))),
        "by": draw(st.sampled_from(("self", "guardian"))),
        "service": draw(st.sampled_from(services)),
        "until": draw(maybe_days) if state == "given" else None,
        "purpose": draw(st.sampled_from((PURPOSE, PURPOSE, PURPOSE, "health_care"))),
        "recipient": draw(st.sampled_from((RECIPIENT, RECIPIENT, RECIPIENT, "health_service"))),
    }
    return answer(state, draw(near_days), tuple(groups), **{**drawn, **fixed})


ledgers = st.lists(answers(), max_size=8, unique_by=lambda line: line.id)


def by_definition(ledger, service, on, *, child, of_age):
    """Return the groups that are agreed to: there is a yes of the right person that nothing stands against."""
    minor = child or (of_age is not None and on < of_age)
    lines = [a for a in ledger if (a.purpose, a.recipient) == (PURPOSE, RECIPIENT) and a.service in (None, service)]
    return {group for group in POOL if _stands([a for a in lines if group in (a.groups or POOL)], on, minor, of_age)}


def _stands(lines, on, minor, of_age):
    speaker = "guardian" if minor else "self"
    heard = [a for a in lines if a.by == "guardian"] if minor else lines
    own_noes = [a for a in lines if a.by == "self" and a.state != "given"]
    own_yeses = [a for a in lines if a.by == "self" and a.state == "given"]
    if minor and not all(any(_lifts(yes, no) for yes in own_yeses) for no in own_noes):
        return False
    noes, yeses = [a for a in heard if a.state != "given"], [a for a in heard if a.state == "given"]
    if not all(any(_lifts(yes, no) for yes in yeses) for no in noes if no.service is not None):
        return False
    return any(
        yes.state == "given"
        and yes.by == speaker
        and not _run_out(yes, on)
        and not (of_age is not None and yes.at.date() < of_age <= on)
        and all(_gives_way(other, yes) for other in heard)
        for yes in heard
    )


def _lifts(yes, no):
    """Only a later yes lifts a no; one that was said of a service by its name only by its name."""
    return yes.at > no.at and (no.service is None or yes.service is not None)


def _run_out(yes, on):
    return yes.until is not None and yes.until < on


def _gives_way(other, yes):
    if other.at != yes.at:
        return other.at < yes.at
    return other.state == "given" and (other.until or date.max) >= (yes.until or date.max)
