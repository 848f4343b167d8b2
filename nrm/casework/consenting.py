"""What the person says: their consent, what they want, and what they think of a service; each line is kept for ever.

INVARIANT (a no reaches everybody): in the unit of work that notes a refusal or a withdrawal, every referral that rested
on the consent is revoked, and a signed revocation to its service lies in the outbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID, uuid4

from nrm.casework.asked import own, permit
from nrm.casework.follow_up import clockmaker, need_person, settle, start
from nrm.casework.items import (
    CHOICE,
    CONSENT,
    FEEDBACK,
    add_item,
    choices,
    feedback,
    ledger,
    newest_moment,
    referrals_of,
)
from nrm.casework.journal import Journal
from nrm.casework.referral_errors import NoSuchReferralError
from nrm.casework.revoking import revoke_broken, revoke_for
from nrm.casework.safe import OpenCase
from nrm.casework.steps import Work
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.referral.consent import Answer
from nrm.referral.voice import Choice, Feedback
from nrm.rulebook.vocabulary import GROUPS

if TYPE_CHECKING:
    from datetime import date

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.directory.service import Key
    from nrm.referral.consent import AnswerState
    from nrm.rulebook.vocabulary import Group
    from nrm.rulebook.wording import Language

CONSENT_VERBS: Final[dict[AnswerState, str]] = {
    "given": "consent:give",
    "refused": "consent:refuse",
    "withdrawn": "consent:withdraw",
}


@dataclass(frozen=True)
class Said:
    """One answer to a question of consent, as somebody notes it (see `nrm.referral.consent.Answer`)."""

    state: AnswerState
    disclosure: str
    by: Literal["self", "guardian"]
    service: Key | None = None
    groups: tuple[Group, ...] = ()
    until: date | None = None
    wording: str | None = None
    language: Language = "en"
    interpreter: Literal["yes", "no", "unknown"] = "unknown"


def note_consent(desk: Desk, asked: Asked, case: UUID, said: Said) -> Answer:
    """Add a line to the ledger, with what follows from it: clocks, revocations, tasks.

    A consent that names no groups is one to all that the disclosure could ever carry.

    Raises:
        UnknownNameError: there is no such disclosure that rests on consent, wording or service.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: the case cannot be opened by this asker, or at all.
    """
    verb = CONSENT_VERBS[said.state]
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Answer:
        permit(asked, verb)
        open_ = OpenCase.of(own(asked, unit.cases.get(case)), desk.keyring)
        answer = _answer(desk, said)
        answer = answer.model_copy(update={"at": newest_moment(answer.at, ledger(unit, open_))})
        add_item(unit, open_, CONSENT, answer.at, answer)
        told = {"consent": str(answer.id), "by": answer.by, "wording": answer.wording}
        journal.write(unit, verb, case=open_, details=told, purpose=answer.purpose)
        done = Work(desk, unit, journal, asked, open_)
        start(done, clockmaker(done).of_consent(answer, desk.counter.tasks))
        revoke_broken(done, desk.counter.calendar.day_of(desk.clock()))
        settle(done)
        return answer

    return journal.attempt(verb, work)


def consents(desk: Desk, asked: Asked, case: UUID) -> list[Answer]:
    """Return the whole ledger of a case, the oldest line first."""
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> list[Answer]:
        permit(asked, "consent:read")
        open_ = OpenCase.of(own(asked, unit.cases.get(case)), desk.keyring)
        journal.write(unit, "consent:read", case=open_)
        return ledger(unit, open_)

    return journal.attempt("consent:read", work)


def note_choice(
    desk: Desk, asked: Asked, case: UUID, offer: str, *, wanted: bool, by: Literal["self", "guardian"] = "self"
) -> Choice:
    """Note that the person wants an offer, or does not; a live referral for what is not wanted is revoked.

    INVARIANT (a refusal lowers nothing): other offers, their referrals and their tasks stay as they are.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Choice:
        permit(asked, "case:change")
        if offer not in desk.books.words().offers:
            known = nearest(offer, desk.books.words().offers)
            raise UnknownNameError(Problem("--offer", 0, f"there is no offer `{offer}`", known))
        open_ = OpenCase.of(own(asked, unit.cases.get(case)), desk.keyring)
        at = newest_moment(desk.clock(), choices(unit, open_))
        choice = Choice(id=uuid4(), at=at, offer=offer, wanted=wanted, by=by)
        add_item(unit, open_, CHOICE, choice.at, choice)
        journal.write(unit, "case:change", case=open_, details={"choice": str(choice.id), "wanted": wanted})
        done = Work(desk, unit, journal, asked, open_)
        if not wanted:
            revoke_for(done, offer)
        settle(done)
        return choice

    return journal.attempt("case:change", work)


