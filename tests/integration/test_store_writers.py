"""Many writers at once, as threads and as processes: no entry is lost, none comes twice, and there is no gap."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import databases
import pytest
from racing import raced
from sqlalchemy import event
from store_rows import an_event, opened, sequenced

WRITERS, EACH = 8, 12


def write_and_sequence(store, name):
    """Add entries one by one, each with a case, and sequence what waits after every other."""
    for number in range(EACH):

        def work(unit, number=number):
            unit.events.add(an_event(minutes=number, leaf=f"{name}.{number}".encode()))

        opened(store)
        store.run(work)
        if number % 2:
            store.run(lambda unit: sequenced(unit, most=5))


def assert_whole(store, names):
    while store.run(sequenced):
        pass
    size = store.run(lambda unit: unit.log.peek()).size
    leaves = [leaf.decode() for leaf in store.run(lambda unit: list(unit.log.leaves(0, size)))]
    assert size == len(names) * EACH, "there is no gap"
    assert sorted(leaves) == sorted(f"{name}.{number}" for name in names for number in range(EACH))
    assert len(store.run(lambda unit: unit.cases.listed(None, None, 10_000))) == size


def test_threads(store):
    failed = []

    def write(name):
        try:
            write_and_sequence(store, name)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failed.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert_whole(store, range(WRITERS))


def test_a_thread_that_waits_for_its_turn_does_not_knock_at_the_file_meanwhile(tmp_path):
    """SQLite lets those who knock look again after pauses that grow: one of many would wait for a second and more."""
    engine = databases.sqlcipher_engine(tmp_path)
    store = databases.founded(engine)
    knocked, inside, leave = [], threading.Event(), threading.Event()
    event.listen(engine, "begin", lambda _connection: knocked.append(threading.current_thread().name))

    def stay(_unit):
        inside.set()
        assert leave.wait(30)

    threads = [threading.Thread(target=store.run, args=(stay,), name="first")]
    threads[0].start()
    assert inside.wait(30)
    for name in ("second", "third"):
        threads.append(threading.Thread(target=store.run, args=(lambda unit: unit.log.peek(),), name=name))
        threads[-1].start()
    threads[1].join(0.5)
    waiting = list(knocked)
    leave.set()
    for thread in threads:
        thread.join(30)
    assert waiting == ["first"]
    assert sorted(knocked) == ["first", "second", "third"]
    store.close()


def test_whoever_waited_for_a_turn_in_vain_goes_on_to_the_lock_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr("nrm.storage.store.TURN_SECONDS", 0.01)
    store = databases.sqlcipher_store(tmp_path)
    inside, leave, done = threading.Event(), threading.Event(), []

    def stay(_unit):
        inside.set()
        assert leave.wait(30)

    first = threading.Thread(target=store.run, args=(stay,))
    first.start()
    assert inside.wait(30)
    second = threading.Thread(target=lambda: done.append(store.run(lambda unit: unit.log.peek().size)))
    second.start()
    second.join(0.5)
    assert done == []
    leave.set()
    first.join(30)
    second.join(30)
    assert done == [0]
    store.run(lambda unit: unit.log.peek())  # the turn was given back
    store.close()


WRITER = """
import sys
from pathlib import Path
from databases import KEY
from nrm.storage.engine import open_postgresql
from nrm.storage.sqlcipher import open_sqlcipher
from nrm.storage.store import SqlStore
from test_store_writers import write_and_sequence
kind, place, name = sys.argv[1:]
engine = open_sqlcipher(Path(place), KEY) if kind == "sqlcipher" else open_postgresql(place)
store = SqlStore(engine)
write_and_sequence(store, name)
store.close()
"""


@pytest.mark.parametrize("kind", databases.BOTH)
def test_processes(kind, tmp_path):
    engine = databases.new_engine(kind, tmp_path)
    store = databases.founded(engine)
    place = str(tmp_path / "cases.db") if kind == "sqlcipher" else engine.url.render_as_string(hide_password=False)
    paths = os.pathsep.join(path for path in [*sys.path, os.path.dirname(__file__)] if path)  # noqa: PTH120
    names = [f"p{number}" for number in range(WRITERS)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, kind, place, name],
            env={**os.environ, "PYTHONPATH": paths},
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    told = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * WRITERS, told
    assert_whole(store, names)
    store.close()


def test_shredding_beside_writers_leaves_nothing_of_the_case(store):
    for _ in range(12):
        row = opened(store)
        works = [
            lambda unit, case=row.case: unit.cases.mark(case, [("phone", b"m")]),
            lambda unit, case=row.case: unit.events.add(an_event(case, details=b"d")),
            lambda unit, case=row.case: unit.cases.shred(case),
        ]
        assert set(raced(store, *works)) <= {"ShreddedError"}
        assert store.run(lambda unit, case=row.case: unit.events.of(case)) == []
        assert store.run(marks_left) == 0


def marks_left(unit):
    return databases.connection_of(unit).exec_driver_sql("SELECT count(*) FROM case_marks").scalar_one()
