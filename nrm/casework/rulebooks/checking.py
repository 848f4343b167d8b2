"""Check what was proposed: the installation finds out by itself whether the statement is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.casework.errors import StaleVersionError
from nrm.casework.rulebooks.kept import archive_of, found
from nrm.casework.rulebooks.taking import Taking, take
from nrm.errors import Problem
from nrm.publishing.bundle import open_bundle
from nrm.publishing.loading import matching

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.kept import Publication
    from nrm.publishing.checks import Checked
    from nrm.publishing.examples import Seen
    from nrm.publishing.statement import Statement

    Found = tuple[Checked, tuple[Problem, ...]]


def check(desk: Desk, asked: Asked, publication: UUID, seen: Seen = lambda *_: None) -> Record[Publication]:
    """Run examples, proof and mutation of the changed part (seconds), and keep what comes out.

    When something stands against it the publication stays `proposed`, with its `faults`.

    Raises:
        DeniedError: the role may not.
        NoSuchRecordError: there is no such publication.
        StepRefusedError: it is past checking.
        StaleVersionError: somebody else took a step with it meanwhile.
    """

    def read(unit: UnitOfWork) -> tuple[Record[Publication], bytes, bytes | None]:
        held = found(desk, unit, publication)
        previous = held.thing.said.previous
        return held, archive_of(unit, held.thing.bundle), unit.rulebooks.get(previous) if previous else None

    def make() -> tuple[int, Found]:
        held, archive, before = desk.store.run(read)
        return held.version, _found(held.thing.said, archive, before, seen)

    def do(taking: Taking[tuple[int, Found]]) -> Record[Publication]:
        version, (checked, faults) = taking.made
        held, state = taking.of(publication)
        if held.version != version:
            raise StaleVersionError(version, held.version, "rulebook")
        one = held.thing.model_copy(
            update={
                "state": "proposed" if faults else state,
                "report": checked.report.to_bytes().decode(),
                "checked_at": desk.clock(),
                "faults": tuple(str(fault) for fault in faults),
                "survivors": checked.survivors,
            }
        )
        return taking.done(held, one, failed="not_proved" if faults else None)

    return take(desk, asked, "check", make, do)


def may_check(desk: Desk, asked: Asked, publication: UUID) -> Record[Publication]:
    """Return what would be checked, when a check would begin (errors as `check`, whose entry tells of it)."""
    return take(desk, asked, "check", lambda: None, lambda taking: taking.of(publication)[0])


def _found(said: Statement, archive: bytes, before: bytes | None, seen: Seen) -> Found:
    from nrm.publishing.checks import check_bundle, statement_of  # noqa: PLC0415 - loads the solver

    bundle = matching(archive, said)
    checked = check_bundle(bundle, said.from_, open_bundle(before) if before is not None else None, seen)
    faults = list(checked.faults())
    if said.previous is not None and before is None:
        todo = "make the statement after the bundle that is in force, and sign it again"
        faults.append(Problem("statement", 0, "it follows on a bundle that is not known here", todo))
    true = statement_of(bundle, said.from_, said.previous, checked).model_dump()
    wrong = [name for name, value in said.model_dump().items() if true[name] != value and name != "rolls_back"]
    if wrong:
        what = f"checked here, something else comes out than was signed: {', '.join(wrong)}"
        todo = "make the statement again with this version of the program, and sign it again"
        faults.append(Problem("statement", 0, what, todo))
    return checked, tuple(faults)
