"""Many cases at once: sealed as the use cases seal them, but put into the store in large units of work.

Each has its row, its list, the packed facts and one group, as the same case that is measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from sqlalchemy import insert

from benchmarks.case_work import sealed_case
from nrm.storage import schema
from nrm.storage.versions import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

    from nrm.bootstrap_store import Office
    from nrm.casework.ports import CaseRow

AT_ONCE: Final = 20_000
"""Cases in one unit of work."""


def fill(
    office: Office, count: int, parts: Mapping[str, bytes], facts: bytes, say: Callable[[str], None]
) -> list[UUID]:
    """Add `count` cases with these groups, and return them; random, but put in in order, as a restored backup is."""
    cases = sorted(uuid4() for _ in range(count))
    for start in range(0, count, AT_ONCE):
        say(f"filling: {start:,} of {count:,} cases")
        now = office.desk.clock()
        made = [sealed_case(case, office, now, parts, facts) for case in cases[start : start + AT_ONCE]]
        with office.database.begin() as connection:
            _put(connection, schema.cases, [_columns(row, packed) for row, _, packed in made])
            first = [{"case_id": row.case, **columns_of(version)} for row, version, _ in made]
            _put(connection, schema.versions, first)
    settled(office)
    return cases


def settled(office: Office) -> None:
    """Do what the housekeeping of PostgreSQL would do some minutes after so many rows."""
    if office.database.dialect.name == "postgresql":
        with office.database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _put(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    names = [column.name for column in table.columns]
    driver: Any = connection.connection.driver_connection  # row by row, a million cases would take minutes
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copying:
        for row in rows:
            copying.write_row([row[name] for name in names])


def _columns(row: CaseRow, facts: bytes) -> dict[str, Any]:
    return {
        "case_id": row.case,
        "organisation": row.organisation,
        "version": row.version,
        "opened_at": row.opened_at,
        "changed_at": row.changed_at,
        "wrapped_key": row.wrapped_key,
        "facts": facts,
    }
