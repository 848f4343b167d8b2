"""`nrm rules prove`: every guarantee over every possible case, and a counterexample for each that does not hold."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from nrm.cli.options import AsJson, Country, Language, OnDate, RulesFolder, SeedsFolder, application, day
from nrm.cli.output import Printer, print_json, write_json
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.proof import SECONDS
from nrm.proof.files import read_guarantees
from nrm.rulebook.dates import change_dates
from nrm.rulebook.resolve import rulebook_on

if TYPE_CHECKING:
    from datetime import date

    from nrm.bootstrap import Application
    from nrm.proof.files import Guarantee
    from nrm.proof.report import Entry, Report
    from nrm.proof.story import Row, Story
    from nrm.rulebook.sentence import Speaker

NOT_PROVED = 1
"""Exit code when a guarantee is refuted or not proved."""


def prove(
    on: OnDate = None,
    country: Country = None,
    lang: Language = "en",
    guarantee: Annotated[str | None, typer.Option("--guarantee", metavar="NAME", help="Only this one.")] = None,
    seconds: Annotated[int, typer.Option("--seconds", min=1, help="Time for one guarantee.")] = SECONDS,
    report: Annotated[Path | None, typer.Option("--report", help="Write the report to this file.")] = None,
    as_json: AsJson = False,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Prove the guarantees of rules/guarantees for every possible case, or show whom the rules would fail."""
    app = application(rules, seeds)
    speaker = app.speaker(lang)
    chosen = chosen_guarantees(app, guarantee)
    proved = proof(app, chosen, day(on), country, seconds)
    if report is not None:
        write_json(report, as_plain(proved))
    if as_json:
        print_json(as_plain(proved))
    else:
        show(proved, speaker)
    if not proved.proved:
        raise typer.Exit(NOT_PROVED)


def chosen_guarantees(app: Application, name: str | None = None) -> tuple[Guarantee, ...]:
    """Return all guarantees, or the one named `name`.

    Raises:
        UnknownNameError: there is no guarantee of that name, or none at all.
    """
    found = read_guarantees(app.settings.rules, app.files)
    names = [one.file.guarantee for one in found]
    if not found:
        raise UnknownNameError(Problem("rules/guarantees", 0, "there is no guarantee to prove", "write one"))
    if name is not None and name not in names:
        raise UnknownNameError(Problem("--guarantee", 0, f"there is no guarantee `{name}`", nearest(name, names)))
    return tuple(one for one in found if name in {None, one.file.guarantee})


def proof(
    app: Application, chosen: tuple[Guarantee, ...], on: date, country: str | None, seconds: int = SECONDS
) -> Report:
    """Prove the chosen guarantees, with progress on a terminal."""
    from nrm.proof.report import prove_all  # noqa: PLC0415 - loads the solver, which only proofs need

    book = rulebook_on(app.files, on, country)
    with Progress(disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("guarantees", total=len(chosen))
        return prove_all(chosen, app.files, book, on, seconds, lambda _name: progress.advance(task))


def as_plain(report: Report) -> dict[str, Any]:
    """Return the report as it is written to a file."""
    from nrm.proof.report import as_json  # noqa: PLC0415 - as above

    return as_json(report)


def prove_everywhere(app: Application) -> list[Report]:
    """Prove all guarantees for the base and every country, at every date on which something changes.

    Between two such dates the rulebook is the same, so this is a proof for every day from the first rule on.
    """
    found = read_guarantees(app.settings.rules, app.files)
    begins = {version.from_ for one in found for version in one.file.versions}
    reports: list[Report] = []
    for country in (None, *app.files.countries()) if found else ():
        dates = change_dates(app.files, country)
        changes = sorted({*dates, *(date for date in begins if date >= min(dates))})
        reports.extend(proof(app, found, on, country) for on in changes)
    return reports


def show(report: Report, speaker: Speaker) -> None:
    """Print the verdicts, and each counterexample as a story."""
    out = Printer(speaker.language)
    table = Table(box=None, pad_edge=False)
    for heading in ("guarantee", "verdict"):
        table.add_column(heading, overflow="fold")
    table.add_column("seconds", justify="right")
    for entry in report.entries:
        style = "green" if entry.result.verdict == "proved" else "red"
        table.add_row(entry.name, entry.result.verdict, f"{entry.result.seconds:.2f}", style=style)
    out.console.print(table)
    for entry in report.entries:
        if entry.result.verdict != "proved":
            _show_failure(entry, speaker, out)
    proved = sum(entry.result.verdict == "proved" for entry in report.entries)
    out.line()
    place = report.program.rulebook.country or "base"
    out.line(f"{proved} of {len(report.entries)} proved for {place} on {report.on.isoformat()}", "bold")
    out.line(f"rulebook {report.program.digest[:16]} · {report.solver} · {report.seconds:.1f} s", "dim")


def _show_failure(entry: Entry, speaker: Speaker, out: Printer) -> None:
    file = entry.resolved.guarantee.file
    out.line()
    out.line(f"{entry.name} – {file.title}", "bold red")
    out.line(f"{file.because.in_(speaker.language)} ({', '.join(file.sources)})", indent=2)
    for fault in entry.result.faults:
        out.line(f"– {fault}", indent=4)
    if entry.story is not None:
        _show_story(entry.story, speaker, out)


def _show_story(told: Story, speaker: Speaker, out: Printer) -> None:
    people = len(told.rows[0].values) if told.rows else 1
    out.line()
    if told.rows:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column("", overflow="fold")
        headings = ["proof_first", "proof_second"] if people > 1 else ["proof_person"]
        for heading in headings:
            table.add_column(out.directed(speaker.phrase(heading)), overflow="fold")
        for row in told.rows:
            cells = [_cell(row, person, speaker) for person in range(people)]
            table.add_row(*(out.directed(text) for text in (speaker.fact(row.fact), *cells)))
        out.console.print(table)
    else:
        out.line(speaker.phrase("proof_nothing_known"), indent=4)
    out.line(speaker.phrase(f"proof_{told.how}"), "bold", 2)
    for point in told.points:
        out.line(f"• {speaker.label(point.code)}", indent=4)
        if point.rules:
            out.line(speaker.phrase("proof_rules", rules=", ".join(point.rules)), "dim", 6)


def _cell(row: Row, person: int, speaker: Speaker) -> str:
    values = row.values[person]
    return ", ".join(speaker.value(row.fact, value) for value in values) if values else speaker.phrase("proof_unseen")
