"""Which steps a published rulebook may take: one table, and the rule which one is in force on a date.

What is not in the table is refused. `worker` is the program itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol, TypeVar, get_args

from nrm.errors import Problem
from nrm.publishing.errors import PublishingError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

State = Literal["proposed", "checked", "approved", "in_force", "replaced", "rejected", "withdrawn", "rolled_back"]
Step = Literal[
    "propose", "roll_back", "check", "comment", "approve", "reject", "withdraw", "enforce", "replace", "undo"
]

STATES: Final[tuple[State, ...]] = get_args(State)
STEPS: Final[tuple[Step, ...]] = get_args(Step)

AUTHOR: Final = "rule_author"
APPROVER: Final = "rule_approver"
WORKER: Final = "worker"

BINDING: Final[frozenset[State]] = frozenset({"approved", "in_force", "replaced", "rolled_back"})
"""Signed by two officers: from its date on it decides, until the date of one that was approved after it."""

OPEN: Final[frozenset[State]] = frozenset({"proposed", "checked", "approved"})


class Line(NamedTuple):
    """One line of the table; `came_from` holds None where nothing is proposed yet, `to` is None where nothing changes.

    `verb` is what the log says.
    """

    step: Step
    came_from: frozenset[State | None]
    to: State | None
    who: frozenset[str]
    verb: str

    @property
    def right(self) -> str:
        """What the policies are asked: who may propose may propose that an older one comes back."""
        return "rulebook:propose" if self.step == "roll_back" else self.verb


def _from(*states: State | None) -> frozenset[State | None]:
    return frozenset(states)


_OFFICERS: Final = frozenset({AUTHOR, APPROVER})

TABLE: Final[tuple[Line, ...]] = (
    Line("propose", _from(None), "proposed", frozenset({AUTHOR}), "rulebook:propose"),
    # An older bundle comes back: it was checked when it was new, so that a fault can be undone at once.
    Line("roll_back", _from(None), "checked", frozenset({AUTHOR}), "rulebook:restore"),
    Line("check", _from("proposed", "checked"), "checked", _OFFICERS | {WORKER}, "rulebook:prove"),
    Line("comment", frozenset(STATES), None, _OFFICERS, "rulebook:comment"),
    Line("approve", _from("checked"), "approved", frozenset({APPROVER}), "rulebook:approve"),
    Line("reject", _from("proposed", "checked"), "rejected", frozenset({APPROVER}), "rulebook:reject"),
    # What is approved decides from its date on by itself, so only until then can it be taken back.
    Line("withdraw", frozenset(OPEN), "withdrawn", _OFFICERS, "rulebook:withdraw"),
    Line("enforce", _from("approved"), "in_force", frozenset({WORKER}), "rulebook:enforce"),
    Line("replace", _from("approved", "in_force"), "replaced", frozenset({WORKER}), "rulebook:enforce"),
    Line("undo", _from("approved", "in_force"), "rolled_back", frozenset({WORKER}), "rulebook:enforce"),
)
"""For each step one line."""

BY_STEP: Final = {line.step: line for line in TABLE}


def after(state: State | None, step: Step, role: str) -> State | None:
    """Return the state after `role` takes `step` in `state` (None: nothing is proposed yet).

    Raises:
        StepRefusedError: the role never does this, or it cannot follow on that state.
    """
    line = BY_STEP[step]
    if role not in line.who:
        raise StepRefusedError(f"the role `{role}` never does `{step}`", allowed(state, role))
    if state not in line.came_from:
        here = f"a rulebook that is `{state}`" if state else "a rulebook that was not proposed"
        raise StepRefusedError(f"`{step}` cannot follow on {here}", allowed(state, role))
    return state if line.to is None else line.to


def allowed(state: State | None, role: str) -> tuple[Step, ...]:
    """Return what `role` may do in `state`, in the order of the table."""
    return tuple(line.step for line in TABLE if state in line.came_from and role in line.who)


class Published(Protocol):
    """What decides which one is in force: its state, the first day on which it decides, and when it was approved."""

    @property
    def state(self) -> State:
        """Where it stands."""

    @property
    def from_(self) -> date:
        """The first day on which it decides."""

    @property
    def approved_at(self) -> datetime | None:
        """When the second officer signed."""


P = TypeVar("P", bound=Published)


def in_order(published: Iterable[P]) -> list[P]:
    """Return those that bind, in the order in which they take each other's place."""
    binding = [(one.from_, one.approved_at, one) for one in published if one.state in BINDING]
    assert all(at is not None for _, at, _ in binding), "a bundle binds that nobody approved"
    return [one for _, _, one in sorted(binding, key=lambda line: line[:2])]


def in_force(published: Iterable[P], on: date) -> P | None:
    """Return the one in force on `on`: of those that have begun the latest, and of one day the last approved.

    What was replaced or rolled back stays in force for the days before, so that a decision of then is made as then.
    """
    return next((one for one in reversed(in_order(published)) if one.from_ <= on), None)


class StepRefusedError(PublishingError):
    """A published rulebook does not take this step; `may` says what this role can do instead."""

    def __init__(self, what: str, may: tuple[Step, ...]) -> None:
        self.may = may
        listed = ", ".join(f"`{one}`" for one in may)
        todo = f"possible here: {listed}" if may else "nothing is possible here in this role"
        super().__init__(Problem("rulebook", 0, what, todo))
