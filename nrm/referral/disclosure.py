"""What a package may carry: what a rule discloses, and consent or a duty allows, and the service says it needs.

INVARIANT (three yeses): a group is in a permission only if the disclosure of a rule names it, and the person agreed to
it (or the duty that is named stands in the plan), and the service said that it needs it. Whatever is missing or not
known permits nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nrm.referral.agreement import agreed
from nrm.rulebook.vocabulary import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from nrm.directory.service import Key
    from nrm.engine.plan import Plan
    from nrm.referral.consent import Answer
    from nrm.rulebook.vocabulary import Disclosure, Group, Vocabulary

Why = Literal[
    "not_in_plan", "barred", "disputed", "no_consent", "refused", "withdrawn", "consent_over", "guardian_needed"
]


@dataclass(frozen=True)
class Permission:
    """What may be sent to one service under one disclosure.

    `groups` are in the order of the vocabulary and may be empty: then the service learns only that somebody needs it.
    `consents` are the lines of the ledger that it rests on, `until` the last day on which all of them hold.
    `sources` are the paragraphs of the rules that disclose.
    """

    disclosure: str
    recipient: str
    purpose: str
    basis: Literal["consent", "duty"]
    duty: str | None
    groups: tuple[Group, ...]
    consents: tuple[UUID, ...]
    until: date | None
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Withheld:
    """Why nothing may be sent under this disclosure."""

    disclosure: str
    why: Why


def permission(
    plan: Plan,
    words: Vocabulary,
    ledger: Iterable[Answer],
    disclosure: str,
    service: Key,
    needs: Iterable[Group] | None,
    on: date,
    *,
    child: bool,
    of_age: date | None,
) -> Permission | Withheld:
    """Return what may be sent to `service` under `disclosure` on the day `on`, or why nothing may.

    `words` are those of the rulebook that made `plan`. `needs` are the groups that the service says it needs; None, if
    it has not said, is no group at all. `child` and `of_age` say who may agree (`nrm.referral.agreement.agreed`). That
    the service is of the kind that the disclosure names is for whoever chose the service to make sure.

    INVARIANT (a dispute discloses nothing): where the engines differ, a person looks before anything is sent.
    """
    said = words.disclosures.get(disclosure)
    why = "not_in_plan" if said is None else _in_the_way(plan, disclosure, said)
    if said is None or why is not None:
        return Withheld(disclosure, why or "not_in_plan")
    allowed = frozenset(said.groups)
    consents: tuple[UUID, ...] = ()
    until: date | None = None
    if said.basis == "consent":
        agreement = agreed(ledger, said.purpose, said.recipient, service, on, child=child, of_age=of_age)
        if agreement.why is not None:
            return Withheld(disclosure, agreement.why)
        allowed, consents, until = allowed & agreement.groups, agreement.answers, agreement.until
    wanted = allowed & frozenset(needs or ())
    return Permission(
        disclosure=disclosure,
        recipient=said.recipient,
        purpose=said.purpose,
        basis=said.basis,
        duty=said.duty,
        groups=tuple(group for group in GROUPS if group in wanted),
        consents=consents,
        until=until,
        sources=_sources(plan, disclosure),
    )


def _in_the_way(plan: Plan, code: str, said: Disclosure) -> Why | None:
    """Return what of the plan stands against a disclosure; the duty that one rests on must stand in the plan too."""
    if plan.disputed:
        return "disputed"
    wanted = {code} if said.duty is None else {code, said.duty}
    if wanted & {line.code for line in plan.withheld}:
        return "barred"
    given = plan.codes("disclosure") | plan.codes("duty")
    return None if wanted <= given else "not_in_plan"


def _sources(plan: Plan, code: str) -> tuple[str, ...]:
    lines = (line for line in plan.of("disclosure") if line.code == code)
    return tuple(sorted({source for line in lines for one in line.reasons for source in one.step.rule.sources}))
