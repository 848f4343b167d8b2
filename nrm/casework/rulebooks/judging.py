"""What officers say of a proposed rulebook: a comment, yes, no, or that it is taken back.

INVARIANT (no rule looks back): what takes the place of another rulebook begins on the day of its approval at the
earliest, and not before the one that it follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.casework.rulebooks.kept import LONGEST_COMMENT, newest
from nrm.casework.rulebooks.taking import Taking, kept_signature, take, today
from nrm.errors import Problem
from nrm.publishing.errors import ChecksFailedError, PublishingError, SameOfficerError, StatementRefusedError
from nrm.publishing.lifecycle import StepRefusedError, allowed
from nrm.publishing.officers import two_officers

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.kept import Publication
    from nrm.publishing.lifecycle import Step
    from nrm.publishing.officers import Officers


def approve(
    desk: Desk, asked: Asked, officers: Officers, publication: UUID, signature: str, seen: int | None = None
) -> Record[Publication]:
    """Approve what was checked, by the SSHSIG of an approver of another unit over the same statement.

    `seen` is the version that the asker has seen, here and below; None where there was no time to look away.

    Raises:
        DeniedError, NoSuchRecordError, StepRefusedError: not by this role, not this one, or not now.
        NotSignedError: the signature is not one of an approver, or the author's counts no longer.
        SameOfficerError: the approver is the author, or of the same unit.
        ChecksFailedError: something stands against it.
        StatementRefusedError: it would look back, or another was approved since it was made.
        StaleVersionError: it is not the version that was seen.
    """
    on = today(desk)

    def do(taking: Taking[None]) -> Record[Publication]:
        held, state = taking.of(publication)
        one = held.thing
        text = one.statement.encode()
        officer = officers.signer(text, signature, "approver", on)
        two_officers(officers.signer(text, one.author.signature, "author", one.author.on), officer)
        if asked.who == one.author.who:
            raise SameOfficerError("who proposed it wants to approve it")
        if one.faults or one.report is None:
            raise ChecksFailedError(Problem("checks", 0, "the checks say no, or were not made", "check it again"))
        _check_place(one, newest(desk, taking.unit), on)
        signed = kept_signature(asked, officer, "approver", signature, on)
        changes = {"state": state, "approver": signed, "approved_at": desk.clock()}
        return taking.done(held, one.model_copy(update=changes), signed)

    made = take(desk, asked, "approve", _nothing, do, seen)
    desk.books.look_again()  # whoever hears that it is approved is decided by it
    return made


def reject(desk: Desk, asked: Asked, publication: UUID, comment: str, seen: int | None = None) -> Record[Publication]:
    """Say no to what was proposed, and why (errors as `comment`)."""
    return _ended(desk, asked, publication, "reject", comment, seen)


def withdraw(desk: Desk, asked: Asked, publication: UUID, comment: str, seen: int | None = None) -> Record[Publication]:
    """Take back what was proposed, or what was approved and has not begun (errors as `comment`)."""
    return _ended(desk, asked, publication, "withdraw", comment, seen)


def comment(desk: Desk, asked: Asked, publication: UUID, text: str, seen: int | None = None) -> Record[Publication]:
    """Say something about a publication, for the other officers.

    Raises:
        DeniedError, NoSuchRecordError, StepRefusedError: not by this role, not this one, or not now.
        CommentRefusedError: nothing is said, or too much.
        StaleVersionError: it is not the version that was seen.
    """

    def do(taking: Taking[str]) -> Record[Publication]:
        held, _ = taking.of(publication)
        return taking.done(held, comment=taking.made)

    return take(desk, asked, "comment", lambda: _said(text), do, seen)


def _ended(desk: Desk, asked: Asked, publication: UUID, step: Step, text: str, seen: int | None) -> Record[Publication]:
    on = today(desk)

    def do(taking: Taking[str]) -> Record[Publication]:
        held, state = taking.of(publication)
        if held.thing.state == "approved" and held.thing.from_ <= on:
            may = tuple(one for one in allowed("in_force", asked.role) if one != step)
            raise StepRefusedError("it decides since its date: publish another, or roll back", may)
        return taking.done(held, held.thing.model_copy(update={"state": state}), comment=taking.made)

    return take(desk, asked, step, lambda: _said(text), do, seen)


def _check_place(one: Publication, last: Publication | None, on: date) -> None:
    if one.said.previous != (None if last is None else last.bundle):
        what = "it was compared with another bundle than the one whose place it would take"
        todo = "make the statement again after the newest one, check it, and sign it again"
        raise StatementRefusedError(Problem("statement", 0, what, todo))
    if last is not None and one.from_ < max(on, last.from_):
        what = f"it would decide from `{one.from_.isoformat()}`, and that is over or belongs to the one before"
        todo = f"make the statement again from `{max(on, last.from_).isoformat()}` or later"
        raise StatementRefusedError(Problem("statement", 0, what, todo))


def _said(text: str) -> str:
    said = text.strip()
    if not said or len(said) > LONGEST_COMMENT:
        what = "nothing is said" if not said else f"it has more than {LONGEST_COMMENT} characters"
        raise CommentRefusedError(Problem("comment", 0, what, "say in a few sentences why, without naming any person"))
    return said


def _nothing() -> None:
    """Make nothing before the unit of work."""


class CommentRefusedError(PublishingError):
    """A comment that says nothing, or too much."""
