"""Units of work happen whole or not at all, are done again when asked for, and tell what a driver met."""

from __future__ import annotations

import threading

import psycopg
import pytest
from databases import OURS, connection_of, postgresql_engine, sqlcipher_engine
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from store_rows import a_case, a_decision, a_group, a_message, a_version, an_event, changed, opened, sequenced

from nrm.casework.errors import StaleVersionError, StoreBusyError, StoreDoubtError, StoreError, StoreMisfitError
from nrm.storage.faults import told
from nrm.storage.store import MOST_TRIES, SqlStore


class OurError(Exception):
    """A use case that fails."""


ROW = a_case()
STEPS = (
    lambda unit: unit.cases.add(ROW, a_version(a_group()), b"facts"),
    lambda unit: unit.cases.mark(ROW.case, [("phone", b"m")]),
    lambda unit: changed(unit, ROW.case, 2, a_group(version=2)),
    lambda unit: unit.decisions.add(a_decision(ROW.case)),
    lambda unit: unit.rulebooks.add("a" * 64, b"archive"),
    lambda unit: unit.events.add(an_event(ROW.case, details=b"d")),
    lambda unit: unit.outbox.add(a_message(ROW.case)),
    lambda unit: unit.cases.rewrap(ROW.case, b"wrapped key", b"new"),
    sequenced,
    lambda unit: unit.cases.shred(ROW.case),
)


def everything(store):
    def read(unit):
        cases = unit.cases.listed(None, None, 10)
        log = (unit.log.peek(), unit.log.waiting(10), unit.rulebooks.known("a" * 64))
        return cases, log, [(unit.cases.written(row.case), unit.decisions.of(row.case)) for row in cases]

    return store.run(read)


def test_a_unit_of_work_that_fails_at_any_point_leaves_nothing(store):
    before = everything(store)
    for most in range(len(STEPS) + 1):

        def work(unit, most=most):
            for step in STEPS[:most]:
                step(unit)
            raise OurError

        with pytest.raises(OurError):
            store.run(work)
        assert everything(store) == before, f"after {most} steps"
    store.run(lambda unit: [step(unit) for step in STEPS])
    assert everything(store) != before, "the steps themselves would have changed it"


def test_a_unit_of_work_that_is_interrupted_leaves_nothing_and_the_store_goes_on(store):
    def work(unit):
        unit.cases.add(ROW, a_version(), b"")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.run(work)
    assert store.run(lambda unit: unit.cases.listed(None, None, 9)) == []
    assert opened(store)


def test_what_the_work_returns_comes_back(store):
    assert store.run(lambda _: "answer") == "answer"


def test_of_two_units_that_change_one_version_at_once_one_is_stale(store):
    row = opened(store)
    gate, ended = threading.Barrier(2, timeout=20), []

    def change(name):
        def work(unit):
            unit.cases.get(row.case)
            changed(unit, row.case, 2, a_group("safety", 2, name))

        gate.wait()
        try:
            store.run(work)
            ended.append(name)
        except StaleVersionError as error:
            ended.append(type(error))

    threads = [threading.Thread(target=change, args=(name,)) for name in (b"one", b"two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = [end for end in ended if isinstance(end, bytes)]
    assert (len(names), len(ended)) == (1, 2)
    assert store.run(lambda unit: unit.cases.get(row.case)).now.groups[0].sealed == names[0]
    assert store.run(lambda unit: unit.cases.get(row.case)).version == 2


def conflict(unit):
    """Have PostgreSQL itself say that the transaction must be repeated."""
    connection_of(unit).execute(text("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$"))


def test_a_conflict_is_repeated_until_it_succeeds_and_only_the_last_try_counts():
    waited, tries = [], []
    store = SqlStore(postgresql_engine(), sleep=waited.append)

    def work(unit):
        tries.append(1)
        unit.events.add(an_event())
        if len(tries) < 4:
            conflict(unit)
        return "done"

    assert store.run(work) == "done"
    assert (len(tries), len(waited)) == (4, 3)
    assert len(store.run(lambda unit: unit.log.waiting(99))) == 1
    store.close()


def test_a_conflict_that_never_ends_is_told_after_a_bounded_time():
    waited = []
    store = SqlStore(postgresql_engine(), sleep=waited.append)
    with pytest.raises(StoreBusyError, match="keep the database busy; try again"):
        store.run(conflict)
    assert len(waited) == MOST_TRIES - 1
    assert 0 < sum(waited) < 10
    store.close()


def test_a_file_that_another_process_keeps_locked_is_waited_for(tmp_path):
    engine = sqlcipher_engine(tmp_path)
    other = engine.raw_connection()
    waited = []

    def sleep(seconds):
        waited.append(seconds)
        other.rollback()

    store = SqlStore(engine, sleep=sleep)
    for connection in (other, engine.raw_connection()):
        connection.cursor().execute("PRAGMA busy_timeout = 1")
        if connection is not other:
            connection.close()
    other.cursor().execute("BEGIN IMMEDIATE")
    store.run(lambda unit: unit.events.add(an_event()))
    assert len(waited) == 1
    other.close()
    store.close()


def terminate_others(connection):
    mine = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    engine = connection.engine
    with engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})


