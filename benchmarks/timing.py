"""Time several things in turn, round by round, and show the least: what disturbs a machine only ever adds.

Where the disk matters, elapsed time is what somebody waits for; processor time beside it says how much of that is ours.
The processor time of a database server or of another program is not in it.
"""

from __future__ import annotations

import gc
import os
import platform
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


@dataclass(frozen=True)
class Timed:
    """Microseconds of elapsed and of processor time for one operation, round by round."""

    name: str
    elapsed: tuple[float, ...]
    worked: tuple[float, ...]

    @property
    def least(self) -> float:
        """The quickest round, in microseconds of elapsed time."""
        return min(self.elapsed)

    @property
    def rate(self) -> float:
        """Operations a second in the quickest round."""
        return 1e6 / self.least

    @property
    def rate_of_core(self) -> float:
        """Operations in a second of processor time, where nothing but one core is needed."""
        return 1e6 / min(self.worked)

    def times(self, other: Timed) -> float:
        """Return how many times the elapsed time of `other` this takes, least against least."""
        return self.least / other.least

    def cells(self) -> tuple[str, str, str]:
        """Return the cells of a table: least and median of elapsed time, least of processor time."""
        return figure(self.least), figure(median(self.elapsed)), figure(min(self.worked))


def in_turn(
    operations: Mapping[str, tuple[int, Callable[[], object]]], rounds: int, say: Callable[[str], None]
) -> dict[str, Timed]:
    """Do each operation (how often in a round, what) in each of `rounds` rounds, after one round that is not kept."""
    elapsed: dict[str, list[float]] = {name: [] for name in operations}
    worked: dict[str, list[float]] = {name: [] for name in operations}
    for number in range(rounds + 1):
        for name, (often, operation) in operations.items():
            say(f"{name}: round {number} of {rounds}")
            waited, busy = once(operation, often if number else 1)
            if number:
                elapsed[name].append(waited)
                worked[name].append(busy)
    return {name: Timed(name, tuple(elapsed[name]), tuple(worked[name])) for name in operations}


def once(operation: Callable[[], object], often: int, count: int = 1) -> tuple[float, float]:
    """Return microseconds of elapsed and of processor time for one of the `count` things that `operation` does."""
    gc.collect()
    gc.disable()
    try:
        started, busy = perf_counter(), process_time()
        for _ in range(often):
            operation()
        waited, busy = perf_counter() - started, process_time() - busy
    finally:
        gc.enable()
    return waited / often / count * 1e6, busy / often / count * 1e6


def surroundings(*more: str) -> str:
    """Say on what this was measured."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return ", ".join((python, f"{platform.system()} {platform.machine()}", f"{os.cpu_count()} cores", *more)) + "."


def lines(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose first column is text and whose others are figures."""
    ruler = ["---", *("---:" for _ in heads[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, ruler, *rows))


def goal(what: str, value: float, limit: float, *, least: bool = False) -> str:
    """Say how far a goal was met; it is the most that is wanted, or the least."""
    met = value >= limit if least else value <= limit
    wanted = f"{limit:,.0f}" if limit == int(limit) else f"{limit:,}"
    return f"- {what} {figure(value)} (goal: at {'least' if least else 'most'} {wanted}, {'met' if met else 'MISSED'})"


def figure(number: float) -> str:
    """Write a number with three figures that mean something."""
    decimals = 0 if number >= 100 else 1 if number >= 10 else 2  # noqa: PLR2004 - powers of ten
    return f"{number:,.{decimals}f}"


def sizes_of(text: str) -> list[int]:
    """Read sizes such as `1000,10000`, the smallest first. Raises ValueError."""
    return sorted({int(size) for size in text.split(",") if size.strip()})
