"""A process that works with cases is killed again and again, and so is its database.

What was acknowledged is never lost, nothing is half-written, the log goes on with the same tree, every change has its
entry and every entry its change. The driver says what it was told (`driver.py`), `acknowledged.py` compares.

`NRM_CRASHES` says how often each of the two databases' drivers is killed (250); `make soak` asks for more.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from acknowledged import ENTRY, Truth
from own_server import OwnServer
from real_installations import founded, opened

CRASHES = int(os.environ.get("NRM_CRASHES", "250"))
SEED = int(os.environ.get("NRM_CRASH_SEED", "20260301"))
FULL_CHECK = 50
SERVER_CRASHES = max(10, CRASHES // 20)
"""So often the server of PostgreSQL is killed as well."""

AFTER = {"time": 0.25, "commit": 100, "edge": 1_200, "call": 300_000}
"""The ways to kill a driver: after at most so many seconds, or calls (see `driver.py`)."""


class Campaign:
    """One driver on one installation, killed round by round."""

    def __init__(self, home, server=None):
        self.home, self.server = home, server
        self.chance = random.Random(SEED)  # noqa: S311 - no secret
        self.truth = Truth(home)
        self.kills, self.server_deaths, self.refused = 0, 0, []
        paths = os.pathsep.join(path for path in [*sys.path, str(Path(__file__).parent)] if path)
        self.driver = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("driver.py"), home.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths},
            text=True,
        )
        assert self._line()["ready"]

    def round(self, *, server_dies=False):
        """Have a child work and be killed, then compare what stands with what was acknowledged."""
        way = self.chance.choice(sorted(AFTER)) if not server_dies else "time"
        after = self.chance.uniform(0, AFTER[way])
        told = {"seed": self.chance.randrange(2**32), "cases": self.truth.living()[-12:], "way": way, "after": after}
        print(json.dumps(told), file=self.driver.stdin, flush=True)
        pid = self._line()["pid"]
        if way == "time":
            time.sleep(after)
            if server_dies:
                self.server.kill() if self.chance.random() < 0.5 else self.server.stop("immediate")
                time.sleep(self.chance.uniform(0, 0.3))
            os.kill(pid, signal.SIGKILL)
        ended = self._hear()
        assert ended in {-signal.SIGKILL, 3}, f"the driver ended with {ended}"
        assert ended == -signal.SIGKILL or server_dies, f"refused without a reason: {self.refused}"
        self.kills += ended == -signal.SIGKILL
        if server_dies:
            self.server.start()
            self.server_deaths += 1

    def _hear(self):
        """Take in what the child reports until it has ended."""
        while "over" not in (message := self._line()):
            if "begin" in message:
                self.truth.begun(message)
            elif "refused" in message:
                self.refused.append(message)
                assert "wrong" not in message, message
                if self.truth.pending:
                    self.truth.pending |= message
            elif message["done"] != "start":
                self.truth.done(message)
        print(file=self.driver.stdin, flush=True)
        return self._line()["ended"]

    def compare(self, *, full=False):
        office = opened(self.home)
        try:
            self.truth.compare(office, full=full)
        finally:
            office.close()

    def end(self):
        self.driver.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self.driver.wait(5)
        self.driver.kill()
        self.driver.wait()
        self.driver.stdout.close()

    def _line(self):
        line = self.driver.stdout.readline()
        assert line, "the driver's parent has ended"
        return json.loads(line)


def campaign(home, server=None):
    """Kill until it was enough; return the truth, with which the store agrees."""
    running = Campaign(home, server)
    every = max(1, CRASHES // SERVER_CRASHES)
    try:
        number = 0
        while running.kills < CRASHES:
            number += 1
            running.round(server_dies=server is not None and number % every == 0)
            running.compare(full=number % FULL_CHECK == 0)
        running.compare(full=True)
    finally:
        running.end()
    office = opened(home)
    waiting = office.store.run(lambda unit: len(unit.log.waiting(10**6)))
    assert office.sequencer.run() == running.truth.read + waiting, "what waits is sequenced, and published"
    running.compare(full=True)
    office.close()
    truth = running.truth
    told = (running.kills, truth.acknowledged, truth.taken_up, len(running.refused))
    print("{} killed, {} acknowledged, {} done without, {} refused".format(*told))  # noqa: T201 - for whoever soaks (`-s`)
    return running


def assert_much_happened(running):
    """A campaign in which nothing happens would find nothing."""
    truth = running.truth
    assert truth.acknowledged > 2 * running.kills
    assert truth.taken_up > 0 or CRASHES < 100, "some were killed between the commit and its acknowledgement"
    assert all(truth.entries[entry] > 0 for entry in ENTRY.values()) or CRASHES < 100
    assert truth.published > running.kills or CRASHES < 100


def test_a_process_that_is_killed_loses_nothing_that_it_acknowledged(tmp_path):
    running = campaign(founded(tmp_path / "home"))
    assert running.refused == []
    assert_much_happened(running)


def test_neither_does_one_whose_server_is_killed_too(tmp_path):
    server = OwnServer()
    try:
        running = campaign(founded(tmp_path / "home", server.url()), server)
        assert_much_happened(running)
        assert running.server_deaths >= 10 or CRASHES < 100
        told = {message["refused"] for message in running.refused}
        assert told <= {"StoreError", "StoreDoubtError", "StoreBusyError"}
    finally:
        server.end()
