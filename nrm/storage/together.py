"""Statements that go to the database together.

PostgreSQL answers each statement by itself, and the way there and back takes longer than a row; there several are one
(`WITH … INSERT`, https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING). Foreign keys hold
at the end of a statement, so the order within it does not matter. In SQLite there is no way there and back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Insert, Table
    from sqlalchemy.engine import Connection


class Together:
    """Inserts one row into each of several tables."""

    def __init__(self, *tables: Table) -> None:
        self._tables = tables
        self._one_by_one = [insert(table) for table in tables]
        self._together = _named(tables[-1])
        for table in tables[:-1]:
            self._together = self._together.add_cte(_named(table).cte(f"into_{table.name}"))

    def insert(self, connection: Connection, *rows: Mapping[str, Any]) -> None:
        """Insert the rows, in the order of the tables; a column that a row does not name must be able to be empty."""
        if connection.dialect.name != "postgresql":
            for statement, row in zip(self._one_by_one, rows, strict=True):
                connection.execute(statement, row)
            return
        pairs = zip(self._tables, rows, strict=True)
        values = {_name(table, column.name): row.get(column.name) for table, row in pairs for column in table.columns}
        connection.execute(self._together, values)


def _named(table: Table) -> Insert:
    """Return the insert with a name for each value that no other table has."""
    return insert(table).values({column.name: bindparam(_name(table, column.name)) for column in table.columns})


def _name(table: Table, column: str) -> str:
    return f"{table.name}_{column}"
