"""Who gains and who loses over a caseload when a bundle takes the place of another; only protected counts come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nrm.population.caseload import people_of
from nrm.population.impact import impact
from nrm.proof.compare import lines_touched, paired
from nrm.rulebook.resolve import rulebook_on
from nrm.statistics.protect import Shown, protect_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from nrm.population.impact import Affected, Impact
    from nrm.publishing.bundle import Bundle


@dataclass(frozen=True)
class CaseloadImpact:
    """How many cases were looked at, and who of them gains or loses which line.

    INVARIANT (no raw count): every number went through `nrm.statistics`.
    """

    cases: Shown
    impact: Impact

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it: totals, and for each line who gains and who loses."""
        return {
            "cases": self.cases,
            "gain": _plain(self.impact.gain),
            "lose": _plain(self.impact.lose),
            "lines": [
                {
                    "kind": one.line[0],
                    "code": one.line[1],
                    "by": one.line[2],
                    "gain": one.gain.total,
                    "lose": one.lose.total,
                }
                for one in self.impact.lines
            ],
        }


def impact_on(
    before: Bundle, after: Bundle, caseload: Iterable[Mapping[str, object]], on: date, country: str | None = None
) -> CaseloadImpact:
    """Compare two bundles on one day over cases, each given as its known facts (as a case keeps them packed).

    Raises:
        RulebookRefusedError: a fact is of one type in the one and of another in the other.
        UnknownNameError: one of them gives no rulebook for that day or country.
    """
    pair = paired(*(rulebook_on(one.files, on, country) for one in (before, after)))
    people = people_of(caseload, pair.new.rulebook.vocabulary)
    return CaseloadImpact(protect_count(people.count), impact(pair.old, pair.new, people, lines_touched(pair)))


def _plain(affected: Affected) -> dict[str, Any]:
    return {"total": affected.total, "by": {name: dict(table.cells) for name, table in affected.by.items()}}
