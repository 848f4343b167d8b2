"""PostgreSQL: settings of a connection, and what is said when the server cannot be used."""

from __future__ import annotations

import pytest
from databases import bare_postgresql_url, connection_of, founded, postgresql_engine, server

from nrm.casework.errors import StoreError, StoreMisfitError
from nrm.storage.engine import _with_defaults, open_postgresql
from nrm.storage.store import SqlStore

SECRET = "hunter2"  # noqa: S105 - of nobody


def show(engine, name):
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"SHOW {name}").scalar_one()


def test_every_connection_has_its_name_its_limits_and_one_state_of_the_database():
    engine = postgresql_engine()
    names = ("application_name", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
    assert [show(engine, name) for name in names] == ["nrm", "1min", "5s", "2min", "UTC"]
    assert show(engine, "transaction_isolation") == "repeatable read"
    engine.dispose()


def test_a_commit_waits_for_the_disk_also_where_the_server_would_not():
    engine = postgresql_engine()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {engine.url.database} SET synchronous_commit = off")
    url = engine.url.render_as_string(hide_password=False)
    engine.dispose()
    again = open_postgresql(url)
    assert show(again, "synchronous_commit") == "on"
    again.dispose()


def test_a_stricter_commit_than_ours_stays():
    engine = postgresql_engine()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {engine.url.database} SET synchronous_commit = remote_apply")
    engine.dispose()
    assert show(engine, "synchronous_commit") == "remote_apply"
    engine.dispose()


@pytest.mark.parametrize("url", ["", "no url", "mysql://host/x", f"postgresql://ana:{SECRET}@host:port/x"])
def test_what_is_no_address_of_a_server_is_refused_and_not_shown(url):
    with pytest.raises(StoreError, match="is not a PostgreSQL URL; write `postgresql://") as error:
        open_postgresql(url)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ana:{SECRET}@/nowhere?host=/nonexistent",
        f"postgresql://ana:{SECRET}@127.0.0.1:1/nowhere",
    ],
)
def test_a_server_that_does_not_answer_is_told_without_address_name_or_password(url):
    with pytest.raises(StoreError, match="the database is gone; check that its server runs") as error:
        open_postgresql(url)
    assert error.value.__suppress_context__
    for word in (SECRET, "ana", "nowhere", "127.0.0.1"):
        assert word not in str(error.value)


def test_a_password_is_not_shown_by_the_engine():
    if server() is None:
        pytest.skip("POSTGRESQL WAS NOT TESTED: no server")
    engine = open_postgresql(f"postgresql://nrm:{SECRET}@/postgres?host={server()}")
    assert SECRET not in f"{engine!r} {engine.url!r} {engine.pool!r}"
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://db.example.org/x", "verify-full"),
        ("postgresql:///x?host=db.example.org", "verify-full"),
        ("postgresql://db.example.org/x?sslmode=verify-ca", "verify-ca"),
        ("postgresql://localhost/x", None),
        ("postgresql:///x?host=/run/postgresql", None),
        ("postgresql:///x", None),
    ],
)
def test_a_server_on_another_machine_must_prove_who_it_is(url, mode):
    assert _with_defaults(url).query.get("sslmode") == mode


def test_a_server_that_only_reads_is_told():
    engine = postgresql_engine()
    store = SqlStore(engine)

    def work(unit):
        connection_of(unit).exec_driver_sql("SET TRANSACTION READ ONLY")
        unit.rulebooks.add("a" * 64, b"archive")

    with pytest.raises(StoreError, match="cannot be written; connect to the primary"):
        store.run(work)
    store.close()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("53100", "the disk of the database is full"),
        ("53300", "no room or connections left"),
        ("57014", "took too long"),
        ("42501", "refuses us the right"),
        ("22001", "does not fit its column"),
        ("XX001", "look at its own log"),
    ],
)
def test_what_the_server_reports_is_told_in_our_words(state, said):
    store = SqlStore(postgresql_engine(), sleep=lambda _: None)
    sql = f"DO $$ BEGIN RAISE EXCEPTION 'about Ana' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(StoreError, match=said) as error:
        store.run(lambda unit: connection_of(unit).exec_driver_sql(sql))
    assert "Ana" not in str(error.value)
    store.close()


def test_a_database_without_schema_says_what_to_do():
    url = bare_postgresql_url()
    if url is None:
        pytest.skip("POSTGRESQL WAS NOT TESTED: no server")
    store = SqlStore(open_postgresql(url))
    with pytest.raises(StoreMisfitError, match="has no schema of nrm, or an older one; run `nrm db upgrade`"):
        store.run(lambda unit: unit.log.peek())
    store.close()


def test_whoever_asks_for_the_head_of_the_log_keeps_others_from_it():
    engine = postgresql_engine()
    store = founded(engine)

    def free():
        with engine.connect() as other:
            taken = "SELECT count(*) FROM (SELECT 1 FROM log_head FOR UPDATE SKIP LOCKED) AS free"
            return other.exec_driver_sql(taken).scalar_one()

    assert store.run(lambda unit: (unit.log.peek(), free())[1]) == 1
    assert store.run(lambda unit: (unit.log.head(), free())[1]) == 0
    store.close()
