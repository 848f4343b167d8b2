"""`nrm rules status` and `verify`: where published rulebooks stand, and whether those that bind may decide."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - read by typer at run time
from time import monotonic
from typing import Annotated, Any

import typer

from nrm.casework.rulebooks import reading
from nrm.casework.rulebooks.kept import papers_of
from nrm.cli.at_office import spread
from nrm.cli.files import write_bytes
from nrm.cli.options import AsJson  # noqa: TC001 - read by typer at run time
from nrm.cli.output import Printer, print_json
from nrm.cli.rules_at import AtRules, chosen
from nrm.cli.rules_view import plain, plain_told, show_all, show_one
from nrm.errors import NrmError, Problem, UnknownNameError
from nrm.publishing.lifecycle import BINDING
from nrm.publishing.loading import load

REFUSED = 1
"""Exit code when a rulebook that binds may not decide."""


@spread
def status(
    at: AtRules,
    rulebook: Annotated[str | None, typer.Argument(metavar="[RULEBOOK]", help="Only this one, with its steps.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write its bundle to this file.")
    ] = None,
    statement_out: Annotated[
        Path | None, typer.Option("--statement", metavar="FILE", help="Write its statement to this file, to be signed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List published rulebooks, or show one with its steps; write out its bundle, or the statement to sign."""
    with at.opened() as (opened, asked):
        records = reading.list_rulebooks(opened.desk, asked)
        if rulebook is None:
            if out is not None or statement_out is not None:
                raise UnknownNameError(Problem("RULEBOOK", 0, "none is named", "name the one that is to be written"))
            print_json([plain(one) for one in records]) if as_json else show_all(records, Printer())
            return
        publication = chosen(records, rulebook)
        told = reading.read_rulebook(opened.desk, asked, publication)
        if out is not None:
            write_bytes(out, reading.read_archive_of(opened.desk, asked, publication))
        if statement_out is not None:
            write_bytes(statement_out, told.record.thing.statement.encode())
    print_json(plain_told(told)) if as_json else show_one(told, Printer())


@spread
def verify(
    at: AtRules,
    prove: Annotated[
        bool, typer.Option("--prove", help="Prove every guarantee again; takes seconds for each.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check every rulebook that binds as each start does: signatures, bundle, rules, examples, proof report."""
    told: list[dict[str, Any]] = []
    with at.opened() as (opened, asked):
        officers = opened.officers()
        for record in reading.list_rulebooks(opened.desk, asked):
            if record.thing.state not in BINDING:
                continue
            begun = monotonic()
            try:
                papers = opened.desk.store.run(lambda unit, one=record.thing: papers_of(unit, one))  # type: ignore[misc]
                load(papers, officers, prove=prove)
                faults: list[str] = []
            except NrmError as refused:
                faults = [str(problem) for problem in refused.problems]
            seconds = round(monotonic() - begun, 2)
            told.append({**plain(record), "refused": faults, "seconds": seconds, "proved_again": prove and not faults})
    if as_json:
        print_json(told)
    else:
        _show(told, prove=prove)
    if any(one["refused"] for one in told):
        raise typer.Exit(REFUSED)


def _show(told: list[dict[str, Any]], *, prove: bool) -> None:
    out = Printer()
    for one in told:
        said = "may not decide" if one["refused"] else "proved again, may decide" if prove else "may decide"
        line = f"{one['rulebook'][:8]} from {one['says']['from']}, {one['state']}: {said} · {one['seconds']:.1f} s"
        out.line(line, "red" if one["refused"] else "green")
        for fault in one["refused"]:
            out.line(fault, "red", 2)
    if not told:
        out.line("no rulebook binds yet", "yellow")
