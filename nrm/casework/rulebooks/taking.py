"""How each of these use cases runs: who may is asked first, what takes long comes before the unit of work.

INVARIANT (no step without its entry): a step, the record of it and its entry with the digest of the bundle are in one
unit of work; what is denied or fails leaves an entry too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from nrm.access import Bundle
from nrm.casework.asked import OtherOrganisationError, permit
from nrm.casework.errors import OtherRecordError, StaleVersionError
from nrm.casework.journal import Journal
from nrm.casework.rulebooks.kept import KeptSignature, change, found, note
from nrm.errors import NrmError
from nrm.publishing.errors import SameOfficerError
from nrm.publishing.lifecycle import BY_STEP, after

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.kept import Publication
    from nrm.publishing.lifecycle import State, Step
    from nrm.publishing.officers import Officer, OfficerRole

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Taking(Generic[T]):
    """One step while it is taken: `made` is what was worked out before the unit of work began.

    `seen` is the version of the publication that the asker has seen, if they said so.
    """

    desk: Desk
    unit: UnitOfWork
    journal: Journal
    asked: Asked
    step: Step
    made: T
    seen: int | None = None

    def held(self, publication: UUID) -> Record[Publication]:
        """Return a publication with which the asker may do this. Raises `NoSuchRecordError`, `NotPermittedError`."""
        held = found(self.desk, self.unit, publication)
        author = held.thing.author
        try:
            permit(self.asked, BY_STEP[self.step].right, Bundle(author.who, author.unit))
        except OtherOrganisationError:
            raise OtherRecordError from None
        return held

    def of(self, publication: UUID) -> tuple[Record[Publication], State]:
        """Return a publication and the state after this step.

        Raises `NoSuchRecordError`, `NotPermittedError`, `StaleVersionError`, `StepRefusedError`.
        """
        held = self.held(publication)
        if self.seen not in {None, held.version}:
            raise StaleVersionError(self.seen or 0, held.version, "rulebook")
        state = after(held.thing.state, self.step, self.asked.role)
        assert state is not None
        return held, state

    def done(
        self,
        held: Record[Publication],
        one: Publication | None = None,
        signed: KeptSignature | None = None,
        comment: str = "",
        failed: str | None = None,
    ) -> Record[Publication]:
        """Keep what came of the step: the publication as it is now, the step, and its entry."""
        now = held if one is None else change(self.desk, self.unit, held, one)
        note(self.desk, self.unit, self.asked, held.row.record, self.step, signed, comment)
        denied = ("failed", failed) if failed else None
        self.journal.write(self.unit, BY_STEP[self.step].verb, rulebook=held.thing.bundle, denied=denied)
        return now


def take(
    desk: Desk,
    asked: Asked,
    step: Step,
    make: Callable[[], T],
    do: Callable[[Taking[T]], R],
    seen: int | None = None,
) -> R:
    """Make what the step needs, then take it in one unit of work; `seen` is as in `Taking`.

    Raises:
        DeniedError: the role may not.
        and what `make` and `do` raise; each is an entry.
    """
    verb, right = BY_STEP[step].verb, BY_STEP[step].right
    journal = Journal(desk, asked)
    made: T | None = None
    fault: NrmError | None = None
    try:
        permit(asked, right, Bundle)
        made = make()
    except NrmError as error:
        fault = error

    def work(unit: UnitOfWork) -> R:
        if fault is not None:
            raise fault
        return do(Taking(desk, unit, journal, asked, step, made, seen))  # type: ignore[arg-type]

    return journal.attempt(verb, work)


def today(desk: Desk) -> date:
    """Return which day it is where the installation is."""
    return desk.counter.calendar.day_of(desk.clock())


def kept_signature(asked: Asked, officer: Officer, role: OfficerRole, signature: str, on: date) -> KeptSignature:
    """Return a signature as it is kept.

    Raises:
        SameOfficerError: who hands it in belongs to another unit than the officer whose key signed.
    """
    if asked.unit is not None and asked.unit != officer.unit:
        raise SameOfficerError("the key that signed is of an officer of another unit than yours")
    return KeptSignature(role=role, officer=officer.name, unit=officer.unit, signature=signature, on=on, who=asked.who)
