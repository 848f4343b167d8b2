"""Which steps a referral may take: one table of verbs, states, roles and reasons (DESIGN §10).

What is not in the table is refused. Who answers for a service that has no connection tells the caseworker by telephone;
the step then carries the caseworker's role, so that everybody sees whose word it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

from nrm.errors import NrmError, Problem
from nrm.referral.referral import LIVE, State, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

Why = Literal["who", "state", "reason"]

STATES: Final[tuple[State, ...]] = get_args(State)
VERBS: Final[tuple[Verb, ...]] = get_args(Verb)

PROVIDER: Final = "provider"
PERSON: Final = "person"
WORKER: Final = "worker"
KEEPERS: Final = frozenset({"caseworker", "supervisor"})
"""Who keeps the case. PROVIDER is the service that was asked, WORKER the program that runs clocks and deliveries."""

DECLINED: Final = (
    "no_capacity",
    "not_our_help",
    "needs_beyond_us",
    "not_safe_here",
    "conflict_of_interest",
    "too_far",
    "person_not_reached",
    "person_did_not_come",
    "no_reason_given",
)
"""Why a service says no. None of these is the person's own refusal: only a `Choice` is."""

WITHDRAWN: Final = ("consent_withdrawn", "consent_over", "no_longer_permitted", "not_wanted")
"""Why the program takes a referral back by itself: what it rested on is gone, and the ledger or the plan says so."""

REVOKED: Final = (
    *WITHDRAWN,
    "not_safe",
    "wrong_service",
    "better_service",
    "service_cannot",
    "met_otherwise",
    "key_lost",
    "made_in_error",
)
"""Why somebody takes a referral back."""


class Step(NamedTuple):
    """One line of the table. `came_from` holds None where there is no referral yet; `reasons` is a closed list."""

    verb: Verb
    came_from: frozenset[State | None]
    to: State
    who: frozenset[str]
    needs_reason: bool = False
    reasons: tuple[str, ...] = ()


_ANSWERS: Final = frozenset({PROVIDER}) | KEEPERS
_ASKED: Final[frozenset[State | None]] = frozenset({"sent", "received"})
_TAKEN: Final[frozenset[State | None]] = frozenset({"accepted", "in_progress"})
_LIVE: Final[frozenset[State | None]] = frozenset(LIVE)

TABLE: Final[tuple[Step, ...]] = (
    # A decline or silence goes to the next match: then the program drafts and sends, under the same permission.
    Step("draft", frozenset({None}), "draft", KEEPERS | {WORKER}),
    Step("send", frozenset({"draft"}), "sent", KEEPERS | {WORKER}),
    Step("receive", frozenset({"sent"}), "received", _ANSWERS),
    # Whoever answers has received; two steps on the telephone would only be one more to forget.
    Step("accept", _ASKED, "accepted", _ANSWERS),
    # A service that said yes and then cannot must be able to say so, or the person waits for nothing.
    Step("decline", _ASKED | _TAKEN, "declined", _ANSWERS, needs_reason=True, reasons=DECLINED),
    Step("start", frozenset({"accepted"}), "in_progress", _ANSWERS),
    Step("complete", _TAKEN, "completed", _ANSWERS),
    Step("revoke", _LIVE, "revoked", KEEPERS, needs_reason=True, reasons=REVOKED),
    # INVARIANT (nobody explains a no): the person may give a reason, and need not.
    Step("revoke", _LIVE, "revoked", frozenset({PERSON}), reasons=REVOKED),
    Step("revoke", _LIVE, "revoked", frozenset({WORKER}), needs_reason=True, reasons=WITHDRAWN),
    # INVARIANT (no clock drops a person): what a service has accepted does not expire.
    Step("expire", _ASKED | {"draft"}, "expired", frozenset({WORKER})),
)
"""For each verb and role at most one line; the final states come from none."""


def step(state: State | None, verb: Verb, role: str, reason: str | None = None) -> State:
    """Return the state after `role` does `verb` in `state` (None: there is no referral yet).

    Raises:
        TransitionRefusedError: the role never does this (`who`), not in this state (`state`), or the reason is missing
            or not on the list (`reason`).
    """
    found = next((line for line in TABLE if line.verb == verb and role in line.who), None)
    if found is None:
        raise TransitionRefusedError("who", state, verb, role)
    if state not in found.came_from:
        raise TransitionRefusedError("state", state, verb, role)
    if (reason is None and found.needs_reason) or (reason is not None and reason not in found.reasons):
        raise TransitionRefusedError("reason", state, verb, role, found.reasons)
    return found.to


def allowed(state: State | None, role: str) -> tuple[Verb, ...]:
    """Return what `role` may do in `state`, in the order of the verbs."""
    return tuple(verb for verb in VERBS if any(_fits(line, state, verb, role) for line in TABLE))


def _fits(line: Step, state: State | None, verb: Verb, role: str) -> bool:
    return line.verb == verb and state in line.came_from and role in line.who


class TransitionRefusedError(NrmError):
    """A referral does not take this step. `why` says what stands against it, `may` what this role can do instead."""

    def __init__(self, why: Why, state: State | None, verb: Verb, role: str, reasons: Sequence[str] = ()) -> None:
        self.why = why
        self.may = allowed(state, role)
        here = f"a referral that is `{state}`" if state else "a referral that there is not yet"
        what = {
            "who": f"the role `{role}` never does `{verb}`",
            "state": f"`{verb}` cannot follow on {here}",
            "reason": f"`{verb}` needs a reason from the list" if reasons else f"`{verb}` takes no reason",
        }
        super().__init__(Problem("referral", 0, what[why], self._todo(reasons)))

    def _todo(self, reasons: Sequence[str]) -> str:
        if self.why == "reason":
            return f"give one of {_listed(reasons)}" if reasons else "leave it out"
        return f"possible here: {_listed(self.may)}" if self.may else "nothing is possible here in this role"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