def test_a_connection_that_is_lost_before_the_commit_is_made_anew():
    engine = postgresql_engine()
    store, tries = SqlStore(engine, sleep=lambda _: None), []

    def work(unit):
        tries.append(1)
        unit.events.add(an_event())
        if len(tries) == 1:
            terminate_others(connection_of(unit))
        unit.events.add(an_event())

    store.run(work)
    assert len(tries) == 2
    assert len(store.run(lambda unit: unit.log.waiting(99))) == 2
    store.close()


def test_a_connection_that_is_lost_in_every_try_is_told_and_nothing_happened():
    store = SqlStore(postgresql_engine(), sleep=lambda _: None)

    def work(unit):
        unit.events.add(an_event())
        terminate_others(connection_of(unit))
        unit.events.add(an_event())

    with pytest.raises(StoreError, match="the database is gone; check that its server runs"):
        store.run(work)
    assert store.run(lambda unit: unit.log.waiting(99)) == []
    store.close()


def test_a_connection_that_is_lost_during_the_commit_leaves_doubt_and_is_never_repeated():
    store, tries = SqlStore(postgresql_engine(), sleep=lambda _: None), []

    def work(unit):
        tries.append(1)
        unit.events.add(an_event())
        terminate_others(connection_of(unit))

    with pytest.raises(StoreDoubtError, match="nobody knows whether the change happened"):
        store.run(work)
    assert len(tries) == 1
    store.close()


def test_a_server_that_is_gone_is_told_without_its_address():
    engine = postgresql_engine()
    database = engine.url.database
    store = SqlStore(engine, sleep=lambda _: None)
    engine.dispose()

    @event.listens_for(engine, "do_connect")
    def _connect(*_):
        raise psycopg.OperationalError(f"connection to {database} with password secret failed")

    with pytest.raises(StoreError, match="the database is gone") as error:
        store.run(lambda _: None)
    assert "secret" not in str(error.value)
    assert database not in str(error.value)


def test_a_database_without_schema_says_what_to_do(store, engine):
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE outbox"))
    row = opened(store)
    with pytest.raises(StoreMisfitError, match="run `nrm db upgrade`"):
        store.run(lambda unit: unit.outbox.add(a_message(row.case)))


def test_when_all_connections_are_in_use_that_is_said():
    assert isinstance(told(PoolTimeoutError("QueuePool limit")), StoreBusyError)


def test_a_driver_error_of_an_unknown_kind_is_told_without_its_words():
    class StrangeError(Exception):
        sqlstate = "XX000"

    error = told(DBAPIError("SELECT 'Ana'", {"name": "Ana"}, StrangeError("Ana")))
    assert str(error) == "store: the database failed; look at its own log"
    assert "gone" in str(told(InterfaceError("SELECT 'Ana'", {}, Exception("Ana"))))


def test_an_installation_is_recorded_once(store, engine):
    assert store.installation() == OURS
    with pytest.raises(StoreMisfitError, match="belongs to an installation already"):
        SqlStore.begin(engine, OURS)


def test_a_store_that_belongs_to_nothing_says_so(engine):
    with pytest.raises(StoreMisfitError, match="belongs to no installation yet"):
        SqlStore(engine).installation()
