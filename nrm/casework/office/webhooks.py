"""Webhooks of an organisation: where other systems are told that something happened (`announcing` says of what)."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from nrm.access import Installation
from nrm.casework.asked import permit
from nrm.casework.errors import CaseworkError, NoSuchRecordError
from nrm.casework.journal import Journal
from nrm.casework.office.announcing import EVENT_KINDS, HOOKS, MESSAGES, STATES, Hook, hooks
from nrm.errors import Problem, UnknownNameError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.office.announcing import EventKind
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record

MOST: Final = 20
"""Webhooks that one organisation may have: each is looked at with every entry that can be told of."""

SECRET_BYTES: Final = 32
PREFIX: Final = "whsec_"
"""How a secret is written for people (Standard Webhooks, https://www.standardwebhooks.com)."""

Refuses = str | None
"""Why an address cannot be called, in words; None when it can."""


@dataclass(frozen=True)
class Registered:
    """A webhook that was added, with its secret: told once, and never again."""

    hook: UUID
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Shown:
    """A webhook as its organisation sees it; `waiting` counts messages to deliver, up to 100."""

    hook: UUID
    version: int
    url: str
    kinds: tuple[EventKind, ...]
    at: datetime
    suspended: datetime | None
    waiting: int


def add_webhook(
    desk: Desk, asked: Asked, url: str, kinds: Sequence[str], refuses: Callable[[str], Refuses]
) -> Registered:
    """Add a webhook of the asker's organisation for these kinds of events, and return its secret.

    `refuses` says why an address cannot be called (`nrm.delivery.hooks`): whom an installation may reach is the choice
    of those who run it.

    Raises:
        UnknownNameError: there is no such kind, none is named, or the address cannot be called; every fault at once.
        TooManyError: the organisation has `MOST` already.
        DeniedError: the role may not.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Registered:
        permit(asked, "webhook:create", Installation())
        wanted = tuple(kind for kind in EVENT_KINDS if kind in kinds)
        check(url, kinds, refuses)
        if sum(1 for _ in hooks(desk, unit, asked.organisation)) >= MOST:
            raise TooManyError
        secret = secrets.token_bytes(SECRET_BYTES)
        hook = Hook(
            id=uuid4(),
            organisation=asked.organisation,
            made_by=asked.who,
            at=desk.clock(),
            url=url,
            kinds=wanted,
            secret=secret.hex(),
        )
        HOOKS.add(desk, unit, hook.id, hook, owner=asked.organisation)
        journal.write(unit, "webhook:create")
        return Registered(hook.id, PREFIX + base64.b64encode(secret).decode())

    return journal.attempt("webhook:create", work)


def webhooks(desk: Desk, asked: Asked) -> list[Shown]:
    """Return the webhooks of the asker's organisation, without their secrets. Raises `DeniedError`."""
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> list[Shown]:
        permit(asked, "webhook:read", Installation())
        journal.write(unit, "webhook:read")
        found = [shown(desk, unit, held) for held in hooks(desk, unit, asked.organisation)]
        return sorted(found, key=lambda one: (one.at, one.hook))

    return journal.attempt("webhook:read", work)


def remove_webhook(desk: Desk, asked: Asked, hook: UUID) -> None:
    """Remove a webhook with everything that waits for it.

    Raises:
        NoSuchRecordError: there is none, or it is another organisation's.
        DeniedError: the role may not.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> None:
        permit(asked, "webhook:remove", Installation())
        held = own(desk, unit, asked, hook)
        MESSAGES.remove_owned(unit, hook)
        STATES.remove(unit, hook)
        HOOKS.remove(unit, held.row.record)
        journal.write(unit, "webhook:remove")

    journal.attempt("webhook:remove", work)


def resume_webhook(desk: Desk, asked: Asked, hook: UUID) -> Shown:
    """Let a webhook that was suspended be called again; it is told of what happens from now on.

    Raises:
        NoSuchRecordError, StaleVersionError: there is none, it is another organisation's, or somebody else changed it.
        DeniedError: the role may not.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Shown:
        permit(asked, "webhook:change", Installation())
        held = own(desk, unit, asked, hook)
        if held.thing.suspended is not None:
            held = HOOKS.change(desk, unit, held, held.thing.model_copy(update={"suspended": None}))
            STATES.remove(unit, hook)
        journal.write(unit, "webhook:change")
        return shown(desk, unit, held)

    return journal.attempt("webhook:change", work)


def own(desk: Desk, unit: UnitOfWork, asked: Asked, hook: UUID) -> Record[Hook]:
    """Return a webhook of the asker's organisation. Raises `NoSuchRecordError`."""
    held = HOOKS.get(desk, unit, hook)
    if held is None or held.thing.organisation != asked.organisation:
        raise NoSuchRecordError
    return held


def shown(desk: Desk, unit: UnitOfWork, held: Record[Hook]) -> Shown:
    """Return a webhook as its organisation sees it."""
    one = held.thing
    waiting = len(MESSAGES.listed(desk, unit, owner=one.id))
    return Shown(one.id, held.version, one.url, one.kinds, one.at, one.suspended, waiting)


def check(url: str, kinds: Sequence[str], refuses: Callable[[str], Refuses]) -> None:
    """Refuse what cannot be called, or of nothing. Raises `UnknownNameError`, every fault at once."""
    faults = [
        Problem("events", 0, f"there is no event `{kind}`", nearest(kind, EVENT_KINDS))
        for kind in kinds
        if kind not in EVENT_KINDS
    ]
    if not kinds:
        faults.append(Problem("events", 0, "no event is named", f"name some of: {', '.join(EVENT_KINDS)}"))
    why = refuses(url)
    if why is not None:  # the address is not repeated: a password may stand in it
        todo = "give a plain `https://` address of a host in `hosts` of the installation's `delivery`"
        faults.append(Problem("url", 0, why, todo))
    if faults:
        raise UnknownNameError(faults)


class TooManyError(CaseworkError):
    """The organisation has as many webhooks as it may have."""

    def __init__(self) -> None:
        super().__init__(Problem("webhook", 0, f"there are `{MOST}` already", "remove one that nobody needs"))
