"""What the person says: their consent, what they want, and what they think of a service; each line is kept for ever.

INVARIANT (a no reaches everybody): in the unit of work that notes a refusal or a withdrawal, every referral that rested
on the consent is revoked, and a signed revocation to its service lies in the outbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID, uuid4

from nrm.casework.cases.last_plan import last_plan
from nrm.casework.clocks.follow_up import clockmaker, need_person, settle, start
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
from nrm.casework.referral_errors import NoSuchReferralError
from nrm.casework.referrals.revoking import revoke_broken, revoke_for
from nrm.casework.work import Work, on_case, read_case
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.referral.calendar import LONGEST_YEARS
from nrm.referral.consent import Answer
from nrm.referral.voice import Choice, Feedback, standing_word
from nrm.rulebook.vocabulary import GROUPS

if TYPE_CHECKING:
    from datetime import date

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
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
    return on_case(desk, asked, case, CONSENT_VERBS[said.state], lambda work: consent_said(work, said))


def consent_said(work: Work, said: Said) -> Answer:
    """Do what `note_consent` does, in a unit of work on a case that is open. Raises `UnknownNameError`."""
    answer = _answer(work.desk, said)
    answer = answer.model_copy(update={"at": newest_moment(answer.at, ledger(work.unit, work.case))})
    add_item(work.unit, work.case, CONSENT, answer.at, answer)
    told = {"consent": str(answer.id), "by": answer.by, "wording": answer.wording}
    verb = CONSENT_VERBS[said.state]
    work.journal.write(work.unit, verb, case=work.case, details=told, purpose=answer.purpose)
    start(work, clockmaker(work).of_consent(answer, work.desk.counter.tasks))
    revoke_broken(work, work.desk.counter.calendar.day_of(work.desk.clock()))
    settle(work)
    return answer


def consents(desk: Desk, asked: Asked, case: UUID) -> list[Answer]:
    """Return the whole ledger of a case, the oldest line first."""
    return read_case(desk, asked, case, "consent:read", ledger)


def note_choice(
    desk: Desk, asked: Asked, case: UUID, offer: str, *, wanted: bool, by: Literal["self", "guardian"] = "self"
) -> Choice:
    """Note that the person wants an offer, or does not; a no that decides revokes the live referral for it.

    Whose word decides says `nrm.referral.voice.standing_word`; one that decides nothing is kept, and revokes nothing.
    INVARIANT (a refusal lowers nothing): other offers, their referrals and their tasks stay as they are.
    """
    return on_case(desk, asked, case, "choice:make", lambda work: choice_said(work, "choice:make", offer, wanted, by))


def read_choices(desk: Desk, asked: Asked, case: UUID) -> list[Choice]:
    """Return what the person wanted and did not want, the oldest first."""
    return read_case(desk, asked, case, "choice:read", choices)


def choice_said(work: Work, verb: str, offer: str, wanted: bool, by: Literal["self", "guardian"]) -> Choice:  # noqa: FBT001 - passed on as it came
    """Do what `note_choice` does, in a unit of work on a case that is open; `verb` is that of the entry."""
    offers = work.desk.books.words().offers
    if offer not in offers:
        raise UnknownNameError(Problem("--offer", 0, f"there is no offer `{offer}`", nearest(offer, offers)))
    before = choices(work.unit, work.case)
    choice = Choice(id=uuid4(), at=newest_moment(work.desk.clock(), before), offer=offer, wanted=wanted, by=by)
    add_item(work.unit, work.case, CHOICE, choice.at, choice)
    told = {"choice": str(choice.id), "wanted": wanted}
    work.journal.write(work.unit, verb, case=work.case, details=told)
    plan = last_plan(work.unit, work.case)
    decides = standing_word([*before, choice], offer, child=plan.child)
    if decides == choice and not wanted:
        revoke_for(work, offer)
    settle(work, plan)
    return choice


def note_feedback(desk: Desk, asked: Asked, case: UUID, said: Feedback) -> None:
    """Note what the person says of a service that they were referred to; that they felt unsafe is a task at once.

    Raises:
        NoSuchReferralError: the case has no such referral.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: the case cannot be opened by this asker, or at all.
    """
    on_case(desk, asked, case, "feedback:give", lambda work: feedback_said(work, said))


def feedback_said(work: Work, said: Feedback) -> None:
    """Do what `note_feedback` does, in a unit of work on a case that is open. Raises `NoSuchReferralError`."""
    if all(one.id != said.referral for _, one in referrals_of(work.unit, work.case)):
        raise NoSuchReferralError
    add_item(work.unit, work.case, FEEDBACK, said.at, said)
    told = {"referral": str(said.referral)}
    work.journal.write(work.unit, "feedback:give", case=work.case, details=told)
    if said.safe == "no":
        need_person(work, "service_felt_unsafe", about=said.referral)


def read_feedback(desk: Desk, asked: Asked, case: UUID) -> list[Feedback]:
    """Return what the person said of services, the oldest first."""
    return read_case(desk, asked, case, "feedback:read", feedback)


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
    if said.until is not None and said.until < counter.calendar.day_of(now):
        faults.append(Problem("--until", 0, "this day is over", "name a later day, or none"))
    if said.until is not None and said.until.year > now.year + LONGEST_YEARS:
        faults.append(Problem("--until", 0, "this day is too far away", "name an earlier day, or none"))
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
