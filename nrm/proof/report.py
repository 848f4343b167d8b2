"""The report of a proof: which rulebook, which guarantees, which solver, and what came of each.

It is kept with the rulebook. Digests are SHA-256 over RFC 8785, as for rulebooks (`nrm.rulebook.digest`).
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from nrm import __version__
from nrm.proof import SECONDS
from nrm.proof.files import guarantee_digest
from nrm.proof.resolve import theory_on
from nrm.proof.solver import SOLVER, Prover
from nrm.proof.story import story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from nrm.engine.program import Program
    from nrm.proof.files import Guarantee
    from nrm.proof.resolve import Resolved
    from nrm.proof.solver import Result
    from nrm.proof.story import Story
    from nrm.rulebook.book import Rulebook
    from nrm.rulebook.files import Files


@dataclass(frozen=True)
class Entry:
    """One guarantee and what came of it; `story` tells the counterexample if there is one."""

    resolved: Resolved
    result: Result
    story: Story | None

    @property
    def name(self) -> str:
        """The name of the guarantee."""
        return self.resolved.guarantee.file.guarantee


@dataclass(frozen=True)
class Report:
    """What came of all guarantees for one rulebook on one date."""

    program: Program
    on: date
    entries: tuple[Entry, ...]
    seconds: float
    solver: str = SOLVER

    @property
    def proved(self) -> bool:
        """Say whether every guarantee was proved; only then may the rulebook come into force."""
        return all(entry.result.verdict == "proved" for entry in self.entries)


def prove_all(
    guarantees: Iterable[Guarantee],
    files: Files,
    rulebook: Rulebook,
    on: date,
    seconds: int = SECONDS,
    seen: Callable[[str], object] = str,
) -> Report:
    """Prove every guarantee in force on `on` for `rulebook`; `seen` hears the name of each before its turn."""
    started = monotonic()
    theory = theory_on(guarantees, files, rulebook, on)
    prover = Prover(theory.program, seconds)
    entries = []
    for resolved in theory.resolved:
        seen(resolved.guarantee.file.guarantee)
        result = prover.prove(resolved.claim)
        told = story(theory.program, resolved.claim, result.counterexample) if result.counterexample else None
        entries.append(Entry(resolved, result, told))
    return Report(theory.program, on, tuple(entries), monotonic() - started)


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as it is written to a file."""
    return {
        "rulebook": report.program.digest,
        "country": report.program.rulebook.country,
        "on": report.on.isoformat(),
        "engine": f"nrm {__version__}",
        "solver": report.solver,
        "seconds": round(report.seconds, 3),
        "proved": report.proved,
        "guarantees": [_entry(entry) for entry in report.entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    told = entry.story
    return {
        "guarantee": entry.name,
        "digest": guarantee_digest(entry.resolved.guarantee),
        "version": entry.resolved.version.from_.isoformat(),
        "verdict": entry.result.verdict,
        "seconds": round(entry.result.seconds, 3),
        "faults": list(entry.result.faults),
        "counterexample": told
        and {
            "how": told.how,
            "people": [
                {row.fact: list(row.values[person]) for row in told.rows}
                for person in range(len(entry.result.counterexample.cases) if entry.result.counterexample else 0)
            ],
            "outcomes": [{"code": point.code, "rules": list(point.rules)} for point in told.points],
        },
    }
