"""Read what was published: for officers, and for whoever oversees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.access import Bundle, Session
from nrm.casework.asked import permit
from nrm.casework.errors import DeniedError, NoSuchCaseError
from nrm.casework.journal import Journal
from nrm.casework.rulebooks.kept import archive_of, found, publications, steps_of
from nrm.casework.rulebooks.taking import today
from nrm.publishing.lifecycle import BY_STEP, allowed, in_force

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.kept import Publication, StepTaken
    from nrm.publishing.lifecycle import Step

READ = "rulebook:read"


@dataclass(frozen=True)
class Told:
    """One publication, the steps that it took, and those that the asker may take."""

    record: Record[Publication]
    steps: tuple[StepTaken, ...]
    may: tuple[Step, ...]


def list_rulebooks(desk: Desk, asked: Asked) -> list[Record[Publication]]:
    """Return all publications, the first proposed first. Raises `DeniedError`."""

    def work(unit: UnitOfWork) -> list[Record[Publication]]:
        permit(asked, READ, Bundle)
        Journal(desk, asked).write(unit, READ)
        return publications(desk, unit)

    return Journal(desk, asked).attempt(READ, work)


def read_rulebook(desk: Desk, asked: Asked, publication: UUID) -> Told:
    """Return one publication with its steps. Raises `DeniedError`, `NoSuchRecordError`."""

    def work(unit: UnitOfWork) -> Told:
        record = _permitted(desk, asked, unit, publication)
        Journal(desk, asked).write(unit, READ, rulebook=record.thing.bundle)
        may = tuple(step for step in allowed(record.thing.state, asked.role) if _may(asked, step, record.thing))
        return Told(record, tuple(steps_of(desk, unit, publication)), may)

    return Journal(desk, asked).attempt(READ, work)


def read_archive_of(desk: Desk, asked: Asked, publication: UUID) -> bytes:
    """Return the bytes of a publication's bundle. Raises `DeniedError`, `NoSuchRecordError`."""

    def work(unit: UnitOfWork) -> bytes:
        bundle = _permitted(desk, asked, unit, publication).thing.bundle
        Journal(desk, asked).write(unit, READ, rulebook=bundle)
        return archive_of(unit, bundle)

    return Journal(desk, asked).attempt(READ, work)


def read_in_force(desk: Desk, asked: Asked) -> Record[Publication] | None:
    """Return which rulebook decides today; None where no bundle does. It tells of nobody, so it leaves no entry.

    Raises `DeniedError`.
    """

    def work(unit: UnitOfWork) -> Record[Publication] | None:
        permit(asked, "rulebook:name", Session(asked.who))
        records = publications(desk, unit)
        one = in_force((record.thing for record in records), today(desk))
        return next((record for record in records if record.thing is one), None)

    return Journal(desk, asked).attempt("rulebook:name", work)


def _may(asked: Asked, step: Step, one: Publication) -> bool:
    """Say whether the policies let this asker take a step: an author of their own unit may approve nothing."""
    try:
        permit(asked, BY_STEP[step].right, Bundle(one.author.who, one.author.unit))
    except (DeniedError, NoSuchCaseError):
        return False
    return True


def _permitted(desk: Desk, asked: Asked, unit: UnitOfWork, publication: UUID) -> Record[Publication]:
    permit(asked, READ, Bundle)
    record = found(desk, unit, publication)
    permit(asked, READ, Bundle(record.thing.author.who, record.thing.author.unit))
    return record
