"""What two plans about one person say differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from nrm.rulebook.vocabulary import OUTCOME_KINDS

if TYPE_CHECKING:
    from nrm.engine.plan import Line, Plan
    from nrm.rulebook.vocabulary import OutcomeKind

How = Literal["comes", "goes", "changes", "is_withheld", "is_withheld_no_more"]


class Difference(NamedTuple):
    """One line that only one plan has, that has another time or role, or that a bar withholds in one of them only."""

    how: How
    kind: OutcomeKind
    code: str


def differences(before: Plan, after: Plan) -> tuple[Difference, ...]:
    """Return what is otherwise in `after`, in the order of the kinds and then of the codes."""
    old, new = _lines(before), _lines(after)
    found = [Difference("comes", *key) for key in new.keys() - old.keys()]
    found += [Difference("goes", *key) for key in old.keys() - new.keys()]
    found += [Difference("changes", *key) for key in old.keys() & new.keys() if old[key] != new[key]]
    was, now = ({(line.kind, line.code) for line in plan.withheld} for plan in (before, after))
    found += [Difference("is_withheld", *key) for key in now - was]
    found += [Difference("is_withheld_no_more", *key) for key in was - now]
    return tuple(sorted(found, key=lambda one: (OUTCOME_KINDS.index(one.kind), one.code, one.how)))


def _lines(plan: Plan) -> dict[tuple[OutcomeKind, str], list[tuple[object, ...]]]:
    """Return what each outcome says besides its reasons; a duty may be on several lines, one for each role."""
    found: dict[tuple[OutcomeKind, str], list[tuple[object, ...]]] = {}
    for kind in OUTCOME_KINDS:
        for line in plan.of(kind):
            found.setdefault((kind, line.code), []).append(_said(line))
    return found


def _said(line: Line) -> tuple[object, ...]:
    return line.by, line.within, line.withholds
