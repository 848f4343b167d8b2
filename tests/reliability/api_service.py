"""The service as a process of its own, begun and ended by tests, and an installation with accounts for it.

home, tokens = api_installation(folder, people=4)
service = ApiService(home, stack)          # `stack` closes what it opened
service.start()                            # `nrm serve`, until it answers
service.kill()                             # or `service.stop()`, which returns its exit code
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from uuid import uuid4

import fast_keys
import httpx
from real_installations import asked, founded, opened

from nrm.casework.accounts import people as accounts
from nrm.casework.accounts import tokens
from nrm.casework.accounts.door import Door
from nrm.casework.asked import Asked
from nrm.home import read_home

SETTINGS = '[api]\nreads = "1000000"\nwrites = "1000000"\ntries = "1000000"\n'
PURPOSE = {"Purpose-Of-Use": "case_management"}
LONGEST_START = LONGEST_END = 30


def api_installation(folder, database=None, people=4, role="caseworker"):
    """Make an installation, and return it with the tokens of so many people who work there."""
    founded(folder, database)
    with (folder / "home.toml").open("a") as file:
        file.write(SETTINGS)
    words = folder / "words"
    words.touch(mode=0o600)
    words.write_text(fast_keys.WORDS)
    home = read_home(folder)
    with closing(opened(home)) as office:
        return home, [token_of(office, role) for _ in range(people)]


def token_of(office, role, keeper=None):
    """Make an account, and return a token of it."""
    home, keeper = office.home, keeper or asked(office.home, "administrator")
    account = accounts.create(office.desk, keeper, f"a{uuid4().hex}", "made up", [role], home.organisation)
    own = Asked(account.id, home.organisation, role)
    return tokens.make_token(Door(office.desk, home.sign_in, source="cli"), own, "test", 1).token


class ApiDriver:
    """The process that has read everything and begins services (see `api_driver.py`), one at a time."""

    def __init__(self, program="api_driver.py", *words):
        paths = os.pathsep.join(path for path in [*sys.path, str(Path(__file__).parent)] if path)
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name(program), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths},
            text=True,
        )
        try:
            assert self.line()["ready"]
        except AssertionError:
            self.end()
            raise

    def tell(self, **words):
        print(json.dumps(words), file=self._process.stdin, flush=True)

    def line(self):
        line = self._process.stdout.readline()
        assert line, "the driver's parent has ended"
        return json.loads(line)

    def end(self):
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


class ApiService:
    """`nrm serve` of one installation, begun and ended as often as a test likes."""

    def __init__(self, home, driver):
        self.home, self.port, self.pid, self._driver = home, free_port(), None, driver
        self.said = home.folder.parent / "said"
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, *words, wait=True, forgetful=False):
        """Begin the service; return how many seconds it took until it answered."""
        began = time.monotonic()
        words = ["--port", str(self.port), *words]
        self._driver.tell(home=str(self.home.folder), said=str(self.said), words=words, forgetful=forgetful)
        self.pid = self._driver.line()["pid"]
        while wait and not self.answers():
            assert not self._is_over(), self.said.read_text()[-2000:]
            assert time.monotonic() < began + LONGEST_START, self.said.read_text()[-2000:]
            time.sleep(0.005)
        return time.monotonic() - began

    def answers(self, path="/health"):
        """Say whether the service is there and all is well."""
        with suppress(httpx.TransportError):
            return httpx.get(self.url + path, timeout=20, trust_env=False).status_code == httpx.codes.OK
        return False

    def listens(self):
        """Say whether any of its processes still holds the place at which it listens, also one that answers no more."""
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", self.port), timeout=20):
            return True
        return False

    def signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        self.signal(signal.SIGKILL)
        assert self.ended() == -signal.SIGKILL, self.said.read_text()[-2000:]

    def stop(self):
        """Ask it to end, and return its exit code."""
        self.signal(signal.SIGTERM)
        return self.ended()

    def ended(self):
        """Wait until the service has ended, and return its exit code."""
        until = time.monotonic() + LONGEST_END
        while not self._is_over():
            assert time.monotonic() < until, "the service does not end"
            time.sleep(0.002)
        self._driver.tell()
        self.pid = None
        return self._driver.line()["ended"]

    def end(self):
        """End it, whatever became of the test."""
        if self.pid is not None:
            self.signal(signal.SIGTERM)
            with suppress(AssertionError):
                self.ended()
        if self.pid is not None:
            self.kill()

    def _is_over(self):
        """Say whether it has ended; until the driver is told, its number stays its own."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def free_port():
    """Return a free port that the system gives to nobody by itself, so that it is still there after a restart."""
    while True:
        port = random.randrange(20_000, 32_000)  # noqa: S311 - no secret
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
