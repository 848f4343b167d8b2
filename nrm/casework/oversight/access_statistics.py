"""How access is used, counted from the log alone: who opened how much, who was denied, glass, alarms and clocks.

What is counted are entries, that is, what officials did, and never people: an entry has another pseudonym of its case
each time, so that nobody can say from the log how many cases or persons stand behind 500 openings. "Opened" is an entry
that is done and names groups; `groups` adds up how many groups these entries opened. One case that is read ten times
counts ten times.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from nrm.access import Statistics
from nrm.audit.entries import published_leaves, published_size, sketch
from nrm.casework.asked import permit
from nrm.casework.journal import Journal
from nrm.casework.oversight.events import moment
from nrm.casework.oversight.reason import check_reason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from nrm.audit.source import Source
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork

WATCHED: Final = frozenset({"glass", "alarm"})
"""Subjects of which every verb is counted by itself: break-the-glass, and disputes between the engines."""
MISSED: Final = frozenset({"duty:late", "duty:escalate"})
"""What is written when a clock was missed."""
WRITES: Final = frozenset({"case:open", "group:change"})
"""What writes groups; all else that names groups reads them."""


class Row(NamedTuple):
    """One official in one role on one day (UTC): pseudonyms, None where nobody is signed in or the person asks."""

    day: str
    actor: str | None
    role: str | None
    organisation: str | None


@dataclass
class Done:
    """What a `Row` did: entries that read groups, how many groups, entries that wrote, entries that were denied.

    `glass` is how many of `opened` were of a case of another organisation, by breaking the glass.
    """

    opened: int = 0
    groups: int = 0
    glass: int = 0
    written: int = 0
    denied: int = 0


@dataclass(frozen=True)
class AccessStatistics:
    """Counts of entries in a window of time; `entries` is how many there are in it.

    `denied` and `failed` count by reason, `watched` by verb (`glass:break`, `alarm:raise`, …), `missed` by verb.
    """

    entries: int
    rows: dict[Row, Done]
    denied: dict[str, int]
    failed: dict[str, int]
    watched: dict[str, int]
    missed: dict[str, int]


def count_access(
    leaves: Iterable[bytes], since: datetime | None = None, until: datetime | None = None
) -> AccessStatistics:
    """Count the entries from `since` to just before `until`; pure, one entry at a time, in memory only what it returns.

    Raises:
        EntryRefusedError: a leaf is not an entry.
    """
    first = moment(since) if since is not None else ""
    last = moment(until) if until is not None else "~"  # behind every time
    rows: dict[Row, Done] = {}
    entries, denied, failed, watched, missed = 0, Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for leaf in leaves:
        one = sketch(leaf)
        time, verb, result = one["time"], one["action"].partition(":")[2], one["result"]
        if not first <= time < last:
            continue
        entries += 1
        if result == "denied":
            denied[one.get("why", "")] += 1
        elif result == "failed":
            failed[one.get("why", "")] += 1
        elif verb in MISSED:
            missed[verb] += 1
        elif verb.partition(":")[0] in WATCHED:
            watched[verb] += 1
        groups = one.get("groups", ())
        if result == "denied" or (groups and result == "done"):
            row = Row(time[:10], one.get("actor"), one.get("role"), one.get("organisation"))
            done = rows.setdefault(row, Done())
            if result == "denied":
                done.denied += 1
            elif verb in WRITES:
                done.written += 1
            else:
                done.opened += 1
                done.groups += len(groups)
                done.glass += one.get("basis") == "break_glass"
    return AccessStatistics(entries, rows, dict(denied), dict(failed), dict(watched), dict(missed))


def access_statistics(
    desk: Desk,
    asked: Asked,
    log: Source,
    reason: str,
    since: datetime | None = None,
    until: datetime | None = None,
) -> AccessStatistics:
    """Count what the published log has of a window; that it was asked for, and why, is an entry.

    Raises:
        UnknownNameError: there is no such reason.
        DeniedError: the role may not.
        LogError: the published files cannot be read.
    """
    check_reason(reason)
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> None:
        permit(asked, "statistics:read", Statistics("access"))
        journal.write(unit, "statistics:read", purpose=reason, basis="oversight")

    journal.attempt("statistics:read", work)
    return count_access(published_leaves(log, 0, published_size(log)), since, until)
