"""Published rulebooks as a table, one with its steps, and both as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.kept import Publication
    from nrm.casework.rulebooks.reading import Told
    from nrm.cli.output import Printer

STYLES = {"in_force": "green", "approved": "green", "rejected": "red", "rolled_back": "red"}


def plain(record: Record[Publication]) -> dict[str, Any]:
    """Return one publication for other programs."""
    one = record.thing
    return {
        "rulebook": str(record.row.record),
        "version": record.version,
        "state": one.state,
        "statement": one.said.name,
        "says": one.said.model_dump(mode="json", by_alias=True),
        "author": {"officer": one.author.officer, "unit": one.author.unit, "on": one.author.on.isoformat()},
        "approver": one.approver
        and {"officer": one.approver.officer, "unit": one.approver.unit, "on": one.approver.on.isoformat()},
        "faults": list(one.faults),
        "survivors": list(one.survivors),
    }


def plain_told(told: Told) -> dict[str, Any]:
    """Return one publication with its steps for other programs."""
    steps = [one.model_dump(mode="json", exclude={"who"}, exclude_defaults=True) for one in told.steps]
    return {**plain(told.record), "steps": steps, "may": list(told.may)}


def show_all(records: list[Record[Publication]], out: Printer) -> None:
    """Print the table of all publications."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("rulebook", "from", "state", "author", "approver", "bundle"):
        table.add_column(heading, overflow="fold")
    for record in records:
        one = record.thing
        approver = one.approver.officer if one.approver else "–"
        name = str(record.row.record)[:8]
        row = (name, one.from_.isoformat(), one.state, one.author.officer, approver, one.bundle[:12])
        table.add_row(*row, style=STYLES.get(one.state, ""))
    out.console.print(table)
    if not records:
        out.line("no rulebook was proposed yet: `nrm rules publish` begins", "yellow")


def show_one(told: Told, out: Printer) -> None:
    """Print one publication with its steps."""
    one = told.record.thing
    out.line(f"{told.record.row.record} – {one.state} from {one.from_.isoformat()}", "bold")
    out.line(f"bundle {one.bundle}", indent=2)
    out.line(f"statement {one.said.name}", indent=2)
    checks = one.said.checks
    out.line(f"{checks.rules} rules, {checks.examples} examples, {checks.guarantees} guarantees", indent=2)
    for fault in one.faults:
        out.line(fault, "red", 2)
    for survivor in one.survivors:
        out.line(f"nothing notices this mistake: {survivor}", "yellow", 2)
    for step in told.steps:
        by = f" by {step.officer} ({step.unit})" if step.officer else ""
        out.line(f"{step.at:%Y-%m-%d %H:%M} {step.step}{by}", "dim", 2)
        if step.comment:
            out.line(f"“{step.comment}”", indent=4)
    if told.may:
        out.line(f"you may: {', '.join(told.may)}", "dim", 2)
