"""What is read out to somebody before they are asked for consent; no case is opened for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.access import Case
from nrm.casework.asked import permit
from nrm.casework.journal import Journal
from nrm.casework.referral_errors import NoSuchServiceError
from nrm.errors import Problem, UnknownNameError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.directory.service import Key
    from nrm.referral.spoken import Listener
    from nrm.rulebook.vocabulary import Group
    from nrm.rulebook.wording import Language


@dataclass(frozen=True)
class Question:
    """What somebody is to be asked: which disclosure, to whom, what of the record, and until when.

    Without groups it is all that the disclosure could ever carry, and without a service every one of the kind.
    """

    disclosure: str
    listener: Listener = "person"
    service: Key | None = None
    groups: Sequence[Group] = ()
    until: date | None = None


@dataclass(frozen=True)
class ReadOut:
    """The version of the wording that is read out today, and its text, one sentence or group on a line."""

    wording: str
    text: str


def read_out(desk: Desk, asked: Asked, question: Question, language: Language) -> ReadOut:
    """Return what is read out today before this is asked.

    Raises:
        DeniedError: the role asks nobody for consent.
        UnknownNameError: consent is not asked for that, or the disclosure never tells a group.
        NoSuchServiceError: the directory has no such service.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> ReadOut:
        permit(asked, "consent:read", Case)
        journal.write(unit, "consent:read")
        return _text(desk, question, language)

    return journal.attempt("consent:read", work)


def _text(desk: Desk, question: Question, language: Language) -> ReadOut:
    words, wordings = desk.books.words(), desk.counter.wordings
    asked_for = {code: one for code, one in words.disclosures.items() if one.basis == "consent"}
    one = asked_for.get(question.disclosure)
    if one is None:
        todo = nearest(question.disclosure, asked_for)
        raise UnknownNameError(Problem("--disclosure", 0, "consent is not asked for this", todo))
    if not set(question.groups) <= set(one.groups):
        what = "the disclosure never tells one of these groups"
        raise UnknownNameError(Problem("--group", 0, what, nearest("", one.groups)))
    name = None
    if question.service is not None:
        found = desk.counter.services.candidate(question.service)
        if found is None:
            raise NoSuchServiceError
        name = found.name
    version = wordings.version_on(desk.counter.calendar.day_of(desk.clock()))
    groups = question.groups or one.groups
    text = wordings.spoken(
        one.purpose, one.recipient, groups, name, question.until, language, version, to=question.listener
    )
    return ReadOut(version, text)
