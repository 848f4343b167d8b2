"""Read what was published: for officers, and for whoever oversees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.access import Bundle
from nrm.casework.asked import permit
from nrm.casework.journal import Journal
from nrm.casework.rulebooks.kept import archive_of, found, publications, steps_of
from nrm.publishing.lifecycle import allowed

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
    """One publication, the steps that it took, and those that the asker's role may take."""

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
        return Told(record, tuple(steps_of(desk, unit, publication)), allowed(record.thing.state, asked.role))

    return Journal(desk, asked).attempt(READ, work)


def read_archive_of(desk: Desk, asked: Asked, publication: UUID) -> bytes:
    """Return the bytes of a publication's bundle. Raises `DeniedError`, `NoSuchRecordError`."""

    def work(unit: UnitOfWork) -> bytes:
        bundle = _permitted(desk, asked, unit, publication).thing.bundle
        Journal(desk, asked).write(unit, READ, rulebook=bundle)
        return archive_of(unit, bundle)

    return Journal(desk, asked).attempt(READ, work)


def _permitted(desk: Desk, asked: Asked, unit: UnitOfWork, publication: UUID) -> Record[Publication]:
    permit(asked, READ, Bundle)
    record = found(desk, unit, publication)
    permit(asked, READ, Bundle(record.thing.author.who, record.thing.author.unit))
    return record
