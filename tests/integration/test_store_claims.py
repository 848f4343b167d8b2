"""Many workers take messages at once, as threads and as processes: each is one worker's, and none is forgotten."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import databases
import pytest
from racing import raced
from store_rows import NOON, a_message, opened

WORKERS, MESSAGES = 8, 120
LEASE = timedelta(minutes=5)


def filled(store):
    """Add messages of a few cases, several of each, so that workers meet on a case as well."""
    rows = [a_message(opened(store).case) for _ in range(MESSAGES // 5)]
    rows += [a_message(row.case) for row in rows for _ in range(4)]
    store.run(lambda unit: [unit.outbox.add(row) for row in rows])
    return {row.message for row in rows}


def take(store, most=4):
    """Take messages until there are none, remove every other, and return what was taken."""
    mine = []
    lease = uuid4()
    while rows := store.run(lambda unit: unit.outbox.claim(NOON, NOON + LEASE, lease, most)):
        mine += [row.message for row in rows]
        for row in rows[::2]:
            assert store.run(lambda unit, row=row: unit.outbox.done(row.case, row.message, lease))
    return mine


def test_threads_that_claim_at_once_get_different_messages(store):
    messages = filled(store)
    gate, taken, failed = threading.Barrier(WORKERS, timeout=20), [], []

    def work():
        gate.wait()
        try:
            taken.append(take(store))
        except BaseException as error:  # noqa: BLE001 - told by the test
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Counter(message for mine in taken for message in mine) == Counter(messages), "each once, and none is left"


TAKER = """
import sys
from pathlib import Path
from databases import KEY
from nrm.storage.engine import open_postgresql
from nrm.storage.sqlcipher import open_sqlcipher
from nrm.storage.store import SqlStore
from test_store_claims import take
kind, place = sys.argv[1:]
store = SqlStore(open_sqlcipher(Path(place), KEY) if kind == "sqlcipher" else open_postgresql(place))
sys.stdin.readline()
for message in take(store):
    print(message)
store.close()
"""


@pytest.mark.parametrize("kind", databases.BOTH)
def test_processes_that_claim_at_once_get_different_messages(kind, tmp_path):
    engine = databases.new_engine(kind, tmp_path)
    messages = filled(databases.founded(engine))
    place = str(tmp_path / "cases.db") if kind == "sqlcipher" else engine.url.render_as_string(hide_password=False)
    paths = os.pathsep.join(path for path in [*sys.path, os.path.dirname(__file__)] if path)  # noqa: PTH120
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TAKER, kind, place],
            env={**os.environ, "PYTHONPATH": paths},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:  # both have opened the store, or are about to
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told
    taken = [UUID(line) for out, _ in told for line in out.split()]
    assert Counter(taken) == Counter(messages)


def test_a_worker_is_given_others_while_one_holds_the_first():
    """On PostgreSQL nobody waits for a worker who has not committed yet."""
    store = databases.postgresql_store()
    case = opened(store).case
    first, second = a_message(case, minutes=-1), a_message(case)
    for row in (first, second):
        store.run(lambda unit, row=row: unit.outbox.add(row))
    found = []

    def claim(unit):
        return [row.message for row in unit.outbox.claim(NOON, NOON + LEASE, uuid4(), 1)]

    def work(unit):
        found.append(claim(unit))
        found.append(store.run(claim))

    store.run(work)
    assert found == [[first.message], [second.message]]


def test_shredding_beside_workers_leaves_no_message_and_no_clock(store):
    for _ in range(12):
        case = opened(store).case
        row = a_message(case)
        store.run(lambda unit, row=row: unit.outbox.add(row))

        def give_back(unit):
            lease = uuid4()
            for taken in unit.outbox.claim(NOON, NOON + LEASE, lease, 9):
                assert unit.outbox.later(taken.case, taken.message, lease, NOON)

        works = [
            give_back,
            lambda unit, case=case: unit.outbox.add(a_message(case)),
            lambda unit, case=case: unit.cases.shred(case),
        ]
        assert set(raced(store, *works)) <= {"ShreddedError"}
        assert store.run(lambda unit, case=case: unit.outbox.of(case)) == []
