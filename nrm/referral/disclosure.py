"""What a package may carry: what a rule discloses, and consent or a duty allows, and the service says it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from nrm.rulebook.vocabulary import Group

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
