"""Open a case, amend it, read groups of it, list cases, and shred one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from nrm.access import Case, Caseload
from nrm.casework.asked import permit
from nrm.casework.cases.glass_places import forget as forget_glass
from nrm.casework.cases.record import (
    MARKED,
    PARTS,
    Whole,
    check_parts,
    checked,
    facts_of,
    joined,
    marks_of,
    opened,
    packed,
    parts_of,
)
from nrm.casework.errors import NoSuchVersionError, ShreddedError
from nrm.casework.journal import Journal
from nrm.casework.once import forget_answers
from nrm.casework.ports import CaseRow
from nrm.casework.safe import PACKED, OpenCase
from nrm.casework.work import held
from nrm.vault.errors import KeyLostError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.textfile import Document

ALREADY_KNOWN = "an organisation already has a case with this identifier; ask the coordinator"
"""All that anybody learns of a duplicate: not which organisation, not which identifier, not which case."""


@dataclass(frozen=True)
class Kept:
    """A case after a change.

    `duplicate` says that another case has one of its identifiers; `not_compared` counts identifiers that are written so
    that they cannot be compared, such as a phone number without country code.
    """

    case: UUID
    version: int
    duplicate: bool
    not_compared: int


@dataclass(frozen=True)
class Opened:
    """Groups of one version of a case, each as JSON."""

    version: int
    groups: dict[str, bytes]


def open_case(desk: Desk, asked: Asked, document: Document, on: date) -> Kept:
    """Take a case record in as a new case.

    Raises:
        DeniedError: the role may not.
        CaseRefusedError: the record is not acceptable.
        StoreError: the store cannot be used; then there is no case.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Kept:
        permit(asked, "case:open", Caseload(asked.organisation))
        return begin(desk, unit, journal, asked, document, on, desk.books.words()).kept

    return journal.attempt("case:open", work)


@dataclass(frozen=True)
class Begun:
    """A case that was just begun, open, with all that was written of it."""

    case: OpenCase
    whole: Whole
    kept: Kept


def begin(
    desk: Desk,
    unit: UnitOfWork,
    journal: Journal,
    asked: Asked,
    document: Document,
    on: date,
    words: Vocabulary,
) -> Begun:
    """Take a case record in, inside a unit of work of somebody who may; `words` are those of its facts.

    Raises:
        CaseRefusedError: the record is not acceptable.
    """
    read = checked(document)
    parts, facts = parts_of(read), facts_of(read, on, words)
    marks, left = marks_of(read, desk.index)
    now = desk.clock()
    row = CaseRow(uuid4(), asked.organisation, 1, now, now, None)
    case, wrapped = OpenCase.new(row, desk.keyring)
    duplicate = bool(unit.cases.marked(marks, case.case))
    first, sealed = case.brought(unit, 1, parts), case.seal(PACKED, 1, packed(facts)).sealed
    unit.cases.add(replace(row, wrapped_key=wrapped), first, sealed)
    unit.cases.mark(case.case, marks)
    journal.write(unit, "case:open", case=case, groups=parts, details={"version": 1})
    return Begun(case, Whole(parts, read.record, facts), Kept(case.case, 1, duplicate, left))


