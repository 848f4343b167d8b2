"""How `nrm case` shows what was done with a stored case, and its past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from nrm.casework.cases.keep import ALREADY_KNOWN
from nrm.cli.output import Printer, print_json

if TYPE_CHECKING:
    from nrm.casework.cases.history import History
    from nrm.casework.cases.keep import Kept


def show_kept(kept: Kept, *, as_json: bool) -> None:
    """Show a case after a change, and whether another case has one of its identifiers."""
    if as_json:
        print_json(
            {
                "case": str(kept.case),
                "version": kept.version,
                "duplicate": kept.duplicate,
                "not_compared": kept.not_compared,
            }
        )
        return
    out = Printer()
    out.line(f"case {kept.case} · version {kept.version}")
    if kept.duplicate:
        out.line(ALREADY_KNOWN, "yellow")
    if kept.not_compared:
        what = f"{kept.not_compared} identifier(s) could not be compared; write phone numbers with their country code"
        out.line(what, "yellow")


def show_history(found: History, *, as_json: bool) -> None:
    """Show versions, decisions and entries of a case."""
    if as_json:
        print_json(_history(found))
        return
    out = Printer()
    table = Table(box=None, pad_edge=False)
    for heading in ("time (UTC)", "action", "result", "role", "groups"):
        table.add_column(heading, overflow="fold")
    for one in found.events:
        table.add_row(f"{one.at:%Y-%m-%d %H:%M:%S}", one.action, one.result, one.role, ", ".join(one.groups))
    out.console.print(table)
    for made in found.decisions:
        out.line(
            f"decision {made.decision} on {made.on} · version {made.version} · rulebook {made.rulebook[:16]}", "dim"
        )


def _history(found: History) -> dict[str, Any]:
    return {
        "versions": [{"version": version, "group": group} for version, group in found.versions],
        "decisions": [
            {
                "decision": str(one.decision),
                "version": one.version,
                "made": one.made_at.isoformat(),
                "on": one.on.isoformat(),
                "country": one.country,
                "rulebook": one.rulebook,
                "digest": one.digest,
                "disputed": one.disputed,
            }
            for one in found.decisions
        ],
        "events": [
            {
                "event": str(one.event),
                "time": one.at.isoformat(),
                "action": one.action,
                "result": one.result,
                "role": one.role,
                "groups": list(one.groups),
                "details": one.details,
            }
            for one in found.events
        ],
    }
