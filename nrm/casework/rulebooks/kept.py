"""What the store keeps of a published rulebook, and the steps that it took.

The archive lies where the rulebooks of decisions lie, under its own SHA-256. Everything else is a sealed record.

INVARIANT (one order of rulebooks): whoever adds or changes one raises the edition in the same unit of work. So of two
who change rulebooks at once the later one is told, and a process sees by one number whether it knows the newest.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict

from nrm.casework.errors import NoSuchRecordError
from nrm.casework.registry import Register
from nrm.publishing.lifecycle import State, Step, in_order
from nrm.publishing.loading import Papers, Signed
from nrm.publishing.officers import OfficerRole
from nrm.publishing.statement import Statement, read_statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports_registry import WithRegistry, WithRulebooks
    from nrm.casework.registry import Keyed, Record

LONGEST_COMMENT: Final = 4_000
"""Characters; a comment is for officers to read, and sealed like everything here."""


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KeptSignature(_Kept):
    """A signature that was accepted: of which officer and unit, and when and by which account it was handed in."""

    role: OfficerRole
    officer: str
    unit: str
    signature: str
    on: date
    who: UUID


class Publication(_Kept):
    """One statement with all that belongs to it. `report` is the canonical proof report; None until it was checked.

    `faults` is what the last check found against it, `survivors` the mistakes that nothing would notice.
    """

    statement: str
    state: State
    proposed_at: datetime
    author: KeptSignature
    approver: KeptSignature | None = None
    approved_at: datetime | None = None
    report: str | None = None
    checked_at: datetime | None = None
    faults: tuple[str, ...] = ()
    survivors: tuple[str, ...] = ()

    @property
    def said(self) -> Statement:
        """The statement that was signed."""
        return read_statement(self.statement.encode())

    @property
    def from_(self) -> date:
        """The first day on which it decides."""
        return self.said.from_

    @property
    def bundle(self) -> str:
        """The digest of its bundle."""
        return self.said.bundle


class StepTaken(_Kept):
    """One step of one publication: who took it, as which officer where a signature was handed in, and a comment."""

    step: Step
    at: datetime
    who: UUID
    role: str
    officer: str | None = None
    unit: str | None = None
    comment: str = ""


class Weighed(_Kept):
    """Who of the caseload gains and loses by one publication, in protected counts (JSON).

    It stands beside the publication, under its identifier: whoever looks at it makes nobody's signature stale.
    """

    counts: str


class _Edition(_Kept):
    form: Literal[1] = 1


PUBLICATIONS: Final = Register("bundle", Publication, lambda one: one.said.name.encode())
STEPS: Final = Register("bundle_step", StepTaken)
WEIGHED: Final = Register("bundle_weighed", Weighed)
_EDITIONS: Final = Register("bundle_edition", _Edition)
_ONLY: Final = UUID(int=0)


def edition(key: Keyed, unit: WithRegistry) -> int:
    """Return a number that grows whenever a publication is added or changed; 0 before the first."""
    found = _EDITIONS.get(key, unit, _ONLY)
    return 0 if found is None else found.version


def publications(key: Keyed, unit: WithRegistry) -> list[Record[Publication]]:
    """Return all publications, the first proposed first."""
    return sorted(_all(key, unit), key=lambda one: (one.thing.proposed_at, one.row.record))


def newest(key: Keyed, unit: WithRegistry) -> Publication | None:
    """Return the publication whose place the next one takes; None when nothing was ever approved."""
    order = in_order(record.thing for record in publications(key, unit))
    return order[-1] if order else None


def found(desk: Desk, unit: WithRegistry, publication: UUID) -> Record[Publication]:
    """Return one publication. Raises `NoSuchRecordError`."""
    record = PUBLICATIONS.get(desk, unit, publication)
    if record is None:
        raise NoSuchRecordError
    return record


def archive_of(unit: WithRulebooks, bundle: str) -> bytes:
    """Return the bytes of a bundle. Raises `NoSuchRecordError` when the store has lost them."""
    archive = unit.rulebooks.get(bundle)
    if archive is None:
        raise NoSuchRecordError
    return archive


def papers_of(unit: WithRulebooks, one: Publication) -> Papers:
    """Return everything that is needed to believe a publication. Raises `NoSuchRecordError`."""
    approver = None if one.approver is None else Signed(one.approver.signature, one.approver.on)
    author = Signed(one.author.signature, one.author.on)
    report = (one.report or "").encode()
    return Papers(archive_of(unit, one.bundle), one.statement.encode(), report, author, approver)


def add(desk: Desk, unit: WithRegistry, one: Publication) -> Record[Publication]:
    """Keep a new publication. Raises `TakenError` when its statement was proposed before."""
    _raise_edition(desk, unit)
    return PUBLICATIONS.add(desk, unit, uuid4(), one)


def change(desk: Desk, unit: WithRegistry, held: Record[Publication], one: Publication) -> Record[Publication]:
    """Put a publication in the place of what was read. Raises `StaleVersionError`."""
    _raise_edition(desk, unit)
    return PUBLICATIONS.change(desk, unit, held, one)


def note(
    desk: Desk,
    unit: WithRegistry,
    asked: Asked,
    of: UUID,
    step: Step,
    signed: KeptSignature | None = None,
    comment: str = "",
) -> StepTaken:
    """Keep a step that was taken."""
    taken = StepTaken(
        step=step,
        at=desk.clock(),
        who=asked.who,
        role=asked.role,
        officer=signed.officer if signed else None,
        unit=signed.unit if signed else None,
        comment=comment,
    )
    STEPS.add(desk, unit, uuid4(), taken, owner=of)
    return taken


def steps_of(desk: Desk, unit: WithRegistry, publication: UUID) -> list[StepTaken]:
    """Return the steps of a publication, the oldest first."""
    steps: list[StepTaken] = []
    after: UUID | None = None
    while page := STEPS.listed(desk, unit, owner=publication, after=after):
        steps += [one.thing for one in page]
        after = page[-1].row.record
    return sorted(steps, key=lambda one: one.at)


def _all(key: Keyed, unit: WithRegistry) -> Iterator[Record[Publication]]:
    after: UUID | None = None
    while page := PUBLICATIONS.listed(key, unit, after=after):
        yield from page
        after = page[-1].row.record


def _raise_edition(desk: Desk, unit: WithRegistry) -> None:
    held = _EDITIONS.get(desk, unit, _ONLY)
    if held is None:
        _EDITIONS.add(desk, unit, _ONLY, _Edition())
    else:
        _EDITIONS.change(desk, unit, held, held.thing)
