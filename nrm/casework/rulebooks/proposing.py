"""Propose a rulebook, or that an older one comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.access import Bundle
from nrm.casework.asked import permit
from nrm.casework.rulebooks.kept import Publication, add, archive_of, note, publications
from nrm.casework.rulebooks.taking import Taking, kept_signature, take, today
from nrm.errors import Problem
from nrm.publishing.errors import StatementRefusedError
from nrm.publishing.lifecycle import BINDING, BY_STEP, after
from nrm.publishing.loading import matching
from nrm.publishing.statement import Statement, read_statement

if TYPE_CHECKING:
    from datetime import date

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.kept import KeptSignature
    from nrm.publishing.officers import Officers


def propose(
    desk: Desk, asked: Asked, officers: Officers, bundle: bytes, statement: bytes, signature: str
) -> Record[Publication]:
    """Propose a bundle that its author has signed: the archive, the statement, and the SSHSIG over it.

    Raises:
        DeniedError: the role may not.
        StatementRefusedError, BundleRefusedError: one is malformed, they do not belong together, or the files of the
            bundle do not fit together; every fault is listed.
        NotSignedError, SameOfficerError: the signature is not one of an author, of the asker's unit.
        TakenError: this statement was proposed before.
    """
    on = today(desk)

    def make() -> tuple[Statement, KeptSignature]:
        said = read_statement(statement)
        officer = officers.signer(statement, signature, "author", on)
        matching(bundle, said)
        if said.rolls_back:
            todo = "leave out `rolls_back`, or use the step that rolls back"
            raise StatementRefusedError(Problem("statement", 0, "it says that an older bundle comes back", todo))
        return said, kept_signature(asked, officer, "author", signature, on)

    def do(taking: Taking[tuple[Statement, KeptSignature]]) -> Record[Publication]:
        said, signed = taking.made
        if not taking.unit.rulebooks.known(said.bundle):
            taking.unit.rulebooks.add(said.bundle, bundle)
        return _added(taking, Publication, said, signed)

    return take(desk, asked, "propose", make, do)


def roll_back(desk: Desk, asked: Asked, officers: Officers, statement: bytes, signature: str) -> Record[Publication]:
    """Propose that a bundle which was in force comes back; `again` makes the statement of it.

    Its checks stand, so it can be approved at once.

    Raises:
        DeniedError, NotSignedError, SameOfficerError: as in `propose`.
        StatementRefusedError: it is not the statement of a bundle that was approved here, with other dates alone.
        TakenError: this statement was proposed before.
    """
    on = today(desk)

    def make() -> tuple[Statement, KeptSignature]:
        said = read_statement(statement)
        officer = officers.signer(statement, signature, "author", on)
        return said, kept_signature(asked, officer, "author", signature, on)

    def do(taking: Taking[tuple[Statement, KeptSignature]]) -> Record[Publication]:
        said, signed = taking.made
        for record in publications(desk, taking.unit):
            old = record.thing
            if old.state in BINDING and said.name == again(old.said, said.from_, said.previous).name:
                archive_of(taking.unit, said.bundle)
                return _added(taking, old, said, signed)
        todo = "make the statement with `nrm rules roll-back`"
        what = "no bundle that was approved here has this statement with other dates"
        raise StatementRefusedError(Problem("statement", 0, what, todo))

    return take(desk, asked, "roll_back", make, do)


def again(older: Statement, from_: date, previous: str | None) -> Statement:
    """Return the statement by which an older bundle comes back on `from_`, in the place of `previous`."""
    return older.model_copy(update={"from_": from_, "previous": previous, "rolls_back": True})


def _added(
    taking: Taking[tuple[Statement, KeptSignature]],
    old: Publication | type[Publication],
    said: Statement,
    signed: KeptSignature,
) -> Record[Publication]:
    asked = taking.asked
    permit(asked, BY_STEP[taking.step].right, Bundle(asked.who, asked.unit or signed.unit))
    state = after(None, taking.step, asked.role)
    assert state is not None
    checks = {} if isinstance(old, type) else old.model_dump(include={"report", "checked_at", "survivors"})
    one = Publication(
        statement=said.to_bytes().decode(),
        state=state,
        proposed_at=taking.desk.clock(),
        author=signed,
        **checks,
    )
    made = add(taking.desk, taking.unit, one)
    note(taking.desk, taking.unit, taking.asked, made.row.record, taking.step, signed)
    taking.journal.write(taking.unit, BY_STEP[taking.step].verb, rulebook=said.bundle)
    return made
