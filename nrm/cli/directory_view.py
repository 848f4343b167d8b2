"""What `nrm directory` prints: how many rows came in, what was wrong, what is mapped, what was withheld."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table

from nrm.cli.output import Printer, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nrm.casework.office.directory_kept import RecordChanges
    from nrm.directory.hsds_export import Withheld
    from nrm.directory.merge import Changes
    from nrm.directory.reading import Report, Row
    from nrm.directory.service import Directory, Key, Service
    from nrm.directory.taxonomy import Unmapped

MOST_UNMAPPED = 20
"""Unmapped terms that a person is shown; `--json` has all."""


def print_import(
    report: Report,
    unmapped: Sequence[Unmapped],
    directory: Directory,
    changes: Changes | None,
    *,
    nowhere: Sequence[Key] = (),
    as_json: bool,
) -> None:
    """Print the report of an import or, without `changes`, of a check."""
    types = Counter(code for one in directory.services for code in one.types)
    if as_json:
        files = {
            name: {"rows": n, "imported": report.imported[name], "refused": report.refused[name]}
            for name, n in report.rows.items()
        }
        services: dict[str, object] = {"all": len(directory.services), "by_offer": dict(sorted(types.items()))}
        if changes is not None:
            services |= {name: _keys(getattr(changes, name)) for name in ("added", "changed", "gone")}
            services["unchanged"] = len(changes.unchanged)
        findings = [asdict(one) for one in report.findings]
        listed = [asdict(one) for one in unmapped]
        said = {"files": files, "services": services, "findings": findings, "unmapped": listed}
        print_json(said | ({"sidecars_without_service": _keys(nowhere)} if nowhere else {}))
        return
    out = Printer()
    _files(out, report)
    _findings(out, report)
    typed = sum(bool(one.types) for one in directory.services)
    out.line(f"{len(directory.services):,} services, {typed:,} of them with an offer of the vocabulary")
    if changes is not None:
        parts = ("added", "changed", "unchanged", "gone")
        out.line(", ".join(f"{len(getattr(changes, part)):,} {part}" for part in parts))
        for _, name in changes.gone:
            out.line(f"gone: {name}", indent=2)
    for source, name in nowhere:
        out.line(f"a sidecar record speaks of no service: {source} {name}")
    if unmapped:
        out.line()
        out.line(f"{len(unmapped):,} terms are not in the table of service types; the most frequent:", "bold")
        for one in unmapped[:MOST_UNMAPPED]:
            out.line(f"{one.id}  {one.name or '(not in the taxonomy)'}  {one.services:,} services", indent=2)


def print_records(changes: RecordChanges, *, as_json: bool) -> None:
    """Print what became of the mechanism's own records, by service; nothing of what stands in them."""
    if as_json:
        print_json({name: [list(key) for key in keys] for name, keys in asdict(changes).items()})
        return
    out = Printer()
    parts = ("added", "changed", "unchanged", "gone")
    out.line(", ".join(f"{len(getattr(changes, part)):,} {part}" for part in parts))
    for source, name in changes.gone:
        out.line(f"gone: {source} {name}", indent=2)
    for source, name in changes.nowhere:
        out.line(f"a sidecar record speaks of no service: {source} {name}")


def _keys(keys: Sequence[Key]) -> list[str]:
    return [name for _, name in keys]


def _files(out: Printer, report: Report) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("file", overflow="fold")
    for heading in ("rows", "imported", "refused"):
        table.add_column(heading, justify="right")
    for name, rows in report.rows.items():
        table.add_row(name, *(f"{n:,}" for n in (rows, report.imported[name], report.refused[name])))
    out.console.print(table)
    out.line()


def _findings(out: Printer, report: Report) -> None:
    if not report.findings:
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("done", no_wrap=True)
    table.add_column("times", justify="right")
    table.add_column("where", overflow="fold")
    table.add_column("why", overflow="fold")
    first = {(one.done, one.file, one.field, one.reason): one.place for one in reversed(report.findings)}
    for key, times in report.by_reason().items():
        done, file, column, reason = key
        where = ", ".join(filter(None, (file, column, f"first {first[key]}" if first[key] else "")))
        table.add_row(done, f"{times:,}", where, reason, style="red" if done == "refused" else "")
    out.console.print(table)
    out.line()


def print_services(services: Sequence[Service], directory: Directory, *, as_json: bool) -> None:
    """Print services with what each offers; no address, no place."""
    if as_json:
        print_json(
            [
                {"source": one.source, "id": one.id, "name": one.name, "status": one.status, "offers": list(one.types)}
                for one in services
            ]
        )
        return
    out = Printer()
    for one in services:
        runs = directory.organisation_of(one)
        out.line(f"{one.source} {one.id}  {one.name}", "bold")
        out.line(f"{runs.name if runs else '(organisation not known)'}; {one.status}", indent=2)
        if one.types:
            out.line(", ".join(one.types), indent=2)
    out.line(f"{len(services):,} services")


def print_export(rows: int, withheld: Sequence[Withheld], left: Sequence[Row], *, as_json: bool) -> None:
    """Print how much was written, and what was left out."""
    if as_json:
        without = [{"table": row.table, "id": row.cell("id")} for row in left]
        print_json({"rows": rows, "withheld": [asdict(one) for one in withheld], "not_in_json": without})
        return
    out = Printer()
    out.line(f"{rows:,} rows written")
    for one in withheld:
        out.line(" ".join(filter(None, ("withheld, because it is confidential:", one.table, one.id, one.column))))
    for row in left:
        out.line(f"left out, because no object of HSDS's JSON can hold it: {row.table} {row.cell('id')}")
