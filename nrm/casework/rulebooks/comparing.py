"""What a published rulebook says differently from the one whose place it takes, rule by rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.access import Bundle as Proposal
from nrm.casework.asked import permit
from nrm.casework.journal import Journal
from nrm.casework.rulebooks.kept import archive_of, found
from nrm.errors import UnknownNameError
from nrm.publishing.bundle import Bundle, open_bundle
from nrm.rulebook.book import Rulebook
from nrm.rulebook.changes import named_changes, rule_changes, told, word_changes
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.sentence import Speaker
from nrm.rulebook.vocabulary import Vocabulary

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.rulebook.changes import Change, Mark, WordChange
    from nrm.rulebook.wording import Language

READ = "rulebook:read"


@dataclass(frozen=True)
class RuleSaid:
    """One rule that differs, as lines that stand in both (blank), only before (`-`) or only after (`+`)."""

    rule: str
    title: str
    change: Change
    lines: tuple[tuple[Mark, str], ...]


@dataclass(frozen=True)
class Compared:
    """What two rulebooks say differently on one day in one country; `previous` is None where there was none before."""

    previous: str | None
    on: date
    country: str | None
    rules: tuple[RuleSaid, ...]
    words: tuple[WordChange, ...]
    guarantees: dict[str, Change]


def changes(
    desk: Desk, asked: Asked, publication: UUID, language: Language, on: date | None = None
) -> tuple[int, Compared]:
    """Return the version of a publication, and what it changes on a day (None: its first), where the installation is.

    Raises:
        DeniedError, NoSuchRecordError: not for this asker, or there is none.
        UnknownNameError: it gives no rulebook for that day.
    """

    def work(unit: UnitOfWork) -> tuple[int, date, bytes, bytes | None]:
        permit(asked, READ, Proposal)
        held = found(desk, unit, publication)
        one = held.thing
        permit(asked, READ, Proposal(one.author.who, one.author.unit))
        Journal(desk, asked).write(unit, READ, rulebook=one.bundle)
        previous = one.said.previous
        before = None if previous is None else archive_of(unit, previous)
        return held.version, on or one.from_, archive_of(unit, one.bundle), before

    version, day, after, before = Journal(desk, asked).attempt(READ, work)
    old = None if before is None else open_bundle(before)
    return version, compared(old, open_bundle(after), day, desk.counter.country, language)


def compared(before: Bundle | None, after: Bundle, on: date, country: str | None, language: Language) -> Compared:
    """Compare two bundles; all is new where there was none before.

    Raises `UnknownNameError` when `after` gives no rulebook for that day and country.
    """
    new, old = rulebook_on(after.files, on, country), _book(before, on, country)
    phrases = after.files.phrases[language]  # the words around a rule are said in those of today
    speakers = [Speaker(language, phrases, book.vocabulary) for book in (old, new)]
    return Compared(
        previous=None if before is None else before.digest,
        on=on,
        country=country,
        rules=tuple(
            RuleSaid(one.rule.name, one.rule.title, one.change, tuple(told(one, *speakers)))
            for one in rule_changes(old, new)
        ),
        words=word_changes(old.vocabulary, new.vocabulary),
        guarantees=named_changes(_guarantees(before), _guarantees(after)),
    )


def _book(bundle: Bundle | None, on: date, country: str | None) -> Rulebook:
    try:
        if bundle is not None:
            return rulebook_on(bundle.files, on, country)
    except UnknownNameError:
        pass  # it had no rules yet on that day, or none for that country
    return Rulebook(country, Vocabulary(), ())


def _guarantees(bundle: Bundle | None) -> dict[str, object]:
    return {} if bundle is None else {one.file.guarantee: one.file for one in bundle.guarantees}
