"""What other systems are told of by webhooks: that something happened, to which random identifier, and no more.

INVARIANT (told if and only if it happened): a message is put into the store in the unit of work that writes the entry.
INVARIANT (a webhook carries no person): a message holds a kind of a closed list, a moment and random identifiers; that
of a case goes only to the organisation that keeps it, and only that service hears of a referral that it was sent.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args
from uuid import UUID

from pydantic import AwareDatetime

from nrm.audit.canonical import canonical
from nrm.casework.registry import Register
from nrm.rulebook.wording import Model
from nrm.vault.errors import VaultError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record
    from nrm.casework.safe import OpenCase

EventKind = Literal[
    "referral.sent", "referral.received", "referral.accepted", "referral.declined", "referral.started",
    "referral.completed", "referral.revoked", "referral.expired",
    "duty.late", "duty.escalated", "decision.made", "decision.disputed", "consent.withdrawn", "glass.broken",
    "rulebook.changed",
]  # fmt: skip
EVENT_KINDS: Final[tuple[EventKind, ...]] = get_args(EventKind)
"""Everything that a webhook can be told of."""

TEST: Final = "webhook.test"
"""The kind of a message that somebody asks for, to see whether it arrives; its subject is the webhook itself."""

AT_ONCE: Final = 100
"""Webhooks that are read at a time."""

KEPT: Final = timedelta(days=7)
"""How long a message waits to be delivered."""


class _Told(NamedTuple):
    kind: EventKind
    subject: str


_BY_VERB: Final[dict[str, _Told]] = {
    "referral:send": _Told("referral.sent", "referral"),
    "referral:receive": _Told("referral.received", "referral"),
    "referral:accept": _Told("referral.accepted", "referral"),
    "referral:decline": _Told("referral.declined", "referral"),
    "referral:start": _Told("referral.started", "referral"),
    "referral:complete": _Told("referral.completed", "referral"),
    "referral:revoke": _Told("referral.revoked", "referral"),
    "referral:expire": _Told("referral.expired", "referral"),
    "duty:late": _Told("duty.late", "clock"),
    "duty:escalate": _Told("duty.escalated", "clock"),
    "decision:make": _Told("decision.made", "decision"),
    "alarm:raise": _Told("decision.disputed", "decision"),
    "consent:withdraw": _Told("consent.withdrawn", "consent"),
    "glass:break": _Told("glass.broken", "glass"),
    "rulebook:enforce": _Told("rulebook.changed", "rulebook"),
}
"""Which entry of the log is told of, and what in its details it is about."""


class Hook(Model):
    """One webhook of an organisation; `made_by` is the account that hears when it is suspended.

    `secret` is what its messages are signed with, in hexadecimal.
    """

    id: UUID
    organisation: UUID
    made_by: UUID
    at: AwareDatetime
    url: str
    kinds: tuple[EventKind, ...]
    secret: str
    suspended: AwareDatetime | None = None


class HookState(Model):
    """How calling one webhook goes; its record has the identifier of the webhook, and is there while it is needed.

    `due` is when to call again after `attempts` calls that failed, the first of them at `failing`; a worker that has
    the `lease` calls until `leased`.
    """

    due: AwareDatetime
    attempts: int = 0
    failing: AwareDatetime | None = None
    lease: UUID | None = None
    leased: AwareDatetime | None = None


class HookMessage(Model):
    """One message on its way; `subject` is the random identifier of what it is about, or the digest of a rulebook."""

    id: UUID
    kind: EventKind | Literal["webhook.test"]
    at: AwareDatetime
    subject: str
    case: UUID | None = None


HOOKS: Final = Register("hook", Hook)
STATES: Final = Register("hook_state", HookState)
MESSAGES: Final = Register("hook_message", HookMessage)


def announce(
    desk: Desk,
    unit: UnitOfWork,
    verb: str,
    case: OpenCase | None,
    told: Mapping[str, Any],
    service: UUID | None,
) -> None:
    """Put a message for each webhook that is to hear of an entry into the store.

    `service` is the organisation of a service that knows of the referral that the entry is about.
    """
    found = _BY_VERB.get(verb)
    if found is None or found.subject not in told:
        return
    now = desk.clock()
    for held in hooks(desk, unit):
        hook = held.thing
        keeps = case is not None and hook.organisation == case.organisation
        hears = keeps or case is None or (service is not None and hook.organisation == service)
        if not hears or found.kind not in hook.kinds or hook.suspended is not None:
            continue
        message = HookMessage(
            id=in_time(now),
            kind=found.kind,
            at=now,
            subject=str(told[found.subject]),
            case=case.case if case is not None and keeps else None,
        )
        MESSAGES.add(desk, unit, message.id, message, owner=hook.id, until=now + KEPT)


def hooks(desk: Desk, unit: UnitOfWork, owner: UUID | None = None) -> Iterator[Record[Hook]]:
    """Yield all webhooks, or those of one organisation.

    INVARIANT (a broken webhook stops nobody's help): one that cannot be opened is passed over, because whatever happens
    in a case reads them all.
    """
    after = None
    while rows := unit.registry.listed(HOOKS.kind, owner, after, AT_ONCE):
        for row in rows:
            with suppress(VaultError):
                yield HOOKS.opened(desk, row)
        after = rows[-1].record


def body(message: HookMessage) -> bytes:
    """Return what is sent: canonical JSON, so that it is the same bytes at every try."""
    data = {"subject": message.subject}
    if message.case is not None:
        data["case"] = str(message.case)
    return canonical({"id": str(message.id), "type": message.kind, "timestamp": message.at.isoformat(), "data": data})


def in_time(now: datetime) -> UUID:
    """Return a new identifier that sorts by time (RFC 9562, version 7), so that what is listed first is the oldest."""
    moment = int(now.timestamp() * 1000).to_bytes(6, "big")
    rest = secrets.token_bytes(10)
    return UUID(bytes=moment + bytes([0x70 | rest[0] & 0x0F, rest[1], 0x80 | rest[2] & 0x3F]) + rest[3:])
