"""Many cases at once: sealed as the use cases seal them, but put into the store in large units of work.

Each has its row, the secret of its log entries, the packed facts and one group, as the same case that is measured.
"""

from __future__ import annotations

from os import urandom
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from sqlalchemy import insert

from nrm.casework.safe import OpenCase
from nrm.storage import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nrm.bootstrap_store import Office

AT_ONCE: Final = 20_000
"""Cases in one unit of work."""


def fill(office: Office, count: int, groups: Mapping[str, bytes], say: Callable[[str], None]) -> list[UUID]:
    """Add `count` cases with these groups, and return them; random, but put in in order, as a restored backup is."""
    cases = sorted(uuid4() for _ in range(count))
    for start in range(0, count, AT_ONCE):
        say(f"filling: {start:,} of {count:,} cases")
        rows, sealed = _sealed(office, cases[start : start + AT_ONCE], groups)
        with office.database.begin() as connection:
            connection.execute(insert(schema.cases), rows)
            connection.execute(insert(schema.groups), sealed)
    settled(office)
    return cases


def settled(office: Office) -> None:
    """Do what the housekeeping of PostgreSQL would do some minutes after so many rows."""
    if office.database.dialect.name == "postgresql":
        with office.database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _sealed(
    office: Office, cases: Iterable[UUID], groups: Mapping[str, bytes]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows, sealed = [], []
    now = office.desk.clock()
    fixed = {"organisation": office.home.organisation, "version": 1, "opened_at": now, "changed_at": now}
    for one in cases:
        case, wrapped = OpenCase.new(one, office.home.organisation, office.desk.keyring)
        rows.append({"case_id": one, "wrapped_key": wrapped, **fixed})
        made = [*(case.seal(name, 1, data) for name, data in groups.items()), case.seal_log(urandom(32))]
        sealed += [{"case_id": one, "grp": row.group, "version": 1, "sealed": row.sealed} for row in made]
    return rows, sealed
