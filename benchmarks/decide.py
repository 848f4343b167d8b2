"""Measure our decision beside four other engines: the same rules, the same facts, the same answers, in one run.

The peers only say which rules apply. Our dual decision does that twice, gathers the plan and gives every reason. The
peers' facts are put into their form before the time starts; ours are not, because `Engine.decide` starts from them.
"""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import table
from benchmarks.measure import DifferentAnswersError, measure
from benchmarks.peers import everybody, missing
from benchmarks.rulebooks import Workload, base_workload, synthetic_workload
from nrm.engine.masks import encode, evaluate
from nrm.engine.program import compile_rulebook

CASES = 60
LEAST_ROUNDS = 3
LEAST_RULES = 20
WIDTH = 120

_out = Console(highlight=False)
if not _out.is_terminal:  # a file or a pipe has no width of its own
    _out.width = WIDTH
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def main(
    rules: Annotated[str, typer.Option(help="Sizes of the made-up rulebooks; empty for none.")] = "60,600,6000",
    rounds: Annotated[int, typer.Option(min=LEAST_ROUNDS, help="How often everybody is measured.")] = 15,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write every round to this file.")] = None,
    *,
    base: Annotated[bool, typer.Option(help="Measure our own rulebook too.")] = True,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown in place of tables.")] = False,
) -> None:
    """Measure our decision beside other engines, and print the ratios to zen-engine."""
    for line in missing():
        _err.print(f"[bold red]{line}[/]")
    sizes = _sizes(rules)
    results: list[table.Result] = []
    try:
        if base:
            results.append(_measured(base_workload(CASES), rounds))
        results.extend(_measured(synthetic_workload(size, CASES), rounds) for size in sizes)
    except DifferentAnswersError as error:
        _err.print(f"[bold red]nothing was compared: {error}[/]")
        raise typer.Exit(1) from None
    if markdown:
        typer.echo(table.markdown(results), nl=False)
    else:
        _out.print(table.surroundings())
        for part in table.terminal(results):
            _out.print(part)
    if json_file is not None:
        json_file.write_text(json.dumps(table.plain(results), indent=1) + "\n", encoding="utf-8")


def _sizes(rules: str) -> list[int]:
    sizes = [size.strip() for size in rules.split(",") if size.strip()]
    if not all(size.isascii() and size.isdigit() and int(size) >= LEAST_RULES for size in sizes):
        raise typer.BadParameter(f"write numbers of rules from {LEAST_RULES}, as in 60,600", param_hint="--rules")
    return sorted({int(size) for size in sizes})


def _measured(workload: Workload, rounds: int) -> table.Result:
    program = compile_rulebook(workload.rulebook)
    rules = len(workload.rulebook.rules)
    applied = sum(
        len({program.steps[index].rule.name for index in evaluate(program, encode(program, case)).fired})
        for case in workload.cases
    )
    with _err.status(f"{workload.name}: loading") as status:
        measured = measure(workload, everybody(workload.rulebook), rounds, status.update)
    share = applied / len(workload.cases) / rules
    return table.Result(workload.name, rules, len(program.steps), share, measured)


if __name__ == "__main__":
    typer.run(main)
