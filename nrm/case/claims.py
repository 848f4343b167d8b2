"""What single places of a record say about coded facts, and how several such claims become one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nrm.case.fields import UNKNOWN
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nrm.case.record import CodedFacts

FactText = str | tuple[str, ...]
FactValue = FactText | int

DISPUTED = "disputed"
AGE_FACTS = frozenset({"age_status", "age_status_at_exploitation"})

OPENS = {
    "act_linked_to_trafficking": "no",
    "consent_to_police_contact": "given",
    "consent_to_referral": "given",
    "consent_to_share_abroad": "given",
    "consent_to_share_identity": "given",
    "consent_to_statistics": "given",
    "family_contact_assessed_safe": "yes",
    "guardian_appointed": "yes",
    "return_assessed_safe": "yes",
}
"""INVARIANT (doubt in the record is not overruled by a code): where a place of the record leaves one of these facts
open, as an expired consent does, no other place may say the value that takes protection away."""


class Claim(NamedTuple):
    """One place of the record says one value of one fact; `unknown` says that the place leaves it open."""

    fact: str
    value: FactValue
    place: str


def combine(claims: Iterable[Claim], given: CodedFacts, file: str) -> tuple[dict[str, FactValue], list[Problem]]:
    """Return one value for each fact that is established, and where places of the record do not agree.

    `given` is the group `facts`. Facts that only it holds are passed on as they are; the vocabulary judges them later.
    """
    by_fact: dict[str, list[Claim]] = {}
    for claim in claims:
        by_fact.setdefault(claim.fact, []).append(claim)
    values: dict[str, FactValue] = {name: value for name, value in given.items() if name not in by_fact}
    problems: list[Problem] = []
    for fact, found in sorted(by_fact.items()):
        found.extend(_given(fact, given, found[0].value))
        value = _one_value(fact, found, file, problems)
        if value not in (UNKNOWN, ()):
            values[fact] = value
    return values, problems


def _given(fact: str, given: Mapping[str, FactText], like: FactValue) -> Iterable[Claim]:
    """Return what the group `facts` says of `fact`, in the form that the other claims have."""
    value: FactValue | None = given.get(fact)
    if value is None or value in (UNKNOWN, ()):
        return
    if isinstance(like, tuple) and isinstance(value, str):
        value = (value,)
    elif isinstance(like, int) and isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    yield Claim(fact, value, f"facts.{fact}")


def _one_value(fact: str, claims: list[Claim], file: str, problems: list[Problem]) -> FactValue:
    if isinstance(claims[0].value, tuple):
        codes = [code for claim in claims if isinstance(claim.value, tuple) for code in claim.value]
        return tuple(dict.fromkeys(codes))
    said = [claim for claim in claims if claim.value != UNKNOWN]
    left_open = [claim for claim in claims if claim.value == UNKNOWN]
    first = said[0] if said else claims[0]
    others = [claim for claim in said if claim.value != first.value]
    if others and fact in AGE_FACTS:
        return DISPUTED
    if first.value == OPENS.get(fact):
        others.extend(left_open)
    if others:
        what = f"`{first.place}` and `{others[0].place}` do not agree on `{fact}`"
        problems.append(Problem(file, 0, what, "correct the one that is wrong, or leave it out"))
    return first.value