def note_feedback(desk: Desk, asked: Asked, case: UUID, said: Feedback) -> None:
    """Note what the person says of a service that they were referred to; that they felt unsafe is a task at once.

    Raises:
        NoSuchReferralError: the case has no such referral.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: the case cannot be opened by this asker, or at all.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> None:
        permit(asked, "feedback:give")
        open_ = OpenCase.of(own(asked, unit.cases.get(case)), desk.keyring)
        if all(one.id != said.referral for _, one in referrals_of(unit, open_)):
            raise NoSuchReferralError
        add_item(unit, open_, FEEDBACK, said.at, said)
        journal.write(unit, "feedback:give", case=open_, details={"referral": str(said.referral)})
        if said.safe == "no":
            need_person(Work(desk, unit, journal, asked, open_), "service_felt_unsafe", about=said.referral)

    journal.attempt("feedback:give", work)


def read_feedback(desk: Desk, asked: Asked, case: UUID) -> list[Feedback]:
    """Return what the person said of services, the oldest first."""
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> list[Feedback]:
        permit(asked, "feedback:read")
        open_ = OpenCase.of(own(asked, unit.cases.get(case)), desk.keyring)
        journal.write(unit, "feedback:read", case=open_)
        return feedback(unit, open_)

    return journal.attempt("feedback:read", work)


def _answer(desk: Desk, said: Said) -> Answer:
    """Return the line of the ledger that `said` is. Raises `UnknownNameError`, every fault at once."""
    words, counter, now = desk.books.words(), desk.counter, desk.clock()
    wording = said.wording or counter.wordings.version_on(counter.calendar.day_of(now))
    asked_for = {code: one for code, one in words.disclosures.items() if one.basis == "consent"}
    faults = []
    if said.disclosure not in asked_for:
        what = f"`{said.disclosure}` is nothing that consent is asked for"
        faults.append(Problem("--disclosure", 0, what, nearest(said.disclosure, asked_for)))
    if not counter.wordings.known(wording):
        faults.append(Problem("--wording", 0, f"there is no wording `{wording}`", "`nrm consent wording` shows them"))
    if said.service is not None and counter.services.candidate(said.service) is None:
        todo = "`nrm directory list` shows the services"
        faults.append(Problem("--to", 0, "the directory has no such service", todo))
    if said.until is not None and said.state != "given":
        what = "what was refused or withdrawn has no last day"
        faults.append(Problem("--until", 0, what, "leave it out; a no stands until the person says yes"))
    carried = asked_for[said.disclosure].groups if said.disclosure in asked_for else GROUPS
    beyond = [group for group in said.groups if group not in carried]
    if beyond:
        # INVARIANT (what was not read out is not agreed to): a wording names only what the disclosure could carry.
        what = f"`{said.disclosure}` never tells {', '.join(f'`{group}`' for group in beyond)}"
        faults.append(Problem("--group", 0, what, nearest("", carried)))
    if faults:
        raise UnknownNameError(faults)
    disclosure = asked_for[said.disclosure]
    return Answer(
        id=uuid4(),
        at=now,
        state=said.state,
        by=said.by,
        purpose=disclosure.purpose,
        recipient=disclosure.recipient,
        service=said.service,
        groups=said.groups or (disclosure.groups if said.state == "given" else ()),
        until=said.until,
        wording=wording,
        language=said.language,
        interpreter=said.interpreter,
    )
