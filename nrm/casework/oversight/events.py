"""Find events of the published log, and say which official a pseudonym stands for; each look is an entry of its own.

What comes out are the entries as the log has them: they name no person and no case. Whoever holds a copy of the log
finds the same with any program; this is for those who do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from nrm.access import Log
from nrm.audit.actions import ACTIONS, REASONS
from nrm.audit.entries import published_leaves, published_size, sketch
from nrm.audit.entry import Entry, actor_pseudonym, decode
from nrm.casework.asked import permit
from nrm.casework.journal import Journal
from nrm.casework.oversight.reason import check_reason
from nrm.errors import Problem, UnknownNameError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from nrm.audit.source import Source
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork

MOST_SCANNED: Final = 200_000
"""Entries that one question looks at; the next question goes on behind them."""
TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
"""How an entry writes its time; two such texts stand in the order of their times."""

_PSEUDONYM: Final = re.compile(r"[0-9a-f]{32}")
_VERBS: Final = frozenset(action.partition(":")[2] for action in ACTIONS)


@dataclass(frozen=True)
class Wanted:
    """What an event must have; None asks for nothing.

    `actor`, `organisation` and `case` are pseudonyms, `action` is `source:subject:verb` or `subject:verb`. Times are
    aware; `since` is the first moment that counts, `until` the first that does not.
    """

    actor: str | None = None
    organisation: str | None = None
    case: str | None = None
    action: str | None = None
    result: str | None = None
    why: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Found:
    """Events with their places, in order; `after` is where to go on, None when the end of the log was reached."""

    events: tuple[tuple[int, Entry], ...]
    after: int | None
    size: int


def search_events(
    desk: Desk, asked: Asked, log: Source, wanted: Wanted, reason: str, after: int = -1, most: int = 100
) -> Found:
    """Return published events behind the place `after`, `most` at most; that it was searched, and why, is an entry.

    Raises:
        UnknownNameError: there is no such reason, action or result, or what is given is no pseudonym.
        DeniedError: the role may not.
        LogError: the published files cannot be read.
    """
    check_reason(reason)
    _check(wanted)
    _told(desk, asked, "event:search", reason)
    return find(log, wanted, after, most)


def find(log: Source, wanted: Wanted, after: int = -1, most: int = 100) -> Found:
    """Return published events behind the place `after` (errors as `published_leaves`); needs no installation."""
    size = published_size(log)
    start = max(0, after + 1)
    events: list[tuple[int, Entry]] = []
    asked = _asked(wanted)
    place = start - 1
    for place, leaf in enumerate(published_leaves(log, start, size), start):
        # Read in full only when it is one: that takes ten times as long.
        if _fits(sketch(leaf), wanted, asked):
            events.append((place, decode(leaf)))
        if len(events) == most or place - start + 1 == MOST_SCANNED:
            break
    return Found(tuple(events), place if place + 1 < size else None, size)


def whose(desk: Desk, asked: Asked, accounts: Iterable[UUID], pseudonym: str) -> UUID | None:
    """Return which of `accounts` the pseudonym of an official stands for, or None; that it was asked is an entry.

    Raises:
        UnknownNameError: it is no pseudonym.
        DeniedError: the role may not.
    """
    _check(Wanted(actor=pseudonym))
    _told(desk, asked, "user:reveal", None)
    return next((one for one in accounts if actor_pseudonym(desk.actor_key, "actor", one) == pseudonym), None)


def _told(desk: Desk, asked: Asked, verb: str, reason: str | None) -> None:
    """Let pass who may, and write that they look, before they see anything: an answer never has no entry."""
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> None:
        permit(asked, verb, Log())
        journal.write(unit, verb, purpose=reason, basis="oversight")

    journal.attempt(verb, work)


def _asked(wanted: Wanted) -> dict[str, str]:
    """Return what a field of an entry must be, besides time and action."""
    plain = {one.name: getattr(wanted, one.name) for one in fields(wanted)}
    return {name: value for name, value in plain.items() if isinstance(value, str) and name != "action"}


def _fits(leaf: dict[str, Any], wanted: Wanted, asked: dict[str, str]) -> bool:
    action, time = leaf["action"], leaf["time"]
    return (
        all(leaf.get(name) == value for name, value in asked.items())
        and (wanted.action is None or wanted.action in {action, action.partition(":")[2]})
        and (wanted.since is None or time >= moment(wanted.since))
        and (wanted.until is None or time < moment(wanted.until))
    )


def moment(time: datetime) -> str:
    """Return a time as entries write it."""
    return time.astimezone(UTC).strftime(TIME)


def _check(wanted: Wanted) -> None:
    problems = [
        Problem(name, 0, "this is no pseudonym of an entry", "copy the 32 digits that the log has")
        for name in ("actor", "organisation", "case")
        if (value := getattr(wanted, name)) is not None and not _PSEUDONYM.fullmatch(value)
    ]
    reasons = {why for of in REASONS.values() for why in of}
    words = (("action", {*ACTIONS, *_VERBS}), ("result", {*REASONS}), ("why", reasons))
    for name, known in words:
        value = getattr(wanted, name)
        if value is not None and value not in known:
            problems.append(Problem(name, 0, "the log has no such word", nearest(value, known)))
    if problems:
        raise UnknownNameError(problems)
