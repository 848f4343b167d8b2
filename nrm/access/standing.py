"""Records as they stand to somebody: one of their own, and one of another's. Made up, to ask the policies with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

from nrm.access.request import (
    Account,
    Bundle,
    Case,
    Caseload,
    Directory,
    Entry,
    Installation,
    Log,
    Principal,
    Referral,
    Session,
    Statistics,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from nrm.access.request import Resource

Whose = Literal["own", "other", "self"]

SOMEBODY, ELSEWHERE, UNIT, OTHER_UNIT = UUID(int=1), UUID(int=2), "unit", "other_unit"
"""Who asks in a made-up request, another one, and where the two sit."""

MADE: Final[dict[type[Resource], Callable[[Principal, Whose], Resource]]] = {
    Case: lambda who, whose: Case(_who(who, whose), _organisation(who, whose)),
    Caseload: lambda who, whose: Caseload(_organisation(who, whose)),
    Referral: lambda who, whose: Referral(_organisation(who, whose), _organisation(who, whose)),
    Entry: lambda who, whose: Entry(_organisation(who, whose)),
    Bundle: lambda who, whose: Bundle(_who(who, whose), who.unit if whose == "own" else OTHER_UNIT),
    Account: lambda who, whose: Account(who.who if whose == "self" else ELSEWHERE, _organisation(who, whose)),
    Session: lambda who, whose: Session(_who(who, whose)),
    Directory: lambda _who, _whose: Directory(),
    Log: lambda _who, _whose: Log(),
    Installation: lambda _who, _whose: Installation(),
    Statistics: lambda _who, whose: Statistics("caseload" if whose == "own" else "access"),
}
"""For each kind of record, how one that is the asker's own looks, and one that is another's.

The `own` account is one of the asker's organisation, and only that of `self` their very own. Statistics belong to
nobody: here, `own` are those of the caseload, `other` those of access.
"""

SHARED: Final = frozenset({Directory, Log, Installation})
"""Kinds of which there is one for everybody."""


def somebody(role: str) -> Principal:
    """Return somebody made up in this role."""
    return Principal(SOMEBODY, SOMEBODY, role, UNIT)


def record(kind: type[Resource], who: Principal, whose: Whose) -> Resource:
    """Return a made-up record of this kind, the asker's own or another's."""
    return MADE[kind](who, whose)


def _who(who: Principal, whose: Whose) -> UUID:
    return ELSEWHERE if whose == "other" else who.who


def _organisation(who: Principal, whose: Whose) -> UUID:
    return ELSEWHERE if whose == "other" else who.organisation
