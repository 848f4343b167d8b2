"""The rulebook: vocabulary and rules as they stand on one date in one country, with every number filled in.

This is the one form that the engines, the sentences and (later) the proofs read; nothing behind it looks at a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from nrm.rulebook.vocabulary import OutcomeKind, Vocabulary
    from nrm.rulebook.wording import Wording

FINDING = "finding"
"""The name under which findings stand beside facts; no fact can have it, because rules write `finding:`."""

Unit = Literal["hours", "days", "working_days", "months", "count"]

_HOURS: dict[Unit, float] = {"hours": 1, "days": 24, "working_days": 24 * 7 / 5, "months": 24 * 30, "count": 0}


@dataclass(frozen=True)
class Within:
    """A time limit: so many hours, days, working days or months."""

    amount: int
    unit: Unit

    def nominal_hours(self) -> float:
        """Return about how many hours this is, to compare two limits; a working day counts as 7/5 of a day."""
        return self.amount * _HOURS[self.unit]


@dataclass(frozen=True)
class FindingTest:
    """True when the finding was made."""

    finding: str


@dataclass(frozen=True)
class ValueTest:
    """True when the fact has one of the values (choice), or one of the codes was observed (codes)."""

    fact: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class NumberTest:
    """True when the number is at least `low` and less than `high` (None: open), or unknown and `unknown` is set."""

    fact: str
    low: int | None
    high: int | None
    unknown: bool


Test = FindingTest | ValueTest | NumberTest


@dataclass(frozen=True)
class Clause:
    """One condition: at least one of its tests must be true."""

    tests: tuple[Test, ...]


@dataclass(frozen=True)
class BookBranch:
    """One way in which a rule comes to apply: all clauses must be true. No clause at all means every case."""

    clauses: tuple[Clause, ...]
    because: Wording


@dataclass(frozen=True)
class Addition:
    """One outcome that a rule adds; `by` and `within` belong to duties."""

    kind: OutcomeKind
    code: str
    by: str | None = None
    within: Within | None = None


@dataclass(frozen=True)
class BookRule:
    """One rule in force."""

    name: str
    topic: str
    country: str | None
    title: str
    sources: tuple[str, ...]
    law: tuple[str, ...]
    reading: str
    owner: str
    version: date
    branches: tuple[BookBranch, ...]
    then: tuple[Addition, ...]


@dataclass(frozen=True)
class Rulebook:
    """All rules in force on one date in one country (None: the base alone)."""

    country: str | None
    vocabulary: Vocabulary
    rules: tuple[BookRule, ...]

    def rule(self, name: str) -> BookRule | None:
        """Return the rule in force named `name`, or None."""
        return next((rule for rule in self.rules if rule.name == name), None)

    def rules_giving(self, code: str) -> tuple[BookRule, ...]:
        """Return the rules that can add the outcome `code`."""
        return tuple(rule for rule in self.rules if any(addition.code == code for addition in rule.then))
