"""What `benchmarks/referral.py` measures on one database, stage by stage, as plain figures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from math import ceil
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Final

from benchmarks.many_referrals import fill_clocks, fill_referrals
from benchmarks.many_services import import_services
from benchmarks.referral_parts import parts_of
from benchmarks.referral_work import NOON, STEPS, ReferralWork
from benchmarks.stopwatch import watched
from benchmarks.timing import once
from nrm.casework.clocks.ticking import AT_ONCE, tick

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from nrm.bootstrap_store import Office

WHOLE: Final = "the whole way"
SERVICES: Final = 4_000
ANSWERS_DUE: Final = NOON - timedelta(hours=1)
LONG_AGO: Final = NOON - timedelta(days=1)
FAR_OFF: Final = NOON + timedelta(days=1_000)
FEW: Final = 10


@dataclass(frozen=True)
class Spread:
    """Milliseconds of fresh cases: elapsed, and of processor time, in the order in which they were measured."""

    elapsed: tuple[float, ...]
    worked: tuple[float, ...]

    @property
    def median(self) -> float:
        """Half took less."""
        return median(self.elapsed)

    @property
    def p95(self) -> float:
        """All but one in twenty took less."""
        return sorted(self.elapsed)[ceil(0.95 * len(self.elapsed)) - 1]

    @property
    def least(self) -> float:
        """The quickest: what disturbs a machine only ever adds."""
        return min(self.elapsed)

    @property
    def busy(self) -> float:
        """Processor time, median."""
        return median(self.worked)


@dataclass(frozen=True)
class Worker:
    """What a worker needs for clocks that are all due: milliseconds of elapsed and of processor time.

    `at_once` and `batches` find all of them without the work that follows, `each` is that work for one, from a sample.
    """

    clocks: int
    at_once: tuple[float, float]
    batches: tuple[float, float]
    each: tuple[float, float]
    sample: int


@dataclass
class Measured:
    """One database; growth by its size."""

    kind: str
    services: int
    steps: dict[str, Spread] = field(default_factory=dict)
    parts: dict[str, tuple[float, float]] = field(default_factory=dict)
    package_bytes: tuple[int, ...] = ()
    opened: tuple[float, float] = (0.0, 0.0)
    by_services: dict[int, Spread] = field(default_factory=dict)
    by_cases: dict[int, Spread] = field(default_factory=dict)
    few_due: dict[int, tuple[float, float]] = field(default_factory=dict)
    worker: Worker | None = None


def fresh(work: ReferralWork, count: int, say: Callable[[str], None]) -> dict[str, Spread]:
    """Go the whole way with `count` fresh cases, and return how long each step took."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in (*STEPS, WHOLE)}
    for number in range(count):
        say(f"fresh case {number + 1} of {count}")
        began, busy = perf_counter(), process_time()
        for name, step in work.steps().items():
            before, worked = perf_counter(), process_time()
            step()
            found[name].append(((perf_counter() - before) * 1e3, (process_time() - worked) * 1e3))
        found[WHOLE].append(((perf_counter() - began) * 1e3, (process_time() - busy) * 1e3))
    return {name: Spread(*map(tuple, zip(*pairs, strict=True))) for name, pairs in found.items()}


def parts(work: ReferralWork, count: int) -> dict[str, tuple[float, float]]:
    """Return the milliseconds (elapsed, processor) that each part of the whole way takes, on average."""
    with watched(parts_of(work.office)) as watch:
        watch.begin()
        for _ in range(count):
            work.whole()
        watch.end()
    return {name: (watch.elapsed[name] / count * 1e3, watch.worked[name] / count * 1e3) for name in watch.elapsed}


def packages(work: ReferralWork, count: int) -> tuple[tuple[int, ...], tuple[float, float]]:
    """Return the sizes of some packages, and the milliseconds in which their service opens and checks one."""
    sealed = work.parcels(count)
    waited, busy = once(lambda: [work.open(one) for one in sealed], 1, count)
    return tuple(map(len, sealed)), (waited / 1e3, busy / 1e3)


def measure(
    kind: str,
    office: Office,
    *,
    count: int,
    services: Sequence[int],
    cases: Sequence[int],
    clocks: Sequence[int],
    say: Callable[[str], None],
) -> Measured:
    """Measure one database: few services and cases first, then more and more of each."""

    def told(text: str) -> None:
        say(f"{kind}: {text}")

    found = Measured(kind, SERVICES)
    told("importing services")
    import_services(office, SERVICES)
    work = ReferralWork(office)
    fresh(work, min(count, 20), told)  # warms everything up
    found.steps = fresh(work, count, told)
    told("parts")
    found.parts = parts(work, count)
    found.package_bytes, found.opened = packages(work, min(count, 50))
    some = max(2, count // 4)
    for size in services:
        told(f"importing {size:,} services")
        import_services(office, size)
        fresh(work, 2, told)
        found.by_services[size] = fresh(work, some, told)[WHOLE]
    import_services(office, SERVICES)
    _grow(found, work, some, cases, clocks, told)
    return found


def _grow(
    found: Measured,
    work: ReferralWork,
    some: int,
    cases: Sequence[int],
    clocks: Sequence[int],
    say: Callable[[str], None],
) -> None:
    """Store more and more referrals, and then clocks, and measure with each number of them."""
    office = work.office
    stored: list[UUID] = []
    for size in cases:
        stored += fill_referrals(office, size - len(stored), ANSWERS_DUE, say)
        fresh(work, 2, say)
        found.by_cases[size] = fresh(work, some, say)[WHOLE]
    if not stored:
        return
    few = sorted(stored)[:FEW]
    fill_clocks(office, few, 1, LONG_AGO, say)
    standing = len(stored)
    for size in clocks:
        each = (size - standing) // len(stored)
        if each > 0:
            fill_clocks(office, sorted(stored), each, FAR_OFF, say)
            standing += each * len(stored)
        found.few_due[standing] = _least(lambda: _due(office, LONG_AGO, AT_ONCE, len(few)))
    found.worker = _worker(work, len(stored), say)


def _worker(work: ReferralWork, count: int, say: Callable[[str], None]) -> Worker:
    office, later = work.office, ANSWERS_DUE + timedelta(seconds=1)
    say("scanning clocks that are all due")
    at_once = _least(lambda: _due(office, later, count, count))
    batches = _least(lambda: [_due(office, later, AT_ONCE, min(count, AT_ONCE)) for _ in range(-(-count // AT_ONCE))])
    say("looking at clocks that are due")
    desk = replace(work.desk, clock=lambda: later)
    began, busy, looked = perf_counter(), process_time(), 0
    for _ in range(3):
        looked += tick(desk, set()).looked
    each = ((perf_counter() - began) * 1e3 / looked, (process_time() - busy) * 1e3 / looked)
    return Worker(count, at_once, batches, each, looked)


def _due(office: Office, now: datetime, most: int, least: int) -> None:
    found = office.store.run(lambda unit: len(unit.clocks.due(now, most)))
    assert found >= least, "fewer clocks are due than were put in"


def _least(operation: Callable[[], object]) -> tuple[float, float]:
    operation()
    timed = [once(operation, 1) for _ in range(3)]
    return min(waited for waited, _ in timed) / 1e3, min(busy for _, busy in timed) / 1e3
