"""Measure our own rulebook over whole populations of made-up people, beside Polars expressions of the same rules.

Both are held to one core, begin with the facts in memory and answer the same: every step, every line of every plan and
what a bar withholds. Nothing is measured before both have given the same answer about everybody.
"""

from __future__ import annotations

import gc
import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.rulebooks import ON, ROOT
from nrm.engine.bitmaps import Bitmaps, in_blocks
from nrm.engine.program import Program, compile_rulebook
from nrm.population.make import made_up
from nrm.population.people import population_for
from nrm.rulebook.read import read_files
from nrm.rulebook.resolve import rulebook_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

OURS = "bitmaps"
OURS_BLOCKS = "bitmaps, a million people at a time"
OURS_CODED = "bitmaps, with unknowns and intervals worked out"
SEED = 7
MILLION = 1_000_000
MOST_MILLISECONDS = 50
"""The goal for a million people."""
LEAST_RATIO = 3
"""The goal beside Polars: at least so many times faster."""

ThreadCount = Annotated[int, typer.Option(min=1, help="Threads that Polars may use; we use one.")]


@dataclass(frozen=True)
class Measured:
    """Milliseconds of processor time and of elapsed time, round by round."""

    name: str
    worked: tuple[float, ...]
    elapsed: tuple[float, ...]


def main(
    sizes: Annotated[str, typer.Option(help="How many people.")] = "10000,100000,1000000,10000000",
    rounds: Annotated[int, typer.Option(min=3, help="How often everybody is measured.")] = 15,
    threads: ThreadCount = 1,
) -> None:
    """Measure, and print Markdown for docs/performance.md."""
    os.environ["POLARS_MAX_THREADS"] = str(threads)  # Polars reads it once, when it is imported
    program = compile_rulebook(rulebook_on(read_files(ROOT / "rules", ROOT / "seeds"), ON))
    measured = {int(size): measure(program, int(size), rounds) for size in sizes.split(",")}
    circuit = Bitmaps(program).circuit
    machine = (
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} {platform.machine()}"
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "polars"))
    typer.echo(
        f"{machine}, {packages} on {threads} thread(s); {len(program.rulebook.rules)} rules, {len(program.steps)} "
        f"steps, {len(program.slots)} lines, {len(program.atoms)} bits; {len(circuit.gates)} gates; {rounds} rounds."
    )
    for people, results in measured.items():
        typer.echo(f"\n### {people:,} people\n")
        typer.echo("\n".join(table(people, results)))
    typer.echo("\n### Growth: milliseconds of processor time (median)\n")
    typer.echo("\n".join(growth(measured)))
    typer.echo("\n" + "\n".join(goals(measured.get(MILLION, []))))


def measure(program: Program, people: int, rounds: int) -> list[Measured]:
    """Measure all contenders on the same `people` made-up people, all of them in each round.

    Raises:
        SystemExit: they do not answer the same, so there is nothing to compare.
    """
    from benchmarks import polars_peer  # noqa: PLC0415 - after the number of threads is set

    coded = made_up(people, SEED, program.rulebook.vocabulary)
    population = population_for(program, coded)
    ready = Bitmaps(program)
    queries = {
        polars_peer.BOOLEANS: polars_peer.booleans(program, population),
        polars_peer.VALUES: polars_peer.values(program, coded),
    }
    answers = ready.evaluate(population)
    for name, query in queries.items():
        if wrong := polars_peer.differing(program, answers, query.collect()):
            raise SystemExit(f"nothing was compared: {name} differs on {', '.join(wrong[:5])}")
    del answers
    contenders: dict[str, Callable[[], Any]] = {
        OURS: lambda: ready.evaluate(population),
        OURS_BLOCKS: lambda: [ready.evaluate(block).people for block in in_blocks(population)],
        OURS_CODED: lambda: ready.evaluate(population_for(program, coded)),
        **{name: query.collect for name, query in queries.items()},
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for number in range(rounds):
        typer.echo(f"{people:,} people: round {number + 1} of {rounds}", err=True)
        for name, run in contenders.items():
            times[name].append(_once(run))
    return [Measured(name, *map(tuple, zip(*pairs, strict=True))) for name, pairs in times.items()]


def _once(run: Callable[[], Any]) -> tuple[float, float]:
    gc.collect()
    started, worked = perf_counter(), process_time()
    kept = run()  # kept until the time is taken: giving memory back is not part of it, for nobody
    times = ((process_time() - worked) * 1e3, (perf_counter() - started) * 1e3)
    del kept
    return times


def table(people: int, results: Sequence[Measured]) -> Iterator[str]:
    """Yield the rows of one population."""
    yield "| contender | ms of processor time | times ours | ms elapsed | ns a person |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    ours = results[0]
    for one in results:
        ratio = "1 (reference)" if one is ours else _spread(_ratios(one, ours))
        each = median(one.worked) * 1e6 / people
        yield f"| {one.name} | {_spread(one.worked)} | {ratio} | {median(one.elapsed):.1f} | {each:.1f} |"


def growth(measured: dict[int, list[Measured]]) -> Iterator[str]:
    """Yield the rows that show what more people cost."""
    yield "| contender | " + " | ".join(f"{people:,} people" for people in measured) + " |"
    yield "| --- |" + " ---: |" * len(measured)
    for rows in zip(*measured.values(), strict=True):
        yield f"| {rows[0].name} | " + " | ".join(f"{median(one.worked):.1f}" for one in rows) + " |"


def goals(results: Sequence[Measured]) -> Iterator[str]:
    """Yield how far the goals are met; they are set for a million people."""
    if not results:
        return
    ours, _, _, *peers = results
    time = median(ours.worked)
    met = "met" if time <= MOST_MILLISECONDS else "MISSED"
    yield f"- a million people in {time:.1f} ms (goal: at most {MOST_MILLISECONDS}, {met})"
    for peer in peers:
        ratio = median(_ratios(peer, ours))
        met = "met" if ratio >= LEAST_RATIO else "MISSED"
        yield f"- {ratio:.1f} times as fast as {peer.name} (goal: at least {LEAST_RATIO}, {met})"


def _ratios(one: Measured, other: Measured) -> tuple[float, ...]:
    return tuple(mine / theirs for mine, theirs in zip(one.worked, other.worked, strict=True))


def _spread(figures: Sequence[float]) -> str:
    return f"{median(figures):.1f} ({min(figures):.1f}–{max(figures):.1f})"


if __name__ == "__main__":
    typer.run(main)
