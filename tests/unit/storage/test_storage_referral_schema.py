"""The tables of referral: how an older database gets them, what shredding and backups do, and scans along an index."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import databases
import pytest
from alembic import command
from fakes_store import OF_A_CASE
from sqlalchemy import event, inspect, text
from store_rows import NOON, a_case, a_clock, a_message, a_referral, opened

from nrm.storage import migrate, schema, schema_referral
from nrm.storage.backup import write_backup
from nrm.storage.engine import open_postgresql
from nrm.storage.migrate import revision, upgrade
from nrm.storage.restore import restore
from nrm.storage.sqlcipher import create_sqlcipher
from nrm.storage.store import SqlStore

REFERRAL = {"case_items", "referrals", "clocks", "outbox", "shelf"}


@pytest.fixture(params=databases.BOTH)
def first(request, tmp_path):
    """A database with the first schema only."""
    if request.param == "sqlcipher":
        engine = create_sqlcipher(tmp_path / "first.db", databases.KEY)
    else:
        engine = open_postgresql(databases.bare_postgresql_url() or pytest.skip("POSTGRESQL WAS NOT TESTED: no server"))
    config = migrate._config()  # noqa: SLF001 - the program itself never stops at an older step
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001_first")
    yield engine
    engine.dispose()


def test_a_database_with_the_first_schema_keeps_its_cases_and_gets_the_new_tables(first):
    store = databases.founded(first)
    row = a_case()
    with first.begin() as connection:
        connection.execute(schema.cases.insert().values(case_id=row.case, **_values(row)))
        connection.execute(
            text(
                "INSERT INTO outbox (case_id, message_id, kind, due_at, sealed) "
                "SELECT case_id, case_id, 'kind', opened_at, wrapped_key FROM cases"
            )
        )
    upgrade(first)
    assert revision(first) == migrate.newest()
    assert set(inspect(first).get_table_names()) >= REFERRAL
    assert store.run(lambda unit: unit.cases.get(row.case)) == row
    assert store.run(lambda unit: unit.outbox.of(row.case)) == [], "no release ever wrote to the first outbox"
    store.run(lambda unit: unit.outbox.add(a_message(row.case)))


def _values(row):
    names = ("organisation", "version", "opened_at", "changed_at", "wrapped_key")
    return {name: getattr(row, name) for name in names}


def test_whoever_knows_the_schema_knows_the_tables_of_referral():
    """A backup that was written without them would be short of referrals, and nobody would notice."""
    code = "import nrm.storage.schema as s; print(*sorted(s.metadata.tables))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(told.stdout.split()) >= REFERRAL


def test_every_table_about_a_case_is_emptied_of_it_when_it_is_shredded():
    about = {table for table in schema.metadata.sorted_tables if "case_id" in table.columns}
    assert about == {*schema.OF_A_CASE, schema.cases}
    assert len(schema.OF_A_CASE) == len(OF_A_CASE), "the store in memory forgets as much"
    assert schema_referral.shelf not in schema.OF_A_CASE


def test_a_lease_comes_back_with_a_backup_and_ends_as_any_other(store, engine, tmp_path):
    message = a_message(opened(store).case)
    lease = uuid4()
    store.run(lambda unit: unit.outbox.add(message))
    store.run(lambda unit: unit.outbox.claim(NOON, NOON + timedelta(minutes=5), lease, 1))
    write_backup(engine, tmp_path / "today.nrmb", lambda key: key)
    (tmp_path / "other").mkdir()
    fresh = create_sqlcipher(tmp_path / "other" / "cases.db", databases.KEY)
    restore(tmp_path / "today.nrmb", fresh, lambda wrapped: wrapped)
    back = SqlStore(fresh)
    other = uuid4()
    later = NOON + timedelta(minutes=5)
    assert back.run(lambda unit: unit.outbox.claim(later - timedelta(seconds=1), later, other, 1)) == []
    (taken,) = back.run(lambda unit: unit.outbox.claim(later, later + timedelta(minutes=5), other, 1))
    assert taken == replace(message, attempts=2, lease=other), "its identifier, by which it is known, is the same"
    assert back.run(lambda unit: unit.outbox.done(message.case, message.message, lease)) is False
    back.close()


SCANS = {
    "due": (lambda unit: unit.clocks.due(NOON, 100), "ix_clocks_due_at_clock_id_case_id"),
    "due after": (
        lambda unit: unit.clocks.due(NOON, 100, (NOON, UUID(int=1))),
        "ix_clocks_due_at_clock_id_case_id",
    ),
    "next clock": (lambda unit: unit.clocks.next_due(), "ix_clocks_due_at_clock_id_case_id"),
    "claim": (lambda unit: unit.outbox.claim(NOON, NOON, UUID(int=1), 10), "ix_outbox_due_at_message_id"),
    "next message": (lambda unit: unit.outbox.next_due(), "ix_outbox_"),
    "find": (lambda unit: unit.referrals.find(UUID(int=9)), "referral_id"),
    "marked": (
        lambda unit: unit.referrals.marked(b"mark", ["sent"], UUID(int=9), 10),
        "ix_referrals_mark_state_referral_id",
    ),
}


@pytest.fixture
def many(store, engine):
    """Thousands of rows, so that a database has reason to prefer an index."""
    case = opened(store).case

    def fill(unit):
        unit.clocks.add(a_clock(case, minutes=number % 50 - 25 or None) for number in range(3_000))
        for number in range(1_500):
            unit.outbox.add(a_message(case, minutes=number % 50 - 25 or None))
            unit.referrals.add(a_referral(case, mark=b"mark %d" % (number % 9)))

    store.run(fill)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    return store


@pytest.mark.parametrize("scan", sorted(SCANS))
def test_a_scan_goes_along_an_index_and_sorts_nothing(many, engine, scan):
    work, index = SCANS[scan]
    selects = []

    def note(_connection, _cursor, statement, parameters, *_):
        if statement.startswith("SELECT"):
            selects.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    many.run(work)
    event.remove(engine, "before_cursor_execute", note)
    assert selects
    for statement, parameters in selects:
        plan = explained(engine, statement, parameters)
        assert index in plan, plan
        assert not any(word in plan for word in ("Seq Scan", "SCAN ", "TEMP B-TREE FOR ORDER BY")), plan
        assert "Sort" not in plan.replace("Incremental Sort", ""), plan


def explained(engine, statement, parameters):
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters))
