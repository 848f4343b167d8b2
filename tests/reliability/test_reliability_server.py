"""The server of PostgreSQL goes away while somebody works: cut off in mid-transaction, stopped, started again."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import psycopg
import pytest
from own_server import OwnServer
from real_installations import ON, asked, founded, opened, record, verified

from nrm.casework.cases import keep
from nrm.casework.errors import StoreDoubtError, StoreError


@pytest.fixture(scope="module")
def server():
    made = OwnServer()
    yield made
    made.end()


@pytest.fixture
def home(server, tmp_path):
    name = f"c{time.monotonic_ns()}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return founded(tmp_path / "home", server.url(name))


class Striking:
    """A keyring that does something once, when it opens a key: that is in mid-transaction."""

    def __init__(self, keyring, strike):
        self._keyring, self._strike = keyring, strike

    def __getattr__(self, name):
        return getattr(self._keyring, name)

    def unwrap(self, case, wrapped):
        strike, self._strike = self._strike, lambda: None
        strike()
        return self._keyring.unwrap(case, wrapped)


def struck(office, strike):
    return replace(office.desk, keyring=Striking(office.desk.keyring, strike))


def cut_all(server):
    """Have the server end all other connections, as when somebody restarts it or a network breaks."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname <> 'postgres'"
        )


def said(office, case):
    found = keep.read_groups(office.desk, asked(office.home), case, ["account"]).groups
    return json.loads(found["account"])["journey"]


def changes(office, case):
    """Return the versions that the entries of a case tell of."""
    return office.store.run(lambda unit: len(unit.events.of(case)))


def test_a_connection_cut_in_mid_transaction_is_not_noticed_and_the_change_happens_once(server, home):
    office = opened(home)
    case = keep.open_case(office.desk, asked(home), record("first"), ON).case
    desk = struck(office, lambda: cut_all(server))
    assert keep.amend(desk, asked(home), case, 1, record("second"), ON).version == 2
    assert changes(office, case) == 2, "one entry for the opening, one for the change"
    assert said(office, case) == "second"
    assert office.sequencer.run() == 3
    verified(home, office.vkey)
    office.close()


@pytest.mark.parametrize("how", ["immediate", "fast", "killed"])
def test_a_server_that_ends_in_mid_transaction_is_told_and_nothing_of_it_happened(server, home, how):
    office = opened(home)
    case = keep.open_case(office.desk, asked(home), record("first"), ON).case
    office.sequencer.run()
    seen = verified(home, office.vkey)
    desk = struck(office, server.kill if how == "killed" else lambda: server.stop(how))
    try:
        with pytest.raises(
            StoreError, match="the database is gone; check that its server runs, then try again"
        ) as told:
            keep.amend(desk, asked(home), case, 1, record("second"), ON)
        assert not isinstance(told.value, StoreDoubtError), "it is known that nothing happened"
        with pytest.raises(StoreError, match="the database is gone"):
            office.sequencer.run()
    finally:
        server.start()
    assert said(office, case) == "first"
    assert keep.amend(office.desk, asked(home), case, 1, record("third"), ON).version == 2
    assert said(office, case) == "third"
    assert office.sequencer.run() >= 4
    verified(home, office.vkey, seen)
    office.close()


def test_a_server_that_is_not_there_is_told_at_once_and_found_again(server, home):
    office = opened(home)
    case = keep.open_case(office.desk, asked(home), record("first"), ON).case
    server.stop("fast")
    began = time.monotonic()
    with pytest.raises(StoreError, match="the database is gone; check that its server runs, then try again"):
        keep.amend(office.desk, asked(home), case, 1, record("second"), ON)
    with pytest.raises(StoreError, match="the database is gone; check that its server runs, then try again"):
        opened(home)
    assert time.monotonic() - began < 10
    server.start()
    assert keep.amend(office.desk, asked(home), case, 1, record("second"), ON).version == 2
    assert said(office, case) == "second"
    office.close()


def test_a_full_disk_of_the_server_is_told(home):
    """What the server would say; a disk that is really full is tested with the embedded database."""
    office = opened(home)

    def strike():
        with psycopg.connect(home.database.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
            connection.execute(FULL)

    desk = struck(office, strike)
    case = keep.open_case(office.desk, asked(home), record("first"), ON).case
    with pytest.raises(StoreError, match="the disk of the database is full; make room"):
        keep.amend(desk, asked(home), case, 1, record("second"), ON)
    with psycopg.connect(home.database, autocommit=True) as connection:
        connection.execute("DROP TRIGGER full_disk ON case_versions")
    assert said(office, case) == "first"
    assert keep.amend(office.desk, asked(home), case, 1, record("second"), ON).version == 2
    office.close()


FULL = """
CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON case_versions FOR EACH ROW EXECUTE FUNCTION full_disk();
"""
