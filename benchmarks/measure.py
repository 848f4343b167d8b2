"""Measure all contenders in one process, round by round, so that a machine that slows down does so for all of them.

What is compared is the processor time of the whole process, all threads together: other programs on the same machine
do not add to it. Elapsed time is kept beside it, because an engine that waits for its own threads shows only there.
"""

from __future__ import annotations

import gc
import resource
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.contender import Contender
    from benchmarks.rulebooks import Workload
    from nrm.engine.facts import Facts

LEAST_SECONDS = 0.05
"""A round of one contender lasts at least this long."""

MOST_SECONDS = 0.3
"""A contender that needs longer than this for all cases gets fewer of them."""

LEAST_CASES = 5


class DifferentAnswersError(Exception):
    """Two contenders do not apply the same rules: there is nothing to compare."""


@dataclass(frozen=True)
class Measured:
    """What one contender took under one rulebook: microseconds and page faults per decision, round by round."""

    name: str
    encoding: str
    cases: int
    micros: tuple[float, ...]
    elapsed: tuple[float, ...]
    faults: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median of the rounds, in microseconds of processor time."""
        return median(self.micros)


def times_of(one: Measured, other: Measured) -> tuple[float, float, float]:
    """Return how many times the time of `other` `one` takes: median, least and most of the rounds."""
    ratios = [mine / theirs for mine, theirs in zip(one.micros, other.micros, strict=True)]
    return median(ratios), min(ratios), max(ratios)


def measure(
    workload: Workload, contenders: Sequence[Contender], rounds: int, say: Callable[[str], None]
) -> list[Measured]:
    """Measure `contenders` on the cases of `workload`, all of them in each of `rounds` rounds.

    Raises:
        DifferentAnswersError: they do not all apply the same rules.
    """
    wanted = [contenders[0].applied(contenders[0].run(contenders[0].prepare(case))) for case in workload.cases]
    timed = [_Timed(contender, workload.cases, wanted) for contender in contenders]
    for number in range(rounds):
        say(f"{workload.name}: round {number + 1} of {rounds}")
        for one in timed:
            one.round()
    return [one.measured() for one in timed]


class _Timed:
    """One contender with its cases prepared, checked against the answers that are `wanted`."""

    def __init__(self, contender: Contender, cases: Sequence[Facts], wanted: Sequence[frozenset[str]]) -> None:
        self.contender = contender
        self.micros: list[float] = []
        self.elapsed: list[float] = []
        self.faults: list[float] = []
        prepared = [contender.prepare(case) for case in cases]
        started = perf_counter()
        for case, rules in zip(prepared, wanted, strict=True):
            applied = contender.applied(contender.run(case))
            if applied != rules:
                differing = ", ".join(sorted(applied ^ rules)[:5])
                raise DifferentAnswersError(f"{contender.name} differs from the others on {differing}")
        # The first decisions also warm the contender up; their time only says how many cases fit into a round.
        each = (perf_counter() - started) / len(cases)
        fitting = max(LEAST_CASES, int(MOST_SECONDS / each))
        self.prepared: list[Any] = prepared[:fitting]
        self.passes = max(1, round(LEAST_SECONDS / (each * len(self.prepared))))

    def round(self) -> None:
        """Decide all cases, as often as it takes to fill a round."""
        run, prepared = self.contender.run, self.prepared
        count = 0
        passes = self.passes
        gc.collect()
        gc.disable()
        faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        started, worked = perf_counter(), process_time()
        while True:
            for _ in range(passes):
                for case in prepared:
                    run(case)
            count += passes * len(prepared)
            elapsed = perf_counter() - started
            if elapsed >= LEAST_SECONDS:
                break
        worked = process_time() - worked
        faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults
        gc.enable()
        self.micros.append(worked / count * 1e6)
        self.elapsed.append(elapsed / count * 1e6)
        self.faults.append(faults / count)

    def measured(self) -> Measured:
        """Return all rounds."""
        contender = self.contender
        return Measured(
            contender.name,
            contender.encoding,
            len(self.prepared),
            tuple(self.micros),
            tuple(self.elapsed),
            tuple(self.faults),
        )
