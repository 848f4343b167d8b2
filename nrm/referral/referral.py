"""One referral: one service asked for one thing, from the first draft to its end."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from nrm.rulebook.vocabulary import Group
from nrm.rulebook.wording import Code, Model

State = Literal[
    "draft", "sent", "received", "accepted", "declined", "in_progress", "completed", "revoked", "expired"
]  # fmt: skip
Verb = Literal["draft", "send", "receive", "accept", "decline", "start", "complete", "revoke", "expire"]

LIVE: frozenset[State] = frozenset({"draft", "sent", "received", "accepted", "in_progress"})
"""The states in which a referral still holds its offer."""

ANSWERED: frozenset[State] = frozenset({"accepted", "in_progress", "completed"})
"""The states in which the service has taken the person."""


class Passed(Model):
    """One step that a referral has taken: when, which, by whom (a role), and a code for the reason if there is one."""

    at: AwareDatetime
    verb: Verb
    by: Code
    reason: Code | None = None


class Referral(Model):
    """What is kept of one referral, sealed with the key of its case.

    `offer` is None when only a duty is fulfilled. `service` is its key in the directory, `age` the recipient that the
    package is sealed to, `message` the package that was sent last and `digest` the SHA-256 of its sealed bytes in
    hexadecimal. `consents` are the lines of the ledger that it rests on. `decision` is the one whose plan permits it.
    """

    id: UUID
    state: State
    offer: Code | None
    disclosure: Code
    recipient: Code
    purpose: Code
    basis: Literal["consent", "duty"]
    duty: Code | None = None
    groups: tuple[Group, ...]
    consents: tuple[UUID, ...] = ()
    service: tuple[str, str]
    age: str
    decision: UUID
    message: UUID | None = None
    digest: str | None = None
    made_at: AwareDatetime
    expires_at: AwareDatetime
    passed: tuple[Passed, ...] = ()

    @property
    def live(self) -> bool:
        """Say whether it still holds its offer."""
        return self.state in LIVE
