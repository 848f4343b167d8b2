"""`nrm population`: many people at once, made up or from CTDC's data set, as a file of coded facts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nrm.cli.options import RulesFolder, SeedsFolder, application
from nrm.errors import FileRefusedError, Problem, reason_of
from nrm.population.margins import OTHERS_KNOWN

if TYPE_CHECKING:
    from nrm.population.people import People
    from nrm.rulebook.vocabulary import Vocabulary

app = typer.Typer(no_args_is_help=True)

OutFile = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to this file, not to the screen.")]


@app.command("make")
def make(
    count: Annotated[int, typer.Argument(metavar="N", min=1, max=100_000_000, help="How many people.")],
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed makes the same people.")],
    others: Annotated[
        float,
        typer.Option("--others", min=0, max=1, help="Share of people of whom each fact that CTDC lacks is known."),
    ] = OTHERS_KNOWN,
    out: OutFile = None,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Make up N people whose age, gender, exploitation, control and recruiters are as frequent as in CTDC's data."""
    from nrm.population.make import made_up  # noqa: PLC0415 - other commands must not wait for numpy

    vocabulary = application(rules, seeds).files.vocabulary
    _write(made_up(count, seed, vocabulary, others), vocabulary, out)


@app.command("ctdc")
def ctdc(
    file: Annotated[Path, typer.Argument(metavar="CSV", help="A file of CTDC's Global Synthetic Dataset.")],
    out: OutFile = None,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Read CTDC's data set as coded facts; what its columns leave open stays unknown."""
    from nrm.population.ctdc import UNREAD, read_ctdc  # noqa: PLC0415 - as above

    vocabulary = application(rules, seeds).files.vocabulary
    people, unread = read_ctdc(file)
    for heading in unread:
        typer.echo(f"not read: {heading}; {UNREAD[heading]}", err=True)
    _write(people, vocabulary, out)


def _write(people: People, vocabulary: Vocabulary, out: Path | None) -> None:
    from nrm.population.columns import write_people  # noqa: PLC0415 - as above

    if out is None:
        write_people(sys.stdout, people, vocabulary)
        sys.stdout.flush()
        return
    # Whoever stops us finds the old file or the whole new one, and never the half of a population.
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            write_people(stream, people, vocabulary)
        part.replace(out)
    except OSError as error:
        reason = reason_of(error)
        problem = Problem(str(out), 0, f"the file cannot be written: {reason}", "name one in a folder of yours")
        raise FileRefusedError(problem) from None
    finally:
        part.unlink(missing_ok=True)
    known = len(people.known_facts(vocabulary))
    typer.echo(f"{out}: {people.count:,} people, {known} facts known of somebody")
