"""Rows of a case that have a version each: added with version 1, and changed only by who saw the newest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from sqlalchemy import bindparam, insert, select, update

from nrm.casework.errors import NoSuchCaseError, StaleVersionError, StoreError
from nrm.casework.ports_referral import ClockRow, ItemRow, ReferralRow
from nrm.errors import Problem
from nrm.storage.faults import STORE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

    from nrm.storage.rows import Held

R = TypeVar("R", ItemRow, ReferralRow, ClockRow)


class Versioned(Generic[R]):
    """The statements that write one table, built once; its columns stand in the order of the fields of its rows.

    INVARIANT (one version at a time): the version is compared and raised by one statement.
    """

    def __init__(self, table: Table) -> None:
        self._names = [column.name for column in table.columns]
        key = [column == bindparam(f"the_{column.name}") for column in table.primary_key]
        others = [column.name for column in table.columns if not column.primary_key]
        self._add = insert(table)
        self._seen = select(table.c.version).where(*key)
        self._change = update(table).where(*key, table.c.version == bindparam("seen"))
        self._change = self._change.values({name: bindparam(f"the_{name}") for name in others})

    def add(self, connection: Connection, held: Held, rows: Iterable[R]) -> None:
        """Add rows with version 1; their cases are held, in one order for all, so that nobody waits in a ring.

        Raises:
            NoSuchCaseError, ShreddedError: a case is not there (any more).
            StoreError: a row has another version, or is there already.
        """
        new = sorted(rows, key=lambda row: row.case)
        for row in new:
            _check(row.version, 1)
        for row in new:
            held.hold(row.case)
        if new:
            connection.execute(self._add, [dict(zip(self._names, vars(row).values(), strict=True)) for row in new])

    def change(self, connection: Connection, held: Held, row: R, seen: int) -> None:
        """Put `row` in the place of version `seen`.

        Raises:
            NoSuchCaseError, ShreddedError: there is no such case or row (any more).
            StaleVersionError: another version stands there.
            StoreError: the row has not version `seen + 1`.
        """
        _check(row.version, seen + 1)
        held.hold(row.case)
        the = {f"the_{name}": value for name, value in zip(self._names, vars(row).values(), strict=True)}
        if connection.execute(self._change, {**the, "seen": seen}).rowcount != 1:
            now = connection.scalar(self._seen, the)
            raise NoSuchCaseError if now is None else StaleVersionError(seen, now)


def _check(version: int, wanted: int) -> None:
    if version != wanted:
        what = f"a row was sealed as version `{version}` and is to be version `{wanted}`; it could not be opened again"
        raise StoreError(Problem(STORE, 0, what, "report this as a fault of nrm"))