def amend(desk: Desk, asked: Asked, case: UUID, seen: int, document: Document, on: date) -> Kept:
    """Put the parts that `document` fills in in the place of those that the case has; the others stay.

    Raises:
        StaleVersionError: somebody changed the case after version `seen`.
        and as `open_case`, NoSuchCaseError and VaultError.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Kept:
        permit(asked, "group:change", Case)
        amendment = checked(document)
        new = parts_of(amendment)
        open_ = OpenCase.of(held(desk, unit, asked, case, "group:change", new).row, desk.keyring)
        before = opened(unit, open_, PARTS)
        parts = {**before, **new}
        # An amendment that fills in every part is the whole record, and was read already.
        whole = amendment if parts.keys() == new.keys() else checked(joined(parts))
        facts = packed(facts_of(whole, on, desk.books.words()))
        marks, left = marks_of(whole, desk.index)
        following, sealed = open_.brought(unit, seen + 1, new), open_.seal(PACKED, seen + 1, facts).sealed
        unit.cases.change(case, following, sealed, desk.clock())
        duplicate = bool(unit.cases.marked(marks, case))
        if any(parts.get(name) != before.get(name) for name in MARKED):
            unit.cases.mark(case, marks)
        journal.write(unit, "group:change", case=open_, groups=new, details={"version": seen + 1})
        return Kept(case, seen + 1, duplicate, left)

    return journal.attempt("group:change", work, groups=_filled(document))


def read_groups(desk: Desk, asked: Asked, case: UUID, names: Sequence[str], version: int | None = None) -> Opened:
    """Return named groups of a case, opened; that they were read is an entry.

    Raises:
        CaseRefusedError: a name is no group.
        DeniedError: the role may not, or the purpose does not need a group.
        NoSuchCaseError, NoSuchVersionError, ShreddedError, VaultError: there is none, or it cannot be opened.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Opened:
        permit(asked, "group:read", Case)
        check_parts(names)
        allowed = held(desk, unit, asked, case, "group:read", names)
        row = allowed.row
        if version is not None and not 1 <= version <= row.version:
            raise NoSuchVersionError(version, row.version)
        open_ = OpenCase.of(row, desk.keyring)
        parts = opened(unit, open_, names, version)
        told = {"version": version or row.version}
        journal.write(unit, "group:read", case=open_, groups=names, details=told, basis=allowed.basis)
        return Opened(version or row.version, parts)

    return journal.attempt("group:read", work, groups=names)


def list_cases(desk: Desk, asked: Asked, after: UUID | None = None, most: int = 100) -> Sequence[CaseRow]:
    """Return the cases of the asker's organisation, without opening any and without their keys."""
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Sequence[CaseRow]:
        permit(asked, "case:list", Caseload(asked.organisation))
        found = unit.cases.listed(asked.organisation, after, most)
        journal.write(unit, "case:list")
        return [replace(row, wrapped_key=row.wrapped_key and b"") for row in found]

    return journal.attempt("case:list", work)


def shred(desk: Desk, asked: Asked, case: UUID) -> None:
    """Destroy the key of a case, so that nothing of it can ever be opened or linked to its entries in the log.

    Raises:
        DeniedError, NoSuchCaseError, ShreddedError, VaultError, StoreError: then the case is as it was.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> None:
        journal.write(unit, "case:shred", case=_to_shred(desk, unit, asked, case))
        forget_answers(unit, case)
        forget_glass(unit, case)
        unit.cases.shred(case)

    _shredding(desk, journal, work)
    desk.store.scrub()


def look_before_shredding(desk: Desk, asked: Asked, case: UUID) -> None:
    """Refuse what `shred` would, before anybody is asked whether they mean it; that it was looked at is an entry.

    Raises:
        as `shred`, which looks again.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> None:
        journal.write(unit, "case:read", case=_to_shred(desk, unit, asked, case))

    _shredding(desk, journal, work)


def _to_shred(desk: Desk, unit: UnitOfWork, asked: Asked, case: UUID) -> OpenCase | None:
    """Return a case that the asker may shred; None for one that nobody can open any more.

    It can still be destroyed, but its entry cannot say which case it was.
    """
    permit(asked, "case:shred", Case)
    row, _ = held(desk, unit, asked, case, "case:shred")
    try:
        open_ = OpenCase.of(row, desk.keyring)
        open_.standing(unit)
    except KeyLostError:
        return None
    return open_


def _shredding(desk: Desk, journal: Journal, work: Callable[[UnitOfWork], None]) -> None:
    try:
        journal.attempt("case:shred", work)
    except ShreddedError:
        desk.store.scrub()  # it may have been stopped here the last time
        raise


def _filled(document: Document) -> Iterable[str]:
    return [name for name in PARTS if name in document.data] if isinstance(document.data, dict) else []
