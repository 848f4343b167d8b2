"""Rank made-up services for one offer: the index beside the plain reference, and how both grow.

    python -m benchmarks.match [--rounds 5] [--largest 500000]

Prints a Markdown table for docs/performance.md. Every service answers the offer, so nothing is left out beforehand.
"""

from __future__ import annotations

import argparse
import platform
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from time import perf_counter
from typing import Final

from benchmarks.timing import once
from nrm.directory.candidate import Candidate, Free, Place
from nrm.directory.distance import unit_vector
from nrm.directory.index import DirectoryIndex
from nrm.directory.match import match
from nrm.directory.need import Need, Zone
from nrm.directory.place import Point

DAY: Final = date(2026, 3, 1)
OFFER: Final = "safe_accommodation"
SIZES: Final = (1_000, 10_000, 50_000, 100_000, 500_000)
SLOW_UP_TO: Final = 50_000
"""The plain reference is not run on more services than these."""
LANGUAGES: Final = ("en", "fr", "es", "ar", "vi", "ro", "sq")
THREE: Final = ("yes", "no", "unknown")

NEED: Final = Need(
    offer=OFFER,
    on=DAY,
    age="adult",
    years=27,
    gender="feminine",
    languages=frozenset({"vi", "en"}),
    interpretation="yes",
    disability="unknown",
    together="yes",
    dependants=(4,),
    region="region 3",
    near=Point(51.5, -0.1),
    zones=(Zone(Point(51.6, -0.2), 20), Zone(Point(53.4, -2.2), 40)),
    avoided=frozenset({"region 9"}),
    conflicts=frozenset({("made", "7")}),
    unit="bed",
)


def made_up(number: int, luck: Random) -> Candidate:
    """Return one service; a third of all fields is not said, as in real directories."""
    region = f"region {luck.randrange(40)}"
    where = Point(luck.uniform(50, 58), luck.uniform(-5, 2))
    secret = luck.random() < 0.2  # noqa: PLR2004 - one in five
    place = Place(None if secret else unit_vector(where), frozenset({region}), confidential=secret)
    day = DAY - timedelta(days=luck.randrange(3))
    return Candidate(
        key=("made", f"{number:07}"),
        name=f"Service {number}",
        organisation=("made", str(number % 3_000)),
        status=luck.choice(("active", "active", "active", "inactive", "unknown")),  # type: ignore[arg-type]
        types=frozenset({OFFER}),
        minimum_age=luck.choice((None, 0, 18)),
        maximum_age=luck.choice((None, 17, 99)),
        genders=luck.choice((frozenset(), frozenset({"feminine"}), frozenset({"feminine", "masculine"}))),
        languages=frozenset(luck.sample(LANGUAGES, luck.randrange(3))),
        interpreters=luck.random() < 0.3,  # noqa: PLR2004 - three in ten
        accessible=luck.choice(THREE),  # type: ignore[arg-type]
        families=luck.choice(THREE),  # type: ignore[arg-type]
        trafficking=luck.choice(THREE),  # type: ignore[arg-type]
        capacity=luck.choice(((), (Free(DAY, "bed", luck.randrange(8)),), (Free(day, "bed", 3, firm=False),))),
        verified=luck.choice((None, DAY - timedelta(days=luck.randrange(900)))),
        regions=frozenset({region}),
        places=(place,),
    )


def main() -> None:
    """Measure every size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}, best of {asked.rounds} rounds\n")
    print("| services | fit | columns made once, s | index, ms | index, processor ms | 10 explained, ms | plain, ms |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for size in (one for one in SIZES if one <= asked.largest):
        luck = Random(size)  # noqa: S311 - made-up services, the same ones each time
        print(_row([made_up(number, luck) for number in range(size)], asked.rounds), flush=True)
    if asked.largest >= SLOW_UP_TO:
        luck = Random(0)  # noqa: S311 - as above
        fitting = [_fitting(made_up(number, luck)) for number in range(SLOW_UP_TO)]
        print(_row(fitting, asked.rounds))


def _fitting(service: Candidate) -> Candidate:
    """Return the same service, so that nothing known refuses it: then all have to be put in order."""
    return replace(
        service,
        organisation=None,
        status="active",
        minimum_age=None,
        maximum_age=None,
        genders=frozenset(),
        capacity=(),
        families="unknown",
        places=(Place(virtual=True), *service.places),
    )


def _row(services: list[Candidate], rounds: int) -> str:
    size = len(services)
    started = perf_counter()
    index = DirectoryIndex(services)
    index.rank(NEED)
    built = perf_counter() - started
    found = index.rank(NEED)
    fast = [once(lambda: index.rank(NEED), 5) for _ in range(rounds)]
    first = min(once(lambda: found.first(10), 5)[0] for _ in range(rounds)) / 1e3
    waited, busy = min(one for one, _ in fast) / 1e3, min(one for _, one in fast) / 1e3
    plain = "–"
    if size <= SLOW_UP_TO:
        assert [one.candidate.key for one in match(NEED, services).accepted] == [
            found.candidates[row].key for row in found.rows
        ], "the two readings differ"
        plain = f"{once(lambda: match(NEED, services), 1)[0] / 1e3:,.0f}"
    return f"| {size:,} | {found.rows.size:,} | {built:.2f} | {waited:.2f} | {busy:.2f} | {first:.2f} | {plain} |"


if __name__ == "__main__":
    main()
