"""Cases and their groups in the tables."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, union_all, update

from nrm.casework.errors import NoSuchCaseError, ShreddedError, StaleVersionError, StoreError
from nrm.casework.ports import CaseRow, GroupRow
from nrm.errors import Problem
from nrm.storage import schema
from nrm.storage.faults import STORE
from nrm.storage.packed import packed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection, Row

    from nrm.casework.ports import PackedRow
    from nrm.storage.rows import Held

_CASES, _GROUPS, _MARKS = schema.cases, schema.groups, schema.marks

# What every use case asks is built once: building a statement takes longer than running it.
_CASE: Final = select(_CASES).where(_CASES.c.case_id == bindparam("case"))
_GROUP: Final = select(_GROUPS).where(_GROUPS.c.case_id == bindparam("case"), _GROUPS.c.grp == bindparam("group"))
_GROUP_NOW: Final = _GROUP.order_by(_GROUPS.c.version.desc()).limit(1)
_GROUP_THEN: Final = _GROUP_NOW.where(_GROUPS.c.version <= bindparam("version"))
_ADD: Final = insert(_CASES)
_ADD_GROUP: Final = insert(_GROUPS)
_ADD_MARK: Final = insert(_MARKS)
_UNMARK: Final = delete(_MARKS).where(_MARKS.c.case_id == bindparam("case"))
# INVARIANT (one version at a time): the version is compared and raised by one statement.
_CHANGE: Final = (
    update(_CASES)
    .where(_CASES.c.case_id == bindparam("case"), _CASES.c.version == bindparam("seen"))
    .where(_CASES.c.wrapped_key.is_not(None))
    .values(version=bindparam("next"), changed_at=bindparam("at"))
)


class SqlCases:
    """`nrm.casework.ports.Cases` on one connection."""

    def __init__(self, connection: Connection, held: Held) -> None:
        self._connection = connection
        self._held = held

    def add(self, row: CaseRow, groups: Iterable[GroupRow]) -> None:
        """Add a new case with version 1."""
        self._connection.execute(
            _ADD,
            {
                "case_id": row.case,
                "organisation": row.organisation,
                "version": row.version,
                "opened_at": row.opened_at,
                "changed_at": row.changed_at,
                "wrapped_key": row.wrapped_key,
            },
        )
        self._held.added(row.case)
        self._write(row.case, row.version, groups)

    def get(self, case: UUID) -> CaseRow:
        """Return the case. Raises `NoSuchCaseError`."""
        found = self._connection.execute(_CASE, {"case": case}).one_or_none()
        if found is None:
            raise NoSuchCaseError
        return _case(found)

    def change(self, case: UUID, seen: int, groups: Iterable[GroupRow], at: datetime) -> None:
        """Add version `seen + 1` with these groups.

        Raises:
            NoSuchCaseError, ShreddedError: there is no such case any more.
            StaleVersionError: the case has another version.
        """
        changed = self._connection.execute(_CHANGE, {"case": case, "seen": seen, "next": seen + 1, "at": at})
        if changed.rowcount != 1:
            now = self.get(case)
            raise ShreddedError if now.wrapped_key is None else StaleVersionError(seen, now.version)
        self._held.changed(case)
        self._write(case, seen + 1, groups)

    def group(self, case: UUID, group: str, version: int | None = None) -> GroupRow | None:
        """Return the group as it stood in `version` (None: now), or None when it was never written."""
        wanted = _GROUP_NOW if version is None else _GROUP_THEN
        asked = {"case": case, "group": group} | ({} if version is None else {"version": version})
        found = self._connection.execute(wanted, asked).one_or_none()
        return None if found is None else GroupRow(found.grp, found.version, found.sealed)

    def groups(self, case: UUID, names: Iterable[str], version: int | None = None) -> Sequence[GroupRow]:
        """Return what `group` returns for each of these names, in their order; those never written are left out."""
        named = dict.fromkeys(names)
        if not named:
            return []
        asked: dict[str, object] = {f"name_{place}": name for place, name in enumerate(named)}
        asked |= {"case": case} if version is None else {"case": case, "version": version}
        found = self._connection.execute(_groups(len(named), then=version is not None), asked)
        rows = {row.grp: GroupRow(row.grp, row.version, row.sealed) for row in found}
        return [rows[name] for name in named if name in rows]

    def written(self, case: UUID) -> Sequence[tuple[int, str]]:
        """Return every (version, group) that was written, in order."""
        wanted = select(_GROUPS.c.version, _GROUPS.c.grp).where(_GROUPS.c.case_id == case)
        ordered = wanted.order_by(_GROUPS.c.version, _GROUPS.c.grp)
        return [(row.version, row.grp) for row in self._connection.execute(ordered)]

    def listed(self, organisation: UUID | None, after: UUID | None, most: int) -> Sequence[CaseRow]:
        """Return cases in the order of their identifiers, without opening any."""
        wanted = select(_CASES).order_by(_CASES.c.case_id).limit(most)
        if organisation is not None:
            wanted = wanted.where(_CASES.c.organisation == organisation)
        if after is not None:
            wanted = wanted.where(_CASES.c.case_id > after)
        return [_case(row) for row in self._connection.execute(wanted)]

    def packed(self, after: UUID | None, most: int) -> Sequence[PackedRow]:
        """Return the newest packed facts of cases that are not shredded, in the order of their identifiers."""
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
        gone = self._connection.execute(update(_CASES).where(_CASES.c.case_id == case).values(wrapped_key=None))
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
        return [_case(row) for row in self._connection.execute(select(_CASES).where(others).order_by(_CASES.c.case_id))]

    def _write(self, case: UUID, version: int, groups: Iterable[GroupRow]) -> None:
        rows = [{"case_id": case, "grp": g.group, "version": g.version, "sealed": g.sealed} for g in groups]
        if any(row["version"] != version for row in rows):
            what = f"a group was sealed for another version than `{version}`, and could not be opened again"
            raise StoreError(Problem(STORE, 0, what, "report this as a fault of nrm"))
        if rows:
            self._connection.execute(_ADD_GROUP, rows)


@cache
def _groups(count: int, *, then: bool) -> Select[tuple[str, int, bytes]]:
    """Return the select of so many groups as they stand now, or as they stood then.

    It goes to the newest version of each name by the primary key; an ordinary `GROUP BY` would read every version.
    """
    names = union_all(
        *(select(bindparam(f"name_{place}", type_=_GROUPS.c.grp.type).label("grp")) for place in range(count))
    ).subquery("names")
    every = _GROUPS.alias("every")
    newest = select(func.max(every.c.version)).where(every.c.case_id == bindparam("case"), every.c.grp == names.c.grp)
    if then:
        newest = newest.where(every.c.version <= bindparam("version"))
    return (
        select(_GROUPS.c.grp, _GROUPS.c.version, _GROUPS.c.sealed)
        .join_from(names, _GROUPS, _GROUPS.c.grp == names.c.grp)
        .where(_GROUPS.c.case_id == bindparam("case"), _GROUPS.c.version == newest.scalar_subquery())
    )


def _case(row: Row[*tuple[object, ...]]) -> CaseRow:
    return CaseRow(row.case_id, row.organisation, row.version, row.opened_at, row.changed_at, row.wrapped_key)
