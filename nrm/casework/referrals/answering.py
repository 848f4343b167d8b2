"""What a service does with its own referrals: see them, fetch the package, accept, decline, start, complete.

INVARIANT (a service sees its own): it finds a referral only by the mark of its own identity; of all others it hears
that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from nrm.access import Referral as ReferralInHand
from nrm.casework.asked import permit
from nrm.casework.clocks.follow_up import find_next, note_transport, settle
from nrm.casework.errors import NoSuchCaseError, ShreddedError, StaleVersionError
from nrm.casework.items import opened_referral
from nrm.casework.journal import Journal
from nrm.casework.referral_errors import NoSuchReferralError
from nrm.casework.referrals.sending import PACKAGE, parcel_bytes
from nrm.casework.referrals.services import mark, organisation_of
from nrm.casework.referrals.steps import take
from nrm.casework.safe import OpenCase
from nrm.casework.work import Work
from nrm.errors import Problem
from nrm.referral.lifecycle import PROVIDER
from nrm.referral.package_errors import ReplyRefusedError, UnknownSignerError
from nrm.referral.referral import LIVE
from nrm.referral.reply import answers_to, read_reply
from nrm.vault.errors import MisplacedError, of_vault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.ports_referral import ReferralRow
    from nrm.referral.referral import Referral, Verb

MOST_LISTED: Final = 1000
"""Referrals in one answer; the next one goes on behind them."""

_NO_SERVICE: Final = UUID(int=0)


@dataclass(frozen=True)
class Answered:
    """A referral as it stands now, with its version and its case, which is never told to a service."""

    referral: Referral
    version: int
    case: UUID


@dataclass(frozen=True)
class Waiting:
    """A referral as its service sees it before it has opened the package: no person, no case."""

    referral: UUID
    version: int
    state: str
    changed_at: datetime


def own_referrals(
    desk: Desk,
    asked: Asked,
    states: Sequence[str] = tuple(sorted(LIVE)),
    after: UUID | None = None,
    most: int = MOST_LISTED,
) -> list[Waiting]:
    """Return referrals to the asker's service that are in these states, `most` at most, on from the referral `after`.

    They come in the order of their identifiers. Drafts are nobody's business yet.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> list[Waiting]:
        permit(asked, "referral:read", ReferralInHand(asked.organisation, asked.organisation))
        marked = mark(desk.counter.mark_key, asked.organisation)
        wanted = [state for state in states if state != "draft"]
        found = unit.referrals.marked(marked, wanted, after, most)
        journal.write(unit, "referral:read")
        return [Waiting(row.referral, row.version, row.state, row.changed_at) for row in found]

    return journal.attempt("referral:read", work)


def own_referral(desk: Desk, asked: Asked, referral: UUID) -> Answered:
    """Return a referral to the asker's service as it stands; that it was looked at is an entry.

    Raises:
        NoSuchReferralError: there is none, or it is another's.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Answered:
        permit(asked, "referral:read", ReferralInHand)
        row, done = _found(desk, unit, journal, asked, "referral:read", referral, None)
        one = opened_referral(done.case, row)
        journal.write(unit, "referral:read", case=done.case, purpose=one.purpose, basis=one.basis)
        return Answered(one, row.version, row.case)

    return journal.attempt("referral:read", work)


def fetch(desk: Desk, asked: Asked, referral: UUID) -> bytes:
    """Return the sealed package of a referral to the asker's service; that it was fetched is an answer too.

    The package can be fetched again until the service has answered, because a download can fail; a revocation always,
    because nobody answers it.

    Raises:
        NoSuchReferralError: there is none, it is another's, or nothing lies there for it.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> bytes:
        permit(asked, "referral:receive", ReferralInHand)
        row, done = _found(desk, unit, journal, asked, "referral:receive", referral, None)
        one = opened_referral(done.case, row)
        waiting = [message for message in unit.outbox.of(row.case) if message.about == referral]
        chosen = next((message for message in waiting if message.message == one.message), None)
        chosen = chosen or (waiting[0] if waiting else None)
        if chosen is None:
            raise NoSuchReferralError
        if chosen.kind == PACKAGE and one.state == "sent":
            take(done, row, one, "receive")
        else:
            journal.write(unit, "referral:read", case=done.case, purpose=one.purpose, basis=one.basis)
        return parcel_bytes(done.case, chosen)

    return journal.attempt("referral:receive", work)


