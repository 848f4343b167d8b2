"""What is theirs to say: yes or no to sharing, which help they want, and how a service was.

INVARIANT (a child's own no always counts): whoever came by a guardian's link speaks as the guardian, and nobody can say
with a request that it is the child who speaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args
from uuid import UUID, uuid4

from nrm.casework.asked import NotPermittedError
from nrm.casework.cases.last_plan import last_plan
from nrm.casework.person.sessions import PERSON, as_person
from nrm.casework.referrals.consenting import CONSENT_VERBS, Said, choice_said, consent_said, feedback_said
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.referral.voice import LONGEST_REMARK, Feedback

if TYPE_CHECKING:
    from datetime import date

    from nrm.casework.desk import Desk
    from nrm.casework.person.sessions import Own
    from nrm.directory.service import Key
    from nrm.referral.consent import Answer, AnswerState
    from nrm.referral.spoken import Listener
    from nrm.referral.voice import Choice
    from nrm.rulebook.vocabulary import Disclosure, Group
    from nrm.rulebook.wording import Language

Met = Literal["yes", "partly", "no", "unknown"]
Safe = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Question:
    """What consent can be asked for: the text is shown word for word before anybody answers, in this version."""

    disclosure: str
    label: str
    wording: str
    language: Language
    text: str


def own_questions(desk: Desk, session: str, language: Language | None = None) -> list[Question]:
    """Return what consent can be asked for by the newest plan, each with the text that is to be read first.

    Raises:
        SessionOverError: there is no such session.
    """

    def read(own: Own) -> list[Question]:
        own.work.journal.write(own.work.unit, "consent:read", case=own.work.case)
        plan = last_plan(own.work.unit, own.work.case)
        asked = {code: one for code, one in desk.books.words().disclosures.items() if one.basis == "consent"}
        listener = _listener(own, child=plan.child)
        wanted = language or own.session.language
        return [_question(desk, code, one, wanted, listener) for code, one in asked.items() if code in plan.disclosures]

    return as_person(desk, session, "consent:read", read)


def say_consent(
    desk: Desk,
    session: str,
    state: AnswerState,
    disclosure: str,
    wording: str | None = None,
    language: Language | None = None,
    *,
    service: Key | None = None,
    groups: tuple[Group, ...] = (),
    until: date | None = None,
) -> Answer:
    """Give, refuse or withdraw a consent; what follows is what follows when a caseworker notes it.

    `wording` and `language` are those of the text that was shown (`own_questions`). Only who takes a consent back needs
    no text: the wording of today and the language of their link stand beside it then.

    Raises:
        SessionOverError: there is no such session.
        UnknownNameError: no such disclosure, wording or service; or more groups than were read out; or a last day that
            is over; or a yes or no to a text that is not named.
    """

    def say(own: Own) -> Answer:
        if until is not None and until < desk.counter.calendar.day_of(desk.clock()):
            raise UnknownNameError(Problem("until", 0, "this day is over", "name a later day, or none"))
        if state != "withdrawn" and (wording is None or language is None):
            what = "it is not said which text was shown"
            raise UnknownNameError(Problem("wording", 0, what, "send the wording and the language of the question"))
        spoken = language or own.session.language
        return consent_said(
            own.work, Said(state, disclosure, own.voice, service, groups, until, wording, spoken, "unknown")
        )

    return as_person(desk, session, CONSENT_VERBS[state], say)


def own_choice(desk: Desk, session: str, offer: str, *, wanted: bool) -> Choice:
    """Say whether an offer is wanted; no other help changes by it.

    Raises:
        SessionOverError: there is no such session.
        UnknownNameError: there is no such offer.
    """
    return as_person(
        desk, session, "choice:make", lambda own: choice_said(own.work, "choice:make", offer, wanted, own.voice)
    )


def give_feedback(
    desk: Desk, session: str, referral: UUID, *, met: Met = "unknown", safe: Safe = "unknown", remark: str = ""
) -> None:
    """Say how a service was; that somebody does not feel safe there is a supervisor's task at once.

    Raises:
        SessionOverError: there is no such session.
        NotPermittedError: a guardian asks; what the person felt, the person says.
        NoSuchReferralError: it is no referral of this case.
        UnknownNameError: a word that is none of the answers, or a remark that is too long.
    """

    def say(own: Own) -> None:
        if own.session.speaks != PERSON:
            raise NotPermittedError("not_permitted", "only the person says how a service was for them")
        feedback_said(own.work, _feedback(desk, referral, met, safe, remark))

    as_person(desk, session, "feedback:give", say)


def _feedback(desk: Desk, referral: UUID, met: Met, safe: Safe, remark: str) -> Feedback:
    """Return what was said. Raises `UnknownNameError`, every fault at once; the remark is not repeated."""
    faults = [
        Problem(name, 0, "this is none of the answers", nearest("", known))
        for name, said, known in (("met", met, get_args(Met)), ("safe", safe, get_args(Safe)))
        if said not in known
    ]
    if len(remark) > LONGEST_REMARK:
        what = f"the remark is longer than {LONGEST_REMARK} characters"
        faults.append(Problem("remark", 0, what, "say it in fewer words; a caseworker hears the rest"))
    if faults:
        raise UnknownNameError(faults)
    return Feedback(id=uuid4(), at=desk.clock(), referral=referral, met=met, safe=safe, remark=remark)


def _listener(own: Own, *, child: bool) -> Listener:
    if own.session.speaks != PERSON:
        return "guardian"
    return "child" if child else "person"


def _question(desk: Desk, code: str, one: Disclosure, language: Language, listener: Listener) -> Question:
    wordings, calendar = desk.counter.wordings, desk.counter.calendar
    version = wordings.version_on(calendar.day_of(desk.clock()))
    text = wordings.spoken(one.purpose, one.recipient, one.groups, None, None, language, version, to=listener)
    return Question(code, one.label.in_(language), version, language, text)
