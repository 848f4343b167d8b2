"""`nrm rules check`: do all files fit together, does every example come out, is every guarantee proved?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from nrm.cli.options import AsJson, RulesFolder, SeedsFolder, application
from nrm.cli.output import Printer, print_json
from nrm.cli.prove import as_plain, prove_everywhere, show
from nrm.engine.decide import Engine
from nrm.engine.examples import ExampleRunner
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.rulebook.dates import change_dates
from nrm.rulebook.read import read_examples

if TYPE_CHECKING:
    from nrm.bootstrap import Application
    from nrm.proof.report import Report
    from nrm.rulebook.files import ExampleFile

FAILED = 1
"""Exit code when an example fails, the engines differ, or a guarantee is not proved."""


def check(
    topic: Annotated[str | None, typer.Option("--topic", help="Run only the examples of one topic.")] = None,
    as_json: AsJson = False,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Check that all files fit together, that every example comes out on both engines, and that all is proved."""
    application_ = application(rules, seeds)
    runner = ExampleRunner(application_.files, Engine)
    files = [file for file in read_examples(application_.settings.rules) if topic in {None, _topic(file)}]
    if topic is not None and not files:
        topics = {_topic(file) for file in read_examples(application_.settings.rules)}
        raise UnknownNameError(Problem("--topic", 0, f"there is no topic `{topic}`", nearest(topic, topics)))
    problems = _run_examples(runner, files)
    problems += _without_examples(application_, files) if topic is None else []
    reports = [] if topic is not None else prove_everywhere(application_)
    if as_json:
        print_json(_as_json(application_, runner, problems, reports))
    else:
        _print(application_, runner, problems)
        _print_proofs(application_, reports, whole=topic is None)
    if problems or not all(report.proved for report in reports):
        raise typer.Exit(FAILED)


def _topic(file: ExampleFile) -> str:
    return "/".join(file.document.file.split("/")[1:-1])


def _run_examples(runner: ExampleRunner, files: list[ExampleFile]) -> list[Problem]:
    problems: list[Problem] = []
    with Progress(disable=not sys.stderr.isatty(), transient=True) as progress:
        for file in progress.track(files, description="examples"):
            problems.extend(runner.problems(file))
    return problems


def _without_examples(application_: Application, files: list[ExampleFile]) -> list[Problem]:
    have = {file.rule for file in files}
    return [
        file.document.problem((), f"`{file.rule.rule}` has no examples", f"write {file.rule.rule}.examples.yaml")
        for file in application_.files.rules
        if file.rule.rule not in have
    ]


def _as_json(
    application_: Application, runner: ExampleRunner, problems: list[Problem], reports: list[Report]
) -> dict[str, Any]:
    return {
        "rules": len(application_.files.rules),
        "examples": runner.ran,
        "problems": [{"file": p.file, "line": p.line, "what": p.what, "todo": p.todo} for p in problems],
        "proofs": [as_plain(report) for report in reports],
    }


def _print(application_: Application, runner: ExampleRunner, problems: list[Problem]) -> None:
    out = Printer()
    files = application_.files
    for problem in problems:
        out.console.print(str(problem), soft_wrap=True)
    words = files.vocabulary
    outcomes = len(words.all_outcome_codes())
    out.line(f"{len(files.rules)} rules, {len(words.facts)} facts, {outcomes} outcomes: they fit together")
    for country in (None, *files.countries()):
        dates = ", ".join(date.isoformat() for date in change_dates(files, country))
        out.line(f"{country or 'base'}: something changes on {dates}", "dim", 2)
    said = "all come out, on both engines" if not problems else f"{len(problems)} problem(s)"
    out.line(f"{runner.ran} examples: {said}", "green" if not problems else "red")


def _print_proofs(application_: Application, reports: list[Report], *, whole: bool) -> None:
    out = Printer()
    speaker = application_.speaker("en")
    for report in reports:
        place = f"{report.program.rulebook.country or 'base'}, {report.on.isoformat()}"
        if report.proved:
            out.line(f"{len(report.entries)} guarantees: all proved for every case ({place})", "green")
        else:
            show(report, speaker)
    if not reports:
        why = "there is none" if whole else "they are proved without --topic"
        out.line(f"no guarantee was proved: {why}", "yellow")
