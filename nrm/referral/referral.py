"""One referral: one service asked for one thing, from the first draft to its end."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from nrm.rulebook.vocabulary import Group
from nrm.rulebook.wording import Code, Language, Model, Words

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


class Circle(Model):
    """A circle around a place of the exploiters, in degrees (WGS 84) and kilometres."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    kilometres: float = Field(gt=0)


class Where(Model):
    """Where a service may be, besides what the record says: it counts for every service that is tried for an offer.

    `region` is where the person is, if not as in the record; `near` degrees of latitude and longitude; `avoided` names
    of regions; `earliest` the first day of need; `unit` what must be free, such as `bed`.
    """

    region: str = ""
    near: tuple[float, float] | None = None
    circles: tuple[Circle, ...] = ()
    avoided: tuple[Words, ...] = ()
    earliest: date | None = None
    unit: Words | None = None


class Referral(Model):
    """What is kept of one referral, sealed with the key of its case.

    `offer` is None when only a duty is fulfilled. `service` is its key in the directory, `age` the recipient that the
    package is sealed to, `message` the package that was sent last, `digest` the SHA-256 of its sealed bytes in
    hexadecimal. `consents` are the lines of the ledger that it rests on. `decision` is the one whose plan permits it.
    `attachments` are those of the case that go with it.
    `child` (treated as one) and `of_age` are what was known of the person's age when it was made. `transporter` is the
    one official who may learn a confidential address, once the service accepted. `recalled` says that the service was
    asked to delete what it has of a referral that had ended before the consent did.
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
    language: Language = "en"
    where: Where = Where()
    attachments: tuple[UUID, ...] = ()
    child: bool = False
    of_age: date | None = None
    transporter: UUID | None = None
    message: UUID | None = None
    digest: str | None = None
    made_at: AwareDatetime
    expires_at: AwareDatetime
    passed: tuple[Passed, ...] = ()
    recalled: bool = False

    @property
    def live(self) -> bool:
        """Say whether it still holds its offer."""
        return self.state in LIVE
