"""`nrm case …`: open, amend, show, decide, replay, list and shred stored cases; each is an entry in the log."""

from __future__ import annotations

import json
from typing import Annotated
from uuid import UUID

import typer
import yaml
from rich.table import Table

from nrm.bootstrap import case_document
from nrm.casework.cases import deciding, history, keep, replaying
from nrm.casework.cases.record import check_parts
from nrm.cli import records
from nrm.cli.at_office import AtOffice, spread
from nrm.cli.case_view import show_history, show_kept
from nrm.cli.decide import LOOK_AT_IT
from nrm.cli.decide import show as show_plan
from nrm.cli.identifiers import CaseId, argument, typed_id
from nrm.cli.options import AsJson, CaseFile, Country, Language, OnDate, day
from nrm.cli.output import Printer, counted, print_json
from nrm.cli.unlock import confirmed
from nrm.engine.view import view

app = records.app
"""`nrm case` has the commands for files, and these for stored cases."""

DECLINED = 1
"""Exit code when the person did not confirm."""

DecisionId = Annotated[
    UUID, argument("DECISION", "use what `nrm case history` shows", "The identifier of the decision.")
]


@app.command("open")
@spread
def open_(file: CaseFile, at: AtOffice, on: OnDate = None, as_json: AsJson = False) -> None:
    """Take the record in FILE in as a new case, encrypted."""
    document = case_document(file)
    with at.opened() as (opened, asked):
        kept = keep.open_case(opened.desk, asked, document, day(on))
    show_kept(kept, as_json=as_json)


@app.command("amend")
@spread
def amend(
    case: CaseId,
    file: CaseFile,
    at: AtOffice,
    seen: Annotated[int, typer.Option("--seen", min=1, metavar="VERSION", help="The version that you have seen.")],
    on: OnDate = None,
    as_json: AsJson = False,
) -> None:
    """Put the groups in FILE in the place of those that the case has; the others stay."""
    document = case_document(file)
    with at.opened() as (opened, asked):
        kept = keep.amend(opened.desk, asked, case, seen, document, day(on))
    show_kept(kept, as_json=as_json)


@app.command("show")
@spread
def show(
    case: CaseId,
    at: AtOffice,
    group: Annotated[list[str], typer.Option("--group", metavar="GROUP", help="A group; repeat for several.")],
    version: Annotated[int | None, typer.Option("--version", min=1, help="As it stood then.")] = None,
    as_json: AsJson = False,
) -> None:
    """Open named groups of a case for a purpose; that you read them is an entry in the log."""
    check_parts(group)
    with at.opened() as (opened, asked):
        found = keep.read_groups(opened.desk, asked, case, sorted(set(group)), version).groups
    plain = {name: json.loads(data) for name, data in found.items()}
    if as_json:
        print_json(plain)
    else:
        said = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False) if plain else "nothing is written there\n"
        typer.echo(said, nl=False)


@app.command("decide")
@spread
def decide(
    case: CaseId,
    at: AtOffice,
    on: OnDate = None,
    country: Country = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Decide what the person is owed, and keep the decision so that it can be replayed."""
    with at.opened() as (opened, asked):
        speaker = opened.speaker(lang)
        made = deciding.decide(opened.desk, asked, case, day(on), country or opened.home.country)
    if as_json:
        plan = view(made.plan, speaker).model_dump(mode="json")
        print_json({"decision": str(made.decision), "version": made.version, "plan": plan})
    else:
        show_plan(made.plan, speaker, detail=1)
        Printer(speaker.language).line(f"decision {made.decision} · version {made.version}", "dim")
    if made.plan.disputed:
        raise typer.Exit(LOOK_AT_IT)


@app.command("replay")
@spread
def replay(case: CaseId, decision: DecisionId, at: AtOffice, as_json: AsJson = False) -> None:
    """Make a decision of the past again, under the rulebook of that day, and compare it byte for byte."""
    with at.opened() as (opened, asked):
        made = replaying.replay(opened.desk, asked, case, decision)
    if as_json:
        print_json({"decision": str(made.decision), "replayed": True, "rulebook": made.plan.digest})
    else:
        Printer().line(f"replayed: decision {made.decision} comes out byte for byte", "green")


@app.command("history")
@spread
def tell_history(case: CaseId, at: AtOffice, as_json: AsJson = False) -> None:
    """Tell what happened to a case: versions, decisions and entries; no group is opened."""
    with at.opened() as (opened, asked):
        found = history.history(opened.desk, asked, case)
    show_history(found, as_json=as_json)


@app.command("list")
@spread
def list_(
    at: AtOffice,
    after: Annotated[str | None, typer.Option("--after", metavar="CASE", help="Begin behind this case.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=10_000, help="How many at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List the cases of your organisation without opening any."""
    with at.opened() as (opened, asked):
        found = keep.list_cases(opened.desk, asked, typed_id(after) if after else None, most)
    rows = [
        {
            "case": str(row.case),
            "version": row.version,
            "opened": row.opened_at.isoformat(),
            "changed": row.changed_at.isoformat(),
            "shredded": row.wrapped_key is None,
        }
        for row in found
    ]
    if as_json:
        print_json(rows)
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("case", "version", "changed (UTC)", ""):
        table.add_column(heading, no_wrap=True)
    for row in found:
        gone = "shredded" if row.wrapped_key is None else ""
        table.add_row(str(row.case), str(row.version), f"{row.changed_at:%Y-%m-%d %H:%M}", gone)
    out = Printer()
    out.console.print(table)
    out.line(counted(len(rows), "case"), "dim")


@app.command("shred")
@spread
def shred(
    case: CaseId,
    at: AtOffice,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether I mean it.")] = False,
) -> None:
    """Destroy the key of a case: nothing of it can ever be opened, or linked to its entries in the log."""
    with at.opened() as (opened, asked):
        if not yes:
            keep.look_before_shredding(opened.desk, asked, case)
            if not confirmed("Nobody will ever open this case again. Shred it? [y/N] "):
                typer.echo("nothing was shredded", err=True)
                raise typer.Exit(DECLINED)
        keep.shred(opened.desk, asked, case)
    Printer().line("shredded: its key is destroyed here; backups keep it until their epoch of keys is destroyed")
