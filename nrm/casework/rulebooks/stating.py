"""Make the statement that officers sign, of a bundle that is not proposed yet, or of an older one that comes back."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.casework.rulebooks.kept import archive_of, newest
from nrm.casework.rulebooks.proposing import again
from nrm.casework.rulebooks.taking import Taking, take, today
from nrm.errors import Problem
from nrm.publishing.bundle import open_bundle
from nrm.publishing.errors import ChecksFailedError, StatementRefusedError
from nrm.publishing.lifecycle import BINDING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import date
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.publishing.examples import Seen
    from nrm.publishing.statement import Statement


@dataclass(frozen=True)
class Stated:
    """A statement to be signed, and the mistakes in what changed that nothing would notice."""

    said: Statement
    survivors: tuple[str, ...]


def statement(
    desk: Desk,
    asked: Asked,
    archive: bytes,
    begins: date | None,
    seen: Seen = lambda *_: None,
    turn: AbstractContextManager[object] | None = None,
) -> Stated:
    """Check a bundle that would take the place of the newest one on `begins` (None: today), and make its statement.

    `turn` is entered for the checks: they take seconds of a whole processor.

    Raises:
        DeniedError: the role may not.
        BundleRefusedError, FileRefusedError: it is no bundle, or its files do not fit together.
        ChecksFailedError: an example fails, or a guarantee is not proved; every one is listed.
    """

    def read(unit: UnitOfWork) -> tuple[str | None, bytes | None]:
        last = newest(desk, unit)
        return (None, None) if last is None else (last.bundle, archive_of(unit, last.bundle))

    def make() -> Stated:
        from nrm.publishing.checks import check_bundle, statement_of  # noqa: PLC0415 - loads the solver

        bundle, on = open_bundle(archive), begins or today(desk)
        with turn or nullcontext():
            previous, before = desk.store.run(read)
            checked = check_bundle(bundle, on, None if before is None else open_bundle(before), seen)
        faults = checked.faults()
        if faults:
            raise ChecksFailedError(faults)
        return Stated(statement_of(bundle, on, previous, checked), checked.survivors)

    def do(taking: Taking[Stated]) -> Stated:
        taking.journal.write(taking.unit, "rulebook:prove", rulebook=taking.made.said.bundle)
        return taking.made

    return take(desk, asked, "check", make, do)


def statement_again(desk: Desk, asked: Asked, publication: UUID, begins: date | None) -> Statement:
    """Make the statement by which an approved rulebook comes back on `begins` (None: today).

    Raises:
        DeniedError, NoSuchRecordError: not for this asker, or there is none.
        StatementRefusedError: it was never approved, so it cannot come back.
    """

    def do(taking: Taking[date]) -> Statement:
        older = taking.held(publication).thing
        if older.state not in BINDING:
            todo = "propose it as a new one"
            raise StatementRefusedError(Problem("rulebook", 0, "it was never approved, so it cannot come back", todo))
        last = newest(desk, taking.unit)
        taking.journal.write(taking.unit, "rulebook:read", rulebook=older.bundle)
        return again(older.said, taking.made, None if last is None else last.bundle)

    return take(desk, asked, "roll_back", lambda: begins or today(desk), do)
