"""Cases and their versions in the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update

from nrm.casework.errors import NoSuchCaseError, ShreddedError, StaleVersionError, StoreError
from nrm.casework.ports import CaseRow
from nrm.errors import Problem
from nrm.storage import schema
from nrm.storage.faults import STORE
from nrm.storage.packed import packed
from nrm.storage.together import Together
from nrm.storage.versions import columns_of, names_in, version_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.engine import Connection, Row

    from nrm.casework.ports import PackedRow, VersionRow
    from nrm.storage.rows import Held

_CASES, _VERSIONS, _MARKS = schema.cases, schema.versions, schema.marks
_LISTED: Final = tuple(column for column in _CASES.columns if column.name != "facts")
_BROUGHT: Final = (_VERSIONS.c.written, _VERSIONS.c.standing, _VERSIONS.c.sealed)

# What every use case asks is built once: building a statement takes longer than running it.
_NOW: Final = and_(_VERSIONS.c.case_id == _CASES.c.case_id, _VERSIONS.c.version == _CASES.c.version)
_CASE: Final = (
    select(*_LISTED, *_BROUGHT)
    .select_from(_CASES.outerjoin(_VERSIONS, _NOW))
    .where(_CASES.c.case_id == bindparam("case"))
)
_SOME: Final = (
    select(_VERSIONS.c.version, *_BROUGHT)
    .where(_VERSIONS.c.case_id == bindparam("case"), _VERSIONS.c.version.in_(bindparam("numbers", expanding=True)))
    .order_by(_VERSIONS.c.version)
)
_ADD: Final = Together(_CASES, _VERSIONS)
_ADD_VERSION: Final = insert(_VERSIONS)
_ADD_MARK: Final = insert(_MARKS)
_UNMARK: Final = delete(_MARKS).where(_MARKS.c.case_id == bindparam("case"))
# INVARIANT (one version at a time): the version is compared and raised by one statement.
_CHANGE: Final = (
    update(_CASES)
    .where(_CASES.c.case_id == bindparam("case"), _CASES.c.version == bindparam("seen"))
    .where(_CASES.c.wrapped_key.is_not(None))
    .values(version=bindparam("next"), changed_at=bindparam("at"), facts=bindparam("packed"))
)
# The same with the new version, where two statements are two ways there and back (see `nrm.storage.together`).
_CHANGED: Final = _CHANGE.returning(_CASES.c.case_id).cte("changed")
_CHANGE_AND_ADD: Final = (
    insert(_VERSIONS)
    .from_select(
        [column.name for column in _VERSIONS.columns],
        select(_CHANGED.c.case_id, *(bindparam(f"new_{c.name}", type_=c.type) for c in list(_VERSIONS.columns)[1:])),
    )
    .execution_options(preserve_rowcount=True)
)


class SqlCases:
    """`nrm.casework.ports.Cases` on one connection."""

    def __init__(self, connection: Connection, held: Held) -> None:
        self._connection = connection
        self._held = held

    def add(self, row: CaseRow, first: VersionRow, facts: bytes) -> None:
        """Add a new case with its first version; `facts` are its packed facts, sealed."""
        _check(first, row.version)
        added = {
            "case_id": row.case,
            "organisation": row.organisation,
            "version": row.version,
            "opened_at": row.opened_at,
            "changed_at": row.changed_at,
            "wrapped_key": row.wrapped_key,
            "facts": facts,
        }
        _ADD.insert(self._connection, added, {"case_id": row.case, **columns_of(first)})
        self._held.added(row.case)

    def get(self, case: UUID) -> CaseRow:
        """Return the case with the version that stands. Raises `NoSuchCaseError`."""
        found = self._connection.execute(_CASE, {"case": case}).one_or_none()
        if found is None:
            raise NoSuchCaseError
        *_, written, standing, sealed = found
        return _case(found, None if standing is None else version_of(found.version, written, standing, sealed))

    def change(self, case: UUID, following: VersionRow, facts: bytes, at: datetime) -> None:
        """Add a version; `facts` take the place of the packed facts.

        Raises:
            NoSuchCaseError, ShreddedError: there is no such case any more.
            StaleVersionError: the case has not the version before it.
        """
        seen = following.version - 1
        _check(following, following.version)
        values = {"case": case, "seen": seen, "next": following.version, "at": at, "packed": facts}
        if not self._changed(values, columns_of(following)):
            now = self.get(case)
            raise ShreddedError if now.wrapped_key is None else StaleVersionError(seen, now.version)
        self._held.changed(case)

    def versions(self, case: UUID, numbers: Collection[int]) -> Sequence[VersionRow]:
        """Return those of these versions that there are, in order."""
        found = self._connection.execute(_SOME, {"case": case, "numbers": list(numbers)})
        return [version_of(*row) for row in found]

    def written(self, case: UUID) -> Sequence[tuple[int, str]]:
        """Return every (version, group) that was written, in order."""
        wanted = select(_VERSIONS.c.version, _VERSIONS.c.written).where(_VERSIONS.c.case_id == case)
        found = self._connection.execute(wanted.order_by(_VERSIONS.c.version))
        return [(version, name) for version, written in found for name in names_in(written)]

    def listed(self, organisation: UUID | None, after: UUID | None, most: int) -> Sequence[CaseRow]:
        """Return cases in the order of their identifiers, without opening any."""
        wanted = select(*_LISTED).order_by(_CASES.c.case_id).limit(most)
        if organisation is not None:
            wanted = wanted.where(_CASES.c.organisation == organisation)
        if after is not None:
            wanted = wanted.where(_CASES.c.case_id > after)
        return [_case(row) for row in self._connection.execute(wanted)]

    def packed(self, after: UUID | None, most: int) -> Sequence[PackedRow]:
        """Return the packed facts of cases that are not shredded, in the order of their identifiers."""
        return packed(self._connection, after, most)

    def rewrap(self, case: UUID, old: bytes, new: bytes) -> bool:
        """Put `new` in the place of the wrapped key `old`; False when another stands there."""
        ours = and_(_CASES.c.case_id == case, _CASES.c.wrapped_key == old)
        return self._connection.execute(update(_CASES).where(ours).values(wrapped_key=new)).rowcount == 1

    def shred(self, case: UUID) -> None:
        """Destroy the wrapped key, and delete whatever was sealed under it and the case's marks.

        The row of the case stays, so that its identifier is never given out anew. The bytes of the key are nowhere in
        the store once `Store.scrub` has run. Raises `NoSuchCaseError`; a case that was shredded already stays so.
        """
        gone = self._connection.execute(
            update(_CASES).where(_CASES.c.case_id == case).values(wrapped_key=None, facts=None)
        )
        if gone.rowcount != 1:
            raise NoSuchCaseError
        self._held.shredded(case)
        for table in schema.OF_A_CASE:
            self._connection.execute(delete(table).where(table.c.case_id == case))

    def mark(self, case: UUID, marks: Iterable[tuple[str, bytes]]) -> None:
        """Put the (kind, blind index) of the case's identifiers in the place of what stood there.

        Raises `NoSuchCaseError` and `ShreddedError`.
        """
        self._held.hold(case)
        if not self._held.is_new(case):
            self._connection.execute(_UNMARK, {"case": case})
        rows = [{"case_id": case, "kind": kind, "mark": mark} for kind, mark in sorted(set(marks))]
        if rows:
            self._connection.execute(_ADD_MARK, rows)
            self._held.changed(case)  # a second marking of a new case takes the place of the first

    def marked(self, marks: Iterable[tuple[str, bytes]], besides: UUID) -> Sequence[CaseRow]:
        """Return other cases, not shredded, that have one of these marks, in the order of their identifiers."""
        alike = [and_(_MARKS.c.kind == kind, _MARKS.c.mark == mark) for kind, mark in set(marks)]
        if not alike:
            return []
        having = select(_MARKS.c.case_id).where(or_(*alike))
        others = and_(_CASES.c.case_id.in_(having), _CASES.c.case_id != besides, _CASES.c.wrapped_key.is_not(None))
        found = self._connection.execute(select(*_LISTED).where(others).order_by(_CASES.c.case_id))
        return [_case(row) for row in found]

    def _changed(self, values: dict[str, Any], columns: dict[str, Any]) -> bool:
        """Change the row of the case and add a version; False when it has not the version that was seen."""
        if self._connection.dialect.name == "postgresql":
            both = values | {f"new_{name}": value for name, value in columns.items()}
            return self._connection.execute(_CHANGE_AND_ADD, both).rowcount == 1
        changed = self._connection.execute(_CHANGE, values).rowcount == 1
        if changed:
            self._connection.execute(_ADD_VERSION, {"case_id": values["case"], **columns})
        return changed


def _case(row: Row[*tuple[object, ...]], now: VersionRow | None = None) -> CaseRow:
    return CaseRow(row.case_id, row.organisation, row.version, row.opened_at, row.changed_at, row.wrapped_key, now)


def _check(row: VersionRow, version: int) -> None:
    if any(number != version for number in (row.version, *(group.version for group in row.groups))):
        what = f"something was sealed for another version than `{version}`, and could not be opened again"
        raise StoreError(Problem(STORE, 0, what, "report this as a fault of nrm"))
