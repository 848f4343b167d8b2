"""How `nrm oversight` shows events and statistics of access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from nrm.cli.output import OF_LOG, Printer, counted

if TYPE_CHECKING:
    from nrm.casework.oversight.access_statistics import AccessStatistics
    from nrm.casework.oversight.events import Found

COUNTED = (
    "Counted are entries, which are what officials did, and not cases or people: a case that is read ten times counts"
    " ten times, and nobody can tell from the log how many cases there were."
)
_SHOWN = 8
"""Digits of a pseudonym that people compare; `--json` has all."""


def show_events(found: Found) -> None:
    """Print events as a table, and where to go on."""
    out = Printer()
    table = Table(box=None, pad_edge=False)
    for heading in ("", "time (UTC)", "action", "result", "role", "actor"):
        table.add_column(heading, overflow="fold", no_wrap=heading in {"time (UTC)", "action", "actor"})
    for place, one in found.events:
        ended = one.result if one.why is None else f"{one.result}: {one.why}"
        actor = (one.actor or "")[:_SHOWN]
        table.add_row(str(place), f"{one.time:%Y-%m-%d %H:%M:%S}", one.action, ended, one.role or "", actor)
    out.console.print(table)
    said = f"{counted(len(found.events), 'event')}; the log has {counted(found.size, *OF_LOG)}"
    out.line(said if found.after is None else f"{said}; go on with --after {found.after}", "dim")


def statistics_json(found: AccessStatistics) -> dict[str, Any]:
    """Return statistics for other programs, rows in the order of days and officials."""
    rows = [{**row._asdict(), **vars(done)} for row, done in _in_order(found)]
    counts = {name: dict(sorted(getattr(found, name).items())) for name in ("denied", "failed", "watched", "missed")}
    return {"counted": COUNTED, "entries": found.entries, "rows": rows, **counts}


def show_statistics(found: AccessStatistics) -> None:
    """Print statistics: a row for each official and day, then what stands out."""
    out = Printer()
    table = Table(box=None, pad_edge=False)
    for heading in ("day (UTC)", "actor", "role", "opened", "groups", "glass", "written", "denied"):
        table.add_column(heading, no_wrap=heading != "role", overflow="fold")
    for row, done in _in_order(found):
        numbers = (done.opened, done.groups, done.glass, done.written, done.denied)
        table.add_row(row.day, (row.actor or "")[:_SHOWN], row.role or "", *map(str, numbers))
    out.console.print(table)
    named = (
        ("denied", found.denied),
        ("failed", found.failed),
        ("glass and alarms", found.watched),
        ("clocks missed", found.missed),
    )
    for name, counts in named:
        out.line(f"{name}: " + (", ".join(f"{word} {count}" for word, count in sorted(counts.items())) or "none"))
    out.line(f"{counted(found.entries, *OF_LOG)}. {COUNTED}", "dim")


def _in_order(found: AccessStatistics) -> list[tuple[Any, Any]]:
    return sorted(found.rows.items(), key=lambda pair: tuple(part or "" for part in pair[0]))
