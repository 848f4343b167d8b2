"""The plan: what one person is owed on one date, line by line, each line with all of its reasons."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nrm.rulebook.vocabulary import OUTCOME_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from nrm.engine.program import Atom, Program, Step
    from nrm.rulebook.book import Within
    from nrm.rulebook.vocabulary import OutcomeKind


class Reason(NamedTuple):
    """Why a line stands in the plan: the step that applied and the facts and findings that it relied on."""

    step: Step
    relied: tuple[Atom, ...]


class Line(NamedTuple):
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
    program: Program,
    on: date,
    reasons: Iterable[Reason],
    dispute: Dispute | None = None,
    agreed: frozenset[int] = frozenset(),
) -> Plan:
    """Gather the reasons into lines.

    `reasons` are those of every step that applied, by step; in a dispute only the steps in `agreed` may disclose.

    INVARIANT (a bar beats everything): a duty or disclosure that a bar in force forbids is withheld from the plan.
    """
    slots = program.slots
    gathered: dict[int, list[Reason]] = defaultdict(list)
    limits: dict[int, Within] = {}
    for reason in reasons:
        step = reason.step
        for place in step.gives:
            gathered[place].append(reason)
        for place, within in step.limits:
            known = limits.get(place)
            if known is None or within.nominal_hours() < known.nominal_hours():
                limits[place] = within
    if dispute is not None:
        gathered = _permitted(gathered, program, agreed)
    bars = program.rulebook.vocabulary.bars
    present = {slots[place][1] for place in gathered}
    forbidden = {code for bar in present & bars.keys() for code in bars[bar].forbids}
    lines: dict[OutcomeKind, list[Line]] = {kind: [] for kind in OUTCOME_KINDS}
    withheld: list[Line] = []
    for place in sorted(gathered):
        kind, code, by = slots[place]
        holds = tuple(c for c in bars[code].forbids if c in present) if kind == "bar" else ()
        line = Line(kind, code, by, limits.get(place), tuple(gathered[place]), holds)
        (withheld if code in forbidden else lines[kind]).append(line)
    return Plan(
        digest=program.digest,
        country=program.rulebook.country,
        on=on,
        lines={kind: tuple(found) for kind, found in lines.items()},
        withheld=tuple(withheld),
        dispute=dispute,
    )


def _permitted(
    gathered: Mapping[int, list[Reason]], program: Program, agreed: frozenset[int]
) -> dict[int, list[Reason]]:
    """Drop the disclosures that not both readings permit."""
    kept: dict[int, list[Reason]] = {}
    for place, reasons in gathered.items():
        permitted = [reason for reason in reasons if reason.step.index in agreed]
        if program.slots[place][0] != "disclosure":
            kept[place] = reasons
        elif permitted:
            kept[place] = permitted
    return kept
