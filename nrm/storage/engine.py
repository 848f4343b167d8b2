"""Opening a database: an encrypted SQLite file, or PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psycopg.pq import Format
from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from nrm.casework.errors import StoreError
from nrm.errors import Problem
from nrm.storage.faults import STORE, errors_told

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection, Engine

CONNECTIONS: Final = 16
WAIT_SECONDS: Final = 10
"""How long somebody waits for one of our connections, and for the server to answer a new one."""

READ: Final = {"nrm_reads": True}
"""Execution option of a connection that only reads: on SQLite its transaction takes a snapshot and no lock."""

BINARY: Final = {"nrm_binary": True}
"""Execution option of a statement whose many bytes come as they are, and not written out as text (PostgreSQL)."""

WARNED: Final = "nrm_warned"
"""Under this name the `info` of a connection has what the server warned of; see `nrm.storage.store`."""

_KEEPALIVE: Final = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}
"""A server that is gone without a word, as when its machine loses power, is given up after half a minute."""

_SETTINGS: Final = {
    "application_name": "nrm",
    "timezone": "UTC",
    "statement_timeout": "60s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "120s",
}


def open_postgresql(url: str) -> Engine:
    """Return the engine for a PostgreSQL server; `url` is `postgresql://name:password@host/database`.

    It may name several servers, of which one is the primary, and any of them later:
    `postgresql://name@/database?host=a,b&target_session_attrs=read-write` (libpq, several hosts).

    A host that is not this machine must prove who it is (`sslmode=verify-full`) unless the URL says otherwise.

    Raises:
        StoreError: the URL is none, or the server cannot be reached.
    """
    # REPEATABLE READ, and whoever writes about a case writes the row of the case, whoever appends to the log writes its
    # head: the second of two that meet there is told to begin again. All our invariants hang on those two rows, so
    # SERIALIZABLE would add only false alarms: each new entry lands on the page of `log_waiting` that the sequencer has
    # read. And engines that speak PostgreSQL's protocol have it less often.
    settings = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    engine = create_engine(
        _with_defaults(url),
        isolation_level="REPEATABLE READ",
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        pool_use_lifo=True,
        connect_args={"connect_timeout": WAIT_SECONDS, "options": settings, **_KEEPALIVE},
    )
    event.listen(engine, "connect", _keep_commits)
    event.listen(engine, "connect", _hear_warnings)
    event.listen(engine, "before_cursor_execute", _in_binary)
    with errors_told(), engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    return engine


_NEAR: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def snapshot(engine: Engine) -> Connection:
    """Return a connection whose transaction reads one state of the whole database and keeps no writer waiting."""
    return engine.connect().execution_options(**READ)


def _with_defaults(url: str) -> URL:
    parsed = _parsed(url)
    if parsed is None or parsed.get_backend_name() != "postgresql":  # the value stays out: it may hold a password
        what = "the address of the database is not a PostgreSQL URL"
        raise StoreError(Problem(STORE, 0, what, "write `postgresql://name@host/database`"))
    parsed = parsed.set(drivername="postgresql+psycopg")
    named = parsed.host or parsed.query.get("host", "")
    hosts = named.split(",") if isinstance(named, str) else named
    far = any(host and not host.startswith("/") and host not in _NEAR for host in hosts)
    if far and "sslmode" not in parsed.query:
        return parsed.update_query_dict({"sslmode": "verify-full"})
    return parsed


def _parsed(url: str) -> URL | None:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        return None


def _in_binary(_connection: Connection, cursor: Any, *told: Any) -> None:  # noqa: ANN401 - the driver's cursor
    context = told[2]
    if context is not None and context.execution_options.get("nrm_binary"):
        cursor.format = Format.BINARY


def _keep_commits(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    """Have a commit wait for the disk, also on a server whose default is not to; stricter defaults stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
    connection.commit()


def _hear_warnings(connection: Any, record: Any) -> None:  # noqa: ANN401 - the driver's connection, the pool's record
    """Note how a warning is called that the server sends beside an answer; its words may quote anything."""
    warned: list[str] = record.info.setdefault(WARNED, [])
    warned.clear()

    def heard(told: Any) -> None:  # noqa: ANN401 - the driver's message
        if told.severity_nonlocalized == "WARNING":
            warned.append(told.sqlstate)

    connection.add_notice_handler(heard)
