"""`nrm oversight`: what an oversight body asks an installation: events, decisions, statistics, and who it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from nrm.audit.actions import OVERSIGHT_REASONS
from nrm.audit.source import DirectorySource
from nrm.bootstrap_store import identifier
from nrm.casework.oversight.access_statistics import access_statistics
from nrm.casework.oversight.bundle import bundle_for_event
from nrm.casework.oversight.events import Wanted, search_events, whose
from nrm.cli.at_office import AtOffice, spread
from nrm.cli.case_bundle import Out, Recipient  # noqa: TC001 - read by typer at run time
from nrm.cli.identifiers import argument
from nrm.cli.options import AsJson, day
from nrm.cli.output import Printer, print_json
from nrm.cli.oversight_view import show_events, show_statistics, statistics_json
from nrm.cli.package_keys import write_new

NOT_FOUND = 1
"""Exit code when no official has the pseudonym."""

app = typer.Typer(no_args_is_help=True)

Reason = Annotated[
    str, typer.Option("--reason", metavar="REASON", help=f"Why you look: {', '.join(OVERSIGHT_REASONS)}.")
]
Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="From this day on (UTC), as 2026-03-01.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="Until the day before this one (UTC).")]
Pseudonym = Annotated[str | None, typer.Option(metavar="DIGITS", help="The 32 digits that an entry has for it.")]
EventId = Annotated[UUID, argument("EVENT", "use what `nrm oversight events --json` shows", "The event of a decision.")]


@app.command("events")
@spread
def events(
    reason: Reason,
    at: AtOffice,
    actor: Pseudonym = None,
    organisation_pseudonym: Pseudonym = None,
    case: Pseudonym = None,
    action: Annotated[str | None, typer.Option(help="As group:read, or cli:group:read.")] = None,
    result: Annotated[str | None, typer.Option(help="done, denied or failed.")] = None,
    why: Annotated[str | None, typer.Option(help="The reason of what was denied or failed.")] = None,
    since: Since = None,
    until: Until = None,
    after: Annotated[int, typer.Option("--after", min=-1, metavar="PLACE", help="Go on behind this place.")] = -1,
    most: Annotated[int, typer.Option("--most", min=1, max=10_000, help="How many at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Find events in the published log; that you looked, and why, is an entry."""
    wanted = Wanted(actor, organisation_pseudonym, case, action, result, why, _moment(since, "--since"))
    wanted = Wanted(**{**vars(wanted), "until": _moment(until, "--until")})
    with at.opened() as (opened, asked):
        log = DirectorySource(opened.home.log)
        found = search_events(opened.desk, asked, log, wanted, reason, after, most)
    if as_json:
        listed = [{"index": place, **one.model_dump(mode="json", exclude_none=True)} for place, one in found.events]
        print_json({"events": listed, "after": found.after, "size": found.size})
    else:
        show_events(found)


@app.command("statistics")
@spread
def statistics(reason: Reason, at: AtOffice, since: Since = None, until: Until = None, as_json: AsJson = False) -> None:
    """Count how access is used: what officials opened, denials, break-the-glass, disputes, clocks missed."""
    first, last = _moment(since, "--since"), _moment(until, "--until")
    with at.opened() as (opened, asked):
        found = access_statistics(opened.desk, asked, DirectorySource(opened.home.log), reason, first, last)
    if as_json:
        print_json(statistics_json(found))
    else:
        show_statistics(found)


@app.command("bundle")
@spread
def bundle(event: EventId, reason: Reason, to: Recipient, out: Out, at: AtOffice) -> None:
    """Seal the decision of an event for yourself; you learn neither whose it is nor which case."""
    with at.opened() as (opened, asked):
        log = DirectorySource(opened.home.log)
        write_new(out, bundle_for_event(opened.desk, asked, event, reason, to, log))
    Printer().line(f"{out}: open it with `nrm replay`")


@app.command("whose")
@spread
def whose_(
    pseudonym: Annotated[str, typer.Argument(metavar="DIGITS", help="The `actor` of an entry.")],
    official: Annotated[
        list[str], typer.Option("--official", metavar="ID", help="Who it may be, as typed after --who; repeat.")
    ],
    at: AtOffice,
) -> None:
    """Say which of these officials a pseudonym stands for; that it was asked is an entry."""
    known = {identifier(one): one for one in official}
    with at.opened() as (opened, asked):
        found = whose(opened.desk, asked, known, pseudonym)
    if found is None:
        typer.echo("none of them", err=True)
        raise typer.Exit(NOT_FOUND)
    Printer().line(known[found])


def _moment(text: str | None, option: str) -> datetime | None:
    return None if text is None else datetime.combine(day(text, option), datetime.min.time(), UTC)
