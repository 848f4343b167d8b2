"""Refer a person: find who can help, take what they may know, seal it, send it; or say who must act instead.

INVARIANT (never two at once): a case is held while one of its referrals changes, and an offer that a live referral
holds gets no second one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nrm.case.record import GROUPS
from nrm.casework.asked import NotPermittedError, Why
from nrm.casework.cases.deciding import Look, look
from nrm.casework.clocks.concluding import conclude
from nrm.casework.clocks.follow_up import need_person, unplaced
from nrm.casework.items import choices, ledger, referral_of, referrals_of
from nrm.casework.referral_errors import (
    AlreadyReferredError,
    NoSuchServiceError,
    NotOfferedError,
    RefusedByPersonError,
)
from nrm.casework.referrals.attaching import check_disclosed, chosen
from nrm.casework.referrals.placing import (
    KEY_MISSING,
    Tried,
    Wish,
    check_chosen,
    not_again,
    of_age,
    permitted,
    place,
    treated_as_child,
    until,
)
from nrm.casework.referrals.steps import send, wait
from nrm.casework.work import Work, on_case, read_case
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.referral.disclosure import Withheld
from nrm.referral.referral import Where
from nrm.referral.voice import refusal

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.safe import OpenCase
    from nrm.directory.service import Key
    from nrm.engine.plan import Plan
    from nrm.referral.referral import Referral
    from nrm.referral.tasks import TaskCode
    from nrm.referral.voice import Choice
    from nrm.rulebook.wording import Language


@dataclass(frozen=True)
class Request:
    """What somebody asks for: help with an offer, or that a duty is fulfilled under a disclosure; exactly one of both.

    `service` is who shall be asked; None lets the directory choose, which only an offer allows. With `hold` the
    referral stays a draft until `send_draft`. `attachments` of the case go with it, all or nothing is sent.
    """

    offer: str | None = None
    disclosure: str | None = None
    service: Key | None = None
    language: Language = "en"
    where: Where = field(default_factory=Where)
    hold: bool = False
    attachments: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Referred:
    """What came of it: a referral with its version, or None; then `task` says what falls to whom.

    `tried` are services that could not be asked and why, the best first, at most `MOST_TOLD`.
    """

    referral: Referral | None
    version: int
    task: TaskCode | None
    tried: tuple[Tried, ...]


MOST_TOLD: Final = 20

_TASKS: dict[str, TaskCode] = {
    "disputed": "look_at_dispute",
    "guardian_needed": "guardian_missing",
    "no_consent": "consent_missing",
    "consent_over": "consent_missing",
    "refused": "consent_missing",
    "withdrawn": "consent_missing",
    KEY_MISSING: "key_missing",
    "barred": "arrange_offer",
    "not_in_plan": "arrange_offer",
}
"""Which task a reason leads to; the first here that any service gave is the one that can be mended soonest."""

_DENIED_WHY: dict[str, Why] = {
    "disputed": "not_disclosable",
    "barred": "barred",
    "not_in_plan": "not_disclosable",
    "guardian_needed": "no_consent",
    "no_consent": "no_consent",
    "refused": "no_consent",
    "withdrawn": "no_consent",
    "consent_over": "consent_over",
}
"""How the log says that something was withheld."""


def refer(desk: Desk, asked: Asked, case: UUID, request: Request, on: date, country: str | None = None) -> Referred:
    """Decide about the case, find a service, seal what it may have and send it; all in one unit of work.

    When nobody can be asked, that is no error: it becomes the task of somebody, with its due time.

    Raises:
        NotOfferedError, RefusedByPersonError, AlreadyReferredError: this is not to be asked for, or not now.
        NoSuchServiceError, NotFittingError: of the service that was named.
        NoSuchAttachmentError, AttachmentTooLargeError: of the attachments that were named; `DeniedError` also when the
            service may not have the group of one.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError, UnknownNameError: as `decide`.
    """

    def ask(work: Work) -> Referred:
        seen = look(work, on, country)
        wish = _wish(work, seen, request)
        referred = attempt(work, seen, wish, hold=request.hold)
        if referred.referral is not None:  # what was named is not left out in silence: then nothing of this happens
            check_disclosed(wish.attachments, referred.referral.groups)
        conclude(work, seen.made.plan, seen.record)
        return referred

    return on_case(desk, asked, case, "referral:send", ask, groups=GROUPS)


def attempt(work: Work, seen: Look, wish: Wish, *, hold: bool = False) -> Referred:
    """Place a referral and send it, or note whose task it is now; inside a unit of work."""
    code = wish.disclosure
    placed = place(work.desk, work.unit, work.case, seen, wish, code) if code is not None else None
    if placed is not None and placed.referral is not None and placed.row is not None:
        row, referral = placed.row, placed.referral
        if hold:
            told = {"referral": str(referral.id)}
            work.journal.write(work.unit, "referral:draft", case=work.case, details=told, purpose=referral.purpose)
            wait(work, referral)  # a draft holds its offer too, and must not be forgotten
        else:
            row, referral = send(work, row, referral, seen.parts, placed.sources)
        return Referred(referral, row.version, None, placed.tried[:MOST_TOLD])
    tried = placed.tried if placed is not None else ()
    task, why = _task(tried, wish)
    result = _said(why)
    work.journal.write(work.unit, "referral:send", case=work.case, denied=result)
    if wish.offer is not None:
        by = work.desk.counter.routes.arranged_by(wish.offer)
        unplaced(work, wish.offer, task, why=tuple(sorted({one.why for one in tried})), by=by)
    else:
        need_person(work, task, why=tuple(sorted({one.why for one in tried})))
    return Referred(None, 0, task, tried[:MOST_TOLD])


def send_draft(desk: Desk, asked: Asked, case: UUID, referral: UUID, seen_version: int | None, on: date) -> Referred:
    """Send a draft, if it may still be sent: everything is looked at again.

    Raises:
        NoSuchReferralError: there is none.
        NotPermittedError: what it rested on is gone.
        RefusedByPersonError: a guardian's no counts, since the person turned out to be a child.
        NotOfferedError, NoSuchServiceError, NotFittingError: the plan, the key or the service is not what it was.
        StaleVersionError, TransitionRefusedError: it changed, or is no draft.
    """

    def send_it(work: Work) -> Referred:
        row, was = referral_of(work.unit, work.case, referral, seen_version)
        seen = look(work, on, desk.counter.country)
        if was.offer is not None and was.offer not in seen.made.plan.codes("offer"):
            raise NotOfferedError(was.offer)
        refused = refused_by(work, seen.made.plan, was.offer) if was.offer is not None else None
        if refused is not None:
            raise RefusedByPersonError(refused.offer, refused.by)
        check_chosen(desk, seen, was.disclosure, was.offer, was.service, was.where)
        sidecar = desk.counter.services.sidecar(was.service)
        age = sidecar.usable_key if sidecar is not None else None
        if age is None:
            raise NoSuchServiceError("nobody has confirmed a key of the service")
        allowed = permitted(desk, seen, ledger(work.unit, work.case), was.disclosure, was.service)
        if isinstance(allowed, Withheld):
            raise NotPermittedError(_DENIED_WHY[allowed.why], f"this may not be sent any more (`{allowed.why}`)")
        draft = was.model_copy(
            update={
                "age": age,
                "child": treated_as_child(seen.made.plan),
                "of_age": of_age(seen.record),
                "groups": allowed.groups,
                "consents": allowed.consents,
                "decision": seen.made.decision,
                "expires_at": until(desk, desk.clock(), allowed),
            }
        )
        sent_row, sent = send(work, row, draft, seen.parts, allowed.sources)
        conclude(work, seen.made.plan, seen.record)
        return Referred(sent, sent_row.version, None, ())

    return on_case(desk, asked, case, "referral:send", send_it, groups=GROUPS)


def refused_by(work: Work, plan: Plan, offer: str) -> Choice | None:
    """Return the word by which an offer of this plan is not wanted (see `nrm.referral.voice.refusal`)."""
    return refusal(choices(work.unit, work.case), offer, child=treated_as_child(plan))


def referrals(desk: Desk, asked: Asked, case: UUID) -> list[tuple[Referral, int]]:
    """Return the referrals of a case with their versions."""
    found = read_case(desk, asked, case, "referral:read", referrals_of)
    return [(one, row.version) for row, one in found]


def referral_kept(desk: Desk, asked: Asked, case: UUID, referral: UUID) -> tuple[Referral, int]:
    """Return one referral of a case with its version. Raises `NoSuchReferralError`, and as `referrals`."""

    def find(unit: UnitOfWork, open_: OpenCase) -> tuple[Referral, int]:
        row, one = referral_of(unit, open_, referral)
        return one, row.version

    return read_case(desk, asked, case, "referral:read", find)


def _wish(work: Work, seen: Look, request: Request) -> Wish:
    plan, words = seen.made.plan, work.desk.books.words()
    if request.offer is None:
        code = request.disclosure or ""
        if code not in words.disclosures:
            todo = nearest(code, words.disclosures)
            raise UnknownNameError(Problem("--disclosure", 0, f"there is no disclosure `{code}`", todo))
        told = [one for _, one in referrals_of(work.unit, work.case) if one.offer is None and one.disclosure == code]
        if any(one.live and one.service == request.service for one in told):
            raise AlreadyReferredError(code)
        files = chosen(work.unit, work.case, request.attachments)
        return Wish(code, None, request.service, request.language, request.where, attachments=files)
    offer = request.offer
    if offer not in words.offers:
        raise UnknownNameError(Problem("--offer", 0, f"there is no offer `{offer}`", nearest(offer, words.offers)))
    if offer not in plan.codes("offer"):
        raise NotOfferedError(offer)
    refused = refused_by(work, plan, offer)
    if refused is not None:
        raise RefusedByPersonError(offer, refused.by)
    others = [one for _, one in referrals_of(work.unit, work.case) if one.offer == offer]
    if any(one.live for one in others):
        raise AlreadyReferredError(offer)
    tried = not_again(work.unit, work.case, offer)
    disclosure = work.desk.counter.routes.disclosure(offer)
    files = chosen(work.unit, work.case, request.attachments)
    return Wish(disclosure, offer, request.service, request.language, request.where, tried, files)


def _said(why: str | None) -> tuple[str, str]:
    """Return how the log says that nobody was asked."""
    if why == KEY_MISSING:
        return "failed", "key_unavailable"
    return ("denied", _DENIED_WHY[why]) if why in _DENIED_WHY else ("failed", "no_match")


def _task(tried: tuple[Tried, ...], wish: Wish) -> tuple[TaskCode, str | None]:
    """Return the task that the reasons of all services lead to, and the reason that it is for."""
    if wish.disclosure is None:
        return "arrange_offer", None
    for why, task in _TASKS.items():
        if any(one.why == why for one in tried):
            return task, why
    return "no_service_found", None
