"""The plan: what one person is owed on one date, line by line, each line with all of its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.rulebook.vocabulary import OUTCOME_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from nrm.engine.program import Atom, Program, Step
    from nrm.rulebook.book import Within
    from nrm.rulebook.vocabulary import OutcomeKind, Vocabulary


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a line stands in the plan: the step that applied and the facts and findings that it relied on."""

    step: Step
    relied: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One outcome. `within` is the shortest limit that any of its reasons sets; `withholds` is filled for bars."""

    kind: OutcomeKind
    code: str
    by: str | None
    within: Within | None
    reasons: tuple[Reason, ...]
    withholds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dispute:
    """What the two engines did not agree on: rules that only one of them applied, or that one did not answer."""

    only_masks: tuple[str, ...]
    only_rete: tuple[str, ...]
    rete_failed: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """All lines for one person on one date, under the rulebook that `digest` names."""

    digest: str
    country: str | None
    on: date
    lines: Mapping[OutcomeKind, tuple[Line, ...]]
    withheld: tuple[Line, ...] = ()
    dispute: Dispute | None = None

    @property
    def disputed(self) -> bool:
        """Say whether the two engines disagreed; a person must then look."""
        return self.dispute is not None

    def of(self, kind: OutcomeKind) -> tuple[Line, ...]:
        """Return the lines of one kind, in the order of the vocabulary."""
        return self.lines[kind]

    def codes(self, kind: OutcomeKind | None = None) -> frozenset[str]:
        """Return the codes of all lines, or of the lines of one kind."""
        kinds = OUTCOME_KINDS if kind is None else (kind,)
        return frozenset(line.code for one in kinds for line in self.lines[one])

    def line(self, code: str) -> Line | None:
        """Return the first line with `code`, or None."""
        return next((line for kind in OUTCOME_KINDS for line in self.lines[kind] if line.code == code), None)


def make_plan(
    program: Program, on: date, reasons: Iterable[Reason], disclosed: frozenset[int], dispute: Dispute | None = None
) -> Plan:
    """Gather the reasons into lines.

    `reasons` are those of every step that applied; only the steps in `disclosed` may add disclosures.

    INVARIANT (a bar beats everything): a duty or disclosure that a bar in force forbids is withheld from the plan.
    """
    gathered: dict[tuple[OutcomeKind, str, str | None], tuple[list[Reason], Within | None]] = {}
    for reason in sorted(reasons, key=lambda reason: (reason.step.rule.name, reason.step.branch)):
        for addition in reason.step.additions:
            if addition.kind == "disclosure" and reason.step.index not in disclosed:
                continue
            key = (addition.kind, addition.code, addition.by)
            if key not in gathered:
                gathered[key] = ([reason], addition.within)
                continue
            shared, within = gathered[key]
            if shared[-1] is not reason:
                shared.append(reason)
            gathered[key] = (shared, _shorter(within, addition.within))
    return _ordered(program, on, gathered, dispute)


def _shorter(one: Within | None, other: Within | None) -> Within | None:
    if one is None or other is None:
        return one or other
    return min(one, other, key=lambda within: within.nominal_hours())


def _ordered(
    program: Program,
    on: date,
    gathered: Mapping[tuple[OutcomeKind, str, str | None], tuple[list[Reason], Within | None]],
    dispute: Dispute | None,
) -> Plan:
    words = program.rulebook.vocabulary
    forbidden = _forbidden(words, [code for kind, code, _ in gathered if kind == "bar"])
    lines: dict[OutcomeKind, list[Line]] = {kind: [] for kind in OUTCOME_KINDS}
    withheld: list[Line] = []
    rank = program.rank
    for kind, code, by in sorted(gathered, key=lambda key: (rank[key[1]], key[2] or "")):
        reasons, within = gathered[kind, code, by]
        holds = tuple(c for c in words.bars[code].forbids if _present(gathered, c)) if kind == "bar" else ()
        line = Line(kind, code, by, within, tuple(reasons), holds)
        (withheld if code in forbidden else lines[kind]).append(line)
    return Plan(
        digest=program.digest,
        country=program.rulebook.country,
        on=on,
        lines={kind: tuple(found) for kind, found in lines.items()},
        withheld=tuple(withheld),
        dispute=dispute,
    )


def _forbidden(words: Vocabulary, bars: Iterable[str]) -> frozenset[str]:
    return frozenset(code for bar in bars for code in words.bars[bar].forbids)


def _present(gathered: Mapping[tuple[OutcomeKind, str, str | None], object], code: str) -> bool:
    return any(found == code for _, found, _ in gathered)
