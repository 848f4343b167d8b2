"""Show what was measured: as a table on a terminal, as Markdown for docs/performance.md, or as JSON."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from rich.table import Table

from benchmarks import ours
from benchmarks.measure import times_of
from benchmarks.peers import PEERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.measure import Measured

ZEN = "zen-engine"
COLUMNS = ("engine", "µs a decision", "times zen's", "elapsed µs", "page faults", "cases")
ENCODING = "how the rules are put to it"
MOST_OF_ZEN = 0.5
"""The goal for the dual decision with reasons: at most this part of zen-engine's time."""
FASTER_THAN_ZEN = 20
"""The goal for the masks alone: at least so many times faster than zen-engine."""


@dataclass(frozen=True)
class Result:
    """One rulebook with everything that was measured under it."""

    workload: str
    rules: int
    steps: int
    share_applied: float
    measured: Sequence[Measured]

    @property
    def title(self) -> str:
        """Say which rulebook this is."""
        return f"{self.workload} ({self.rules:,} rules, {self.share_applied:.0%} of them apply to a case)"

    def zen(self) -> Measured | None:
        """Return zen-engine in the encoding that was fastest here, to which everything is compared."""
        return min((one for one in self.measured if one.name.startswith(ZEN)), key=lambda m: m.median, default=None)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the cells of the table."""
        zen = self.zen()
        for one in self.measured:
            ratio = "–" if zen is None else "1 (reference)" if one is zen else _spread(*times_of(one, zen))
            time = _spread(one.median, min(one.micros), max(one.micros))
            yield one.name, time, ratio, _figure(median(one.elapsed)), f"{median(one.faults):.0f}", str(one.cases)

    def goals(self) -> Iterator[str]:
        """Say how far the goals are met, against each of zen-engine's encodings."""
        found = {one.name: one for one in self.measured}
        for zen in (one for one in self.measured if one.name.startswith(ZEN)):
            part = times_of(found[ours.DUAL], zen)[0]
            faster = 1 / times_of(found[ours.MASKS], zen)[0]
            yield (
                f"against {zen.name}: dual decision with reasons {_figure(part)} times its time (goal: at most "
                f"{MOST_OF_ZEN}, {_met(part <= MOST_OF_ZEN)}); masks alone {_figure(faster)} times as fast (goal: at "
                f"least {FASTER_THAN_ZEN}, {_met(faster >= FASTER_THAN_ZEN)})"
            )


def surroundings() -> str:
    """Say on what this was measured; the allocator's settings matter, because the Rete network asks much of it."""
    versions = ", ".join(f"{peer.package} {peer.installed() or 'NOT INSTALLED'}" for peer in PEERS)
    malloc = ", ".join(f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("MALLOC_"))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{python}, {machine}, allocator: {malloc or 'as the system has it'}; {versions}"


def terminal(results: Sequence[Result]) -> Iterator[Table | str]:
    """Yield tables and lines for rich."""
    for result in results:
        yield _table(result.title, COLUMNS, result.rows())
        yield from result.goals()
    if len(_sizes(results)) > 1:
        yield _table("growth: µs of processor time a decision (median)", *_growth(results))


def markdown(results: Sequence[Result]) -> str:
    """Return everything as Markdown."""
    parts = [surroundings()]
    for result in results:
        parts += [f"### {result.title}", _rows(COLUMNS, result.rows())]
        parts.append("\n".join(f"- {goal}" for goal in result.goals()))
    if len(_sizes(results)) > 1:
        parts += ["### Growth: µs of processor time a decision (median)", _rows(*_growth(results))]
    encodings = {one.name: one.encoding for result in results for one in result.measured}
    parts += ["### Encodings", _rows(("engine", ENCODING), encodings.items())]
    return "\n\n".join(part for part in parts if part) + "\n"


def plain(results: Sequence[Result]) -> dict[str, Any]:
    """Return everything, round by round, for JSON."""
    return {"surroundings": surroundings(), "results": [asdict(result) for result in results]}


def _sizes(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.workload != "base"]


def _growth(results: Sequence[Result]) -> tuple[Sequence[str], list[Sequence[str]]]:
    sizes = _sizes(results)
    smallest, largest = sizes[0], sizes[-1]
    heads = (
        "engine",
        *(f"{result.rules:,} rules" for result in sizes),
        f"{largest.rules / smallest.rules:.0f} times the rules",
    )
    rows = []
    for place, one in enumerate(smallest.measured):
        medians = [result.measured[place].median for result in sizes]
        rows.append((one.name, *(_figure(value) for value in medians), f"{_figure(medians[-1] / medians[0])} times"))
    return heads, list(rows)


def _table(title: str, heads: Sequence[str], rows: Any) -> Table:  # noqa: ANN401 - any rows of texts
    table = Table(title=title, title_justify="left")
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    return table


def _rows(heads: Sequence[str], rows: Any) -> str:  # noqa: ANN401 - as above
    ruler = ["---", *("---" if head == ENCODING else "---:" for head in heads[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, ruler, *rows))


def _spread(middle: float, least: float, most: float) -> str:
    return f"{_figure(middle)} ({_figure(least)}–{_figure(most)})"


def _figure(number: float) -> str:
    """Write a number with three figures that mean something."""
    decimals = 0 if number >= 100 else 1 if number >= 10 else 2  # noqa: PLR2004 - powers of ten
    return f"{number:,.{decimals}f}"


def _met(met: bool) -> str:  # noqa: FBT001 - one word for one truth
    return "met" if met else "MISSED"