def answer(
    desk: Desk,
    asked: Asked,
    referral: UUID,
    verb: Verb,
    seen: int | None = None,
    reason: str | None = None,
    case: UUID | None = None,
) -> Answered:
    """Take a step that a service takes: receive, accept, decline, start or complete.

    A service does so for itself; the caseworker of the case notes what a service said by telephone. After a decline the
    coordinator has the task to find another one, until the program or a person has.

    Raises:
        NoSuchReferralError: there is none for this asker, or it is of another case than the one that is named.
        StaleVersionError: it changed since version `seen`.
        TransitionRefusedError: not from this state, or not without a reason from the list.
    """
    action = f"referral:{verb}"
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Answered:
        permit(asked, action, ReferralInHand)
        row, done = _found(desk, unit, journal, asked, action, referral, seen)
        if case is not None and row.case != case:
            raise NoSuchReferralError
        return step_taken(done, row, verb, reason)

    return journal.attempt(action, work)


def take_reply(desk: Desk, asked: Asked, data: bytes) -> Answered:
    """Take a signed reply that a service sent by e-mail or on a stick; it counts as the service's own word.

    Raises:
        NoSuchReferralError: it answers none that this asker keeps.
        PackageError: it is no reply, it is too old, or it was not signed by the service that was asked.
        TransitionRefusedError: it comes too late, or for the second time.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Answered:
        permit(asked, "referral:receive", ReferralInHand)
        row, done = _found(desk, unit, journal, asked, "referral:receive", answers_to(data), None)
        one = opened_referral(done.case, row)
        sidecar = desk.counter.services.sidecar(one.service)
        if sidecar is None or sidecar.signing_key is None or sidecar.confirmed is None:
            what = "the key with which the service signs was never confirmed"
            raise UnknownSignerError(Problem("reply", 0, what, "confirm it by telephone, and note it in its record"))
        reply = read_reply(data, sidecar.signing_key, desk.clock())
        if reply.message != one.message:
            raise ReplyRefusedError(Problem("reply", 0, "it answers another package", "ask the service for another"))
        return step_taken(done, row, reply.verb, reply.reason, by=PROVIDER)

    return journal.attempt("referral:receive", work)


def step_taken(work: Work, row: ReferralRow, verb: Verb, reason: str | None, by: str | None = None) -> Answered:
    """Let the referral in `row` take a step, with what follows from it for its offer; `by` as in `steps.take`."""
    kept, after = take(work, row, opened_referral(work.case, row), verb, reason, by=by)
    # A yes on the telephone brings no package: it stays where it is until the service has it, or the referral ended.
    has_it = by == PROVIDER or any(one.verb == "receive" for one in after.passed)
    if verb != "receive" and after.message is not None and (has_it or not after.live):
        lying = work.unit.outbox.get(work.case.case, after.message)
        if lying is not None:
            work.unit.outbox.done(work.case.case, lying.message, lying.lease)
    if verb in {"decline", "expire"}:
        find_next(work, after)
    elif verb == "accept":
        note_transport(work, after)
    settle(work)
    return Answered(after, kept.version, row.case)


def _found(
    desk: Desk, unit: UnitOfWork, journal: Journal, asked: Asked, verb: str, referral: UUID, seen: int | None
) -> tuple[ReferralRow, Work]:
    """Return the row of a referral that the asker may answer, its case held and open."""
    found = unit.referrals.find(referral)
    if found is None:
        raise NoSuchReferralError
    # The mark says whether it is the asker's service that is asked; a draft asks nobody yet.
    theirs = found.mark == mark(desk.counter.mark_key, asked.organisation) and found.state != "draft"
    try:
        keeper = unit.cases.get(found.case).organisation
        permit(asked, verb, ReferralInHand(keeper, asked.organisation if theirs else _NO_SERVICE))
        held = {row.referral: row for row in unit.referrals.of(found.case)}  # holds the case, then reads again
        row, case = held[referral], unit.cases.get(found.case)
    except (NoSuchCaseError, ShreddedError, KeyError):
        raise NoSuchReferralError from None
    if seen is not None and seen != row.version:
        raise StaleVersionError(seen, row.version)
    done = Work(desk, unit, journal, asked, OpenCase.of(case, desk.keyring))
    one = opened_referral(done.case, row)
    if asked.role == PROVIDER and organisation_of(one.service) != asked.organisation:
        what = "the store gives a referral to another service than the one that was asked"
        raise MisplacedError(of_vault(what, "somebody altered the store: keep it as it is, and restore a backup"))
    return row, done
