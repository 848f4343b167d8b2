"""`nrm rules propose`, `approve`, `reject`, `withdraw`, `comment` and `roll-back`: the steps of officers."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - read by typer at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nrm.casework.rulebooks import checking, judging, proposing, reading
from nrm.casework.rulebooks.kept import newest
from nrm.casework.rulebooks.taking import today
from nrm.cli.at_office import spread
from nrm.cli.files import read_small, write_bytes
from nrm.cli.options import AsJson, day
from nrm.cli.output import Printer, print_json
from nrm.cli.rules_at import AtRules, Because, Signing, Which, chosen, progress, read_archive_file
from nrm.cli.rules_bundle import From  # noqa: TC001 - as above
from nrm.cli.rules_view import plain
from nrm.publishing.statement import NAMESPACE

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.bootstrap_store import Office
    from nrm.casework.asked import Asked
    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.kept import Publication

REFUSED = 1
"""Exit code when the checks say no."""


@spread
def propose(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="What `nrm rules bundle` wrote.")],
    statement: Annotated[Path, typer.Argument(metavar="STATEMENT", help="What `nrm rules statement` wrote.")],
    signing: Signing,
    at: AtRules,
    as_json: AsJson = False,
) -> None:
    """Propose a bundle that its author signed; the installation checks it then and there."""
    said = read_small(statement)
    signature = signing.over(said)
    with at.opened() as (opened, asked):
        archive = read_archive_file(bundle)
        made = proposing.propose(opened.desk, asked, opened.officers(), archive, said, signature)
        with progress() as seen:
            made = checking.check(opened.desk, asked, made.row.record, seen)
    tell(made, as_json=as_json)
    if made.thing.faults:
        raise typer.Exit(REFUSED)


@spread
def approve(rulebook: Which, signing: Signing, at: AtRules, as_json: AsJson = False) -> None:
    """Approve what was proposed and checked, by a signature of your own over the same statement."""
    with at.opened() as (opened, asked):
        publication = found(opened, asked, rulebook)
        told = reading.read_rulebook(opened.desk, asked, publication)
        signature = signing.over(told.record.thing.statement.encode())
        tell(judging.approve(opened.desk, asked, opened.officers(), publication, signature), as_json=as_json)


@spread
def reject(rulebook: Which, because: Because, at: AtRules, as_json: AsJson = False) -> None:
    """Say no to what was proposed, and why."""
    with at.opened() as (opened, asked):
        tell(judging.reject(opened.desk, asked, found(opened, asked, rulebook), because), as_json=as_json)


@spread
def withdraw(rulebook: Which, because: Because, at: AtRules, as_json: AsJson = False) -> None:
    """Take back what was proposed, or what was approved and has not begun."""
    with at.opened() as (opened, asked):
        tell(judging.withdraw(opened.desk, asked, found(opened, asked, rulebook), because), as_json=as_json)


@spread
def comment(rulebook: Which, because: Because, at: AtRules, as_json: AsJson = False) -> None:
    """Say something about a published rulebook, for the other officers."""
    with at.opened() as (opened, asked):
        tell(judging.comment(opened.desk, asked, found(opened, asked, rulebook), because), as_json=as_json)


@spread
def roll_back(
    rulebook: Which,
    signing: Signing,
    at: AtRules,
    from_: From = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="Only write the statement to sign, do nothing else."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Propose that an older rulebook comes back; it was checked, so it can be approved at once."""
    with at.opened() as (opened, asked):
        older = reading.read_rulebook(opened.desk, asked, found(opened, asked, rulebook)).record.thing
        last = opened.desk.store.run(lambda unit: newest(opened.desk, unit))
        begins = day(from_, "--from") if from_ else today(opened.desk)
        said = proposing.again(older.said, begins, last.bundle if last else None).to_bytes()
        if out is not None:
            write_bytes(out, said)
            Printer().line(f"sign it: ssh-keygen -Y sign -n {NAMESPACE} -f KEY {out}")
            return
        signature = signing.over(said)
        tell(proposing.roll_back(opened.desk, asked, opened.officers(), said, signature), as_json=as_json)


def found(opened: Office, asked: Asked, which: str) -> UUID:
    """Return the publication that was meant (errors as of `chosen`, and `DeniedError`)."""
    return chosen(reading.list_rulebooks(opened.desk, asked), which)


def tell(made: Record[Publication], *, as_json: bool) -> None:
    """Print what came of a step."""
    said: dict[str, Any] = plain(made)
    if as_json:
        print_json(said)
        return
    out = Printer()
    for fault in made.thing.faults:
        out.line(fault, "red")
    out.line(f"{said['rulebook']}: {said['state']}, from {made.thing.from_.isoformat()}", "bold")
