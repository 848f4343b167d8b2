"""What the store holds of the referrals of one case, and what of it stands in the files of the database."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import psycopg
from clear_pages import pages
from real_installations import app

from nrm.bootstrap_store import open_office
from nrm.home import read_home
from nrm.vault.keyring import HEADER_BYTES

WINDOW = 16
"""So many bytes are looked for at a time; that many do not come twice by chance."""

TABLES = {
    "case_items": "item_id",
    "referrals": "referral_id",
    "clocks": "clock_id",
    "outbox": "message_id",
}


@dataclass(frozen=True)
class Remains:
    """By table, the `ends` of what is sealed and the identifiers; and the wrapped key of the case."""

    sealed: dict[str, set[bytes]]
    names: dict[str, set[UUID]]
    wrapped: bytes

    @classmethod
    def of(cls, place, case):
        """Look the rows of a case up."""
        office = open_office(read_home(place.home), place.keys(), app())
        sealed, names = {}, {}
        with office.database.connect() as connection:
            for table, name in TABLES.items():
                found = connection.exec_driver_sql(f"SELECT case_id, {name}, sealed FROM {table}").fetchall()  # noqa: S608
                own = [(one, bytes(data)) for owner, one, data in found if UUID(str(owner)) == UUID(case)]
                sealed[table] = {end for _, data in own for end in ends(data)}
                names[table] = {UUID(str(one)) for one, _ in own}
        row = office.store.run(lambda unit: unit.cases.get(UUID(case)))
        office.close()
        return cls(sealed, names, b"" if row.wrapped_key is None else row.wrapped_key[HEADER_BYTES:])

    @classmethod
    def nothing(cls):
        """Return what is left when nothing is."""
        return cls({table: set() for table in TABLES}, {table: set() for table in TABLES}, b"")

    def in_(self, content):
        """Return which tables have something sealed, or the name of a row, in these bytes; `key` is the wrapped key."""
        found = {table for table, some in self.sealed.items() if any(one in content for one in some)}
        found |= {
            f"{table}: name"
            for table, some in self.names.items()
            if any(form in content for one in some for form in (one.bytes, one.hex.encode(), str(one).encode()))
        }
        windows = (self.wrapped[at : at + WINDOW] for at in range(len(self.wrapped) - WINDOW + 1))
        return found | {"key" for one in windows if one in content}


def ends(data):
    """Return the last bytes and those before them: a database cuts what is long, but not both of them in two."""
    return {data[-WINDOW:], data[-2 * WINDOW : -WINDOW]}


def stored(place):
    """Return all that stands in the files of the database: decrypted pages, or the files of the server's tables."""
    if place.server is None:
        return pages(place.home / "cases.db", place.keys().secret("database"))
    with psycopg.connect(place.server.url(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        (oid,) = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    return b"".join(path.read_bytes() for path in (place.server.data / "base" / f"{oid}").iterdir())


def let_segments_go(place):
    """Have the server delete the segments of its write-ahead log that it needs no more."""
    with psycopg.connect(place.server.url(), autocommit=True) as connection:
        for _ in range(2):
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("CHECKPOINT")
