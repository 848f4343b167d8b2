"""The table of who may do what, made by asking the policies: for overseers to read, and for the API to obey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from nrm.access.decide import made
from nrm.access.request import ROLES, Account, Case, Statistics
from nrm.access.standing import SHARED, somebody

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.access.decide import Policies, Verdict
    from nrm.access.request import Glass, Resource
    from nrm.access.standing import Whose

Standing = Literal["own", "other", "glass", "self", "nobody", "shared", "caseload", "access"]
"""How a record stands to the asker.

`own` and `other` say which organisation, service, author or account it belongs to; `glass` is another organisation's
case for which the asker broke the glass; `self` the asker's very own account; `nobody` is a record that there is not.
Of some kinds there is one for everybody (`shared`), and tables are of the `caseload` or of `access`.
"""

ALLOWED: Final = "allowed"
NOT_FOUND: Final = "not_found"


@dataclass(frozen=True, order=True)
class Line:
    """One line: what comes out when a role does something to a record that stands so, and by which policies.

    `outcome` is `allowed`, `not_found` (only of `nobody`), or the word of the log for the denial. Where it is
    `other_organisation`, the asker hears what is said where there is none.
    """

    action: str
    kind: str
    role: str
    standing: Standing
    outcome: str
    policies: tuple[str, ...]


def table(policies: Policies) -> tuple[Line, ...]:
    """Return every action on every kind of record, in every role, however the record stands to the asker."""
    return tuple(
        line for action, kind in policies.pairs for role in ROLES for line in _lines(policies, action, kind, role)
    )


def _lines(policies: Policies, action: str, kind: type[Resource], role: str) -> Iterator[Line]:
    who = somebody(role)
    for standing, whose, glass in _standings(kind):
        verdict = policies.decide(made(who, action, kind, whose, glass))
        yield Line(action, kind.__name__, role, standing, outcome(verdict), verdict.policies)
    if kind not in SHARED and kind is not Statistics:
        ever = policies.ever(role, action, kind)
        yield Line(action, kind.__name__, role, "nobody", NOT_FOUND if ever else "not_permitted", ())


def outcome(verdict: Verdict) -> str:
    """Return `allowed`, or why not."""
    return ALLOWED if verdict.allowed else verdict.why or "not_permitted"


def _standings(kind: type[Resource]) -> Iterator[tuple[Standing, Whose, Glass]]:
    if kind in SHARED:
        yield "shared", "own", "none"
        return
    if kind is Statistics:
        yield "caseload", "own", "none"
        yield "access", "other", "none"
        return
    yield "own", "own", "none"
    yield "other", "other", "none"
    if kind is Case:
        yield "glass", "other", "in_force"
    if kind is Account:
        yield "self", "self", "none"


def allowed_roles(lines: tuple[Line, ...]) -> dict[tuple[str, str], dict[Standing, list[str]]]:
    """Return, for each kind and action, which roles may, by how the record stands to them."""
    found: dict[tuple[str, str], dict[Standing, list[str]]] = {}
    for line in lines:
        roles = found.setdefault((line.kind, line.action), {})
        if line.outcome == ALLOWED:
            roles.setdefault(line.standing, []).append(line.role)
    return found
