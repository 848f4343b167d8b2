"""Having destroyed bytes really gone from the files of a database.

SQLite: `secure_delete` overwrites what is deleted with zeros, but the pages with the old bytes stay in the write-ahead
log until it is emptied by a TRUNCATE checkpoint (https://sqlite.org/pragma.html#pragma_wal_checkpoint). Emptied means
cut to length zero: the blocks go back to the file system, which only full-disk encryption protects; in them the bytes
are encrypted with the key of the database.

PostgreSQL: VACUUM frees the place of a dead row but does not overwrite it. So the tables with bytes that no data
key protects, the wrapped keys, the blind indexes, the marks of services and the names of messages and referrals, which
stand in packages too, are rewritten by VACUUM FULL; others wait for them meanwhile.
What this does not reach: write-ahead segments until the server recycles them, an archive of them, standbys that lag,
and physical backups. Against those only the destruction of the epoch of the key-encryption key helps.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from nrm.storage import schema, schema_referral
from nrm.storage.faults import busy

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection, Engine

_REWRITTEN: Final = (schema.cases, schema.marks, schema_referral.referrals, schema_referral.outbox)

_NOW: Final = "SELECT CAST(CAST(pg_current_xact_id() AS xid) AS text)"
_OLDER: Final = text("""
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND age(backend_xmin) > age(CAST(:now AS xid))
""")
"""Counts transactions that may still see rows as they were before `now`; they keep dead rows alive."""

_TRIES, _PAUSE = 100, 0.05


def scrub(engine: Engine, sleep: Callable[[float], object]) -> None:
    """Rewrite or empty what may hold destroyed bytes.

    Raises:
        StoreBusyError: another transaction still sees the old state after five seconds.
        sqlalchemy.exc.SQLAlchemyError: as the database says; the store tells it.
    """
    if engine.dialect.name == "sqlite":
        _empty_wal(engine)
    else:
        _rewrite(engine, sleep)


def _empty_wal(engine: Engine) -> None:
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # waits for others as long as `busy_timeout`
        answer = cursor.fetchone()
    if answer is None or answer[0]:  # the first number says whether somebody was in the way
        raise busy()


def _rewrite(engine: Engine, sleep: Callable[[float], object]) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _wait_for_older(connection, sleep)
        for table in reversed(schema.metadata.sorted_tables):
            full = "FULL, " if table in _REWRITTEN else ""
            connection.exec_driver_sql(f"VACUUM ({full}ANALYZE) {table.name}")


def _wait_for_older(connection: Connection, sleep: Callable[[float], object]) -> None:
    now = connection.exec_driver_sql(_NOW).scalar_one()
    for _ in range(_TRIES):
        if not connection.execute(_OLDER, {"now": now}).scalar_one():
            return
        sleep(_PAUSE)
    raise busy()
