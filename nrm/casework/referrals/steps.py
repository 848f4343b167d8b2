"""One step of a referral, checked against the state table, with all that must happen in the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

from nrm.casework.items import RUNNING, add_clocks, change_clock, change_referral, clocks_of
from nrm.casework.referrals.sending import post_package, post_revocation
from nrm.casework.referrals.services import organisation_of
from nrm.referral.clocks import Clockmaker
from nrm.referral.lifecycle import step
from nrm.referral.referral import Passed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from nrm.casework.ports_referral import ReferralRow
    from nrm.casework.referrals.sending import Posted
    from nrm.casework.work import Work
    from nrm.referral.referral import Referral, Verb

_ENDS_WAITING: frozenset[Verb] = frozenset({"accept", "decline", "revoke", "expire", "complete"})
_STAYS: Final = frozenset({"service_felt_unsafe"})
"""Tasks about a referral that its end does not end: a person felt unsafe, whatever became of the referral."""


def take(
    work: Work,
    row: ReferralRow,
    referral: Referral,
    verb: Verb,
    reason: str | None = None,
    *,
    by: str | None = None,
    posted: Posted | None = None,
) -> tuple[ReferralRow, Referral]:
    """Let a referral take one step and write its entry; `posted` is the package that was sent with it.

    `by` is whose step it is where that is not who asks: a service whose signed word the program has.

    Raises:
        TransitionRefusedError: not by this role, not from this state, or not with this reason.
        StaleVersionError: somebody else took another step.
    """
    now = work.desk.clock()
    role = by or work.asked.role
    state = step(referral.state, verb, role, reason)
    passed = (*referral.passed, Passed(at=now, verb=verb, by=role, reason=reason))
    after = referral.model_copy(update={"state": state, "passed": passed})
    if posted is not None:
        after = after.model_copy(update={"message": posted.message, "digest": posted.digest})
    kept = change_referral(work.unit, work.case, row, now, after)
    told = {"referral": str(referral.id), **({"reason": reason} if reason else {})}
    # A draft is nobody's to know: its service hears of it when it was sent.
    journal = work.journal.known_to(organisation_of(after.service)) if after.message is not None else work.journal
    journal.write(
        work.unit, f"referral:{verb}", case=work.case, details=told, purpose=referral.purpose, basis=referral.basis
    )
    if verb in _ENDS_WAITING:
        stop_clocks(work, about=referral.id)
    if verb == "revoke":
        post_revocation(work.desk, work.unit, work.case, after)
    return kept, after


def send(
    work: Work, row: ReferralRow, referral: Referral, parts: Mapping[str, bytes], sources: Sequence[str]
) -> tuple[ReferralRow, Referral]:
    """Seal the package of a draft, put it into the outbox and start the clock of its answer."""
    stop_clocks(work, about=referral.id)  # that of the draft
    posted = post_package(work.desk, work.unit, work.journal, work.case, parts, referral, sources)
    kept, sent = take(work, row, referral, "send", posted=posted)
    wait(work, sent)
    return kept, sent


def wait(work: Work, referral: Referral) -> None:
    """Start the clock after which a referral holds its offer no more: no answer came, or its draft was not sent."""
    maker = Clockmaker(work.desk.clock(), work.desk.counter.calendar, uuid4)
    waits = maker.of_answer(referral, work.desk.counter.tasks)
    add_clocks(work.unit, work.case, [(waits, waits.due)])


def stop_clocks(work: Work, *, about: UUID) -> None:
    """Stop the clock of the answer and the tasks of one referral: nothing is left of them to be done."""
    now = work.desk.clock()
    for row, clock in clocks_of(work.unit, work.case):
        if clock.about == about and clock.state in RUNNING and clock.code not in _STAYS:
            ended = clock.model_copy(update={"state": "cancelled", "ended_at": now})
            change_clock(work.unit, work.case, row, ended, None)
