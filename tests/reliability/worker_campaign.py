"""A campaign: `nrm work` is run on one installation and killed, again and again, while people and services go on.

    running = Campaign(folder, stack, url)      # `stack` closes what it opened; `url`: an empty PostgreSQL database
    running.round()                             # time goes by, people act, one or two workers run and are killed
    running.drain()                             # workers finish what is due, and nothing due may be left

After each of both `worker_truth.py` says what must hold.
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
from collections import Counter
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import receiver
import worker_places
from real_installations import opened
from worker_people import REFUSED, People
from worker_receipts import KEYS_FILE
from worker_truth import Truth

from nrm.casework.clocks.posting import LEASE
from nrm.delivery.backoff import LONGEST

SEED = int(os.environ.get("NRM_CRASH_SEED", "20260302"))
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)

AFTER = {"early": 0.15, "time": 0.5, "commit": 60, "edge": 900, "call": 120_000, "taken": 0}
"""The ways to kill a worker: after at most so many seconds since it was started (`early`) or began its rounds, or after
so many calls (see `worker_driver.py`); `taken`: as soon as the receiver has a message, which it does not answer."""

MOST = 1.0
"""After so many seconds a worker is killed that has not killed itself."""

BEHAVIOURS = ("take", "take", "flaky:60", "drop", "break", "slow:0.15", "error:500", "error:503:600", "down")


class Campaign:
    """Workers on one installation, killed round by round, and people who go on with their work."""

    def __init__(self, folder, stack, database=None, fault=None, seed=SEED):
        self.chance = random.Random(seed)  # noqa: S311 - no secret
        self.fault, self.kills, self.ways, self.stack = fault, 0, dict.fromkeys(AFTER, 0), stack
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        os.environ[KEYS_FILE] = str(self.inbox / worker_places.KEYS)
        self.receiving, self.port = None, _port()
        self.working, self.over = set(), True
        self.receive()
        places = worker_places.services()
        self.home = worker_places.founded(folder / "home", self.place, places, database)
        self.said = folder / "said"
        self.ahead = BEGIN - datetime.now(tz=UTC)
        self.office = opened(self.home, self.now)
        stack.callback(self.office.close)
        self.people = People(self.home, self.office, places, self.chance)
        self.truth = Truth(self.home, self.place, places, self.office.desk.counter.signer)
        self.driver = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("worker_driver.py"), self.home.folder, self.said],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(self.end)
        assert self._line()["ready"]

    def now(self):
        return datetime.now(tz=UTC) + self.ahead

    def receive(self, *, up=True):
        """Start the receiver, or kill it; started again it has its port and knows what it has."""
        if up and self.receiving is None:
            words = ["--receipt", "worker_receipts:receipt", "--port", str(self.port)]
            self.receiving = self.stack.enter_context(ExitStack())
            self.place = self.receiving.enter_context(receiver.in_process(self.inbox, *words))
        elif not up and self.receiving is not None:
            self.receiving.close()
            self.receiving = None

    def round(self):
        """Let time go by, people act, and one or two workers run until each is killed."""
        self.ahead += self.jump()
        behaviour = self.chance.choice(BEHAVIOURS)
        way = self.chance.choice(list(AFTER))
        if way == "taken":
            behaviour = "slow:5"
        self.receive(up=behaviour != "down")
        if behaviour != "down":
            self.place.behave(behaviour)
        self.people.act(3)
        if way == "taken":
            with suppress(*REFUSED):
                self.people.refer("https")
        ways = [way] + [
            self.chance.choice([one for one in AFTER if one != "taken"]) for _ in range(self.chance.random() < 0.4)
        ]
        self.work([(one, self.chance.uniform(0, AFTER[one])) for one in ways])
        self.check()

    def jump(self):
        kind = self.chance.random()
        if kind < 0.6:
            return timedelta(seconds=self.chance.uniform(0, 60))
        if kind < 0.85:
            return timedelta(minutes=self.chance.uniform(1, 30))
        return timedelta(hours=self.chance.uniform(1, 8 if kind < 0.95 else 30))

    def work(self, workers, *, once=False):
        """Run workers; each is killed as its way says, or with `once` ends by itself when nothing is left to do."""
        order = {
            "ahead": self.ahead.total_seconds(),
            "once": once,
            "fault": self.fault,
            "workers": [{"way": way, "after": after} for way, after in workers],
        }
        came = len(self.place.log())
        print(json.dumps(order), file=self.driver.stdin, flush=True)
        pids, self.working, self.over = self._line()["pids"], set(), False
        if not once:
            self.people.act(1)
            for (way, after), pid in zip(workers, pids, strict=True):
                self._kill(way, after, pid, came)
        while not self.over:
            self._hear()
        print(file=self.driver.stdin, flush=True)
        ended = self._line()["ended"]
        if once:
            return ended
        assert set(ended) == {-signal.SIGKILL}, f"a worker ended with {ended}: {self.said.read_text()[-2000:]}"
        self.kills += len(ended)
        for way, _ in workers:
            self.ways[way] += 1
        return ended

    def _kill(self, way, after, pid, came):
        """Kill a worker as its way says; one that kills itself is killed after a while all the same."""
        begin = time.monotonic()
        if way == "taken":
            while len(self.place.log()) == came and time.monotonic() < begin + 2:
                time.sleep(0.005)
        elif way == "early":
            time.sleep(after)
        else:
            while not _ended(pid) and pid not in self.working:
                self._hear()
            begin = time.monotonic()
            while not _ended(pid) and time.monotonic() < begin + (after if way == "time" else MOST):
                time.sleep(0.01)
        os.kill(pid, signal.SIGKILL)

    def drain(self, workers=1, *, new=3):
        """Refer anew, let workers finish what is due, with services that answer, and see that nothing due is left."""
        self.receive()
        self.place.behave("slow:0.05")
        self.ahead += LEASE
        for _ in range(new):
            with suppress(*REFUSED):
                self.people.refer("https")
        came = len(self.place.log())
        for _ in range(2):
            ended = self.work([("none", 0)] * workers, once=True)
            assert set(ended) == {0}, f"a worker left something: {ended} {self.said.read_text()[-2000:]}"
            self.ahead += LONGEST
        again = Counter(line["message"] for line in self.place.log()[came:])
        assert set(again.values()) <= {1}, "two workers had one message at the same time"
        then = self.now() - LONGEST - timedelta(minutes=5)
        left = self.office.store.run(lambda unit: (unit.clocks.due(then, 10), unit.outbox.next_due()))
        assert left == ([], None), "something that was due is left"
        self.check()

    def check(self):
        wholes = self.truth.check(self.office, self.people.cases, self.now())
        assert self.people.referred <= {one.id for whole in wholes for one in whole.referrals}, "a referral is lost"
        return wholes

    def end(self):
        self.driver.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self.driver.wait(5)
        self.driver.kill()
        self.driver.wait()
        self.driver.stdout.close()

    def _hear(self):
        """Hear that a worker begins its rounds, or that all have ended."""
        line = self._line()
        self.working.add(line.get("works"))
        self.over = "over" in line

    def _line(self):
        line = self.driver.stdout.readline()
        assert line, "the driver's parent has ended"
        return json.loads(line)


def _port():
    """Return a free port that the system gives to nobody by itself, so that it is still there after the receiver."""
    while True:
        port = random.randrange(20_000, 32_000)  # noqa: S311 - no secret
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


def _ended(pid):
    """Say whether a worker has killed itself; until the driver is told, its number stays its own."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
