"""A database that does not belong to the keys and the log is refused before anybody uses it, on both databases."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from databases import OURS, founded
from sqlalchemy import text
from store_rows import an_event, sequenced

from nrm.casework.errors import StoreMisfitError
from nrm.storage.fit import Published, check_fit, check_published


def root_of(entries):
    return hashlib.sha256(b"".join(entries)).digest()


@pytest.fixture
def sequenced_store(store):
    """A store whose log has three entries, and the leaves of them."""
    events = [an_event(minutes=n) for n in range(3)]
    for event in events:
        store.run(lambda unit, event=event: unit.events.add(event))
    store.run(sequenced)
    return [event.leaf for event in events]


def test_what_belongs_together_is_accepted(engine, sequenced_store):
    check_fit(engine, OURS)
    for size in range(4):
        check_published(engine, Published(size, root_of(sequenced_store[:size])), root_of)


def test_each_thing_that_differs_is_named_with_what_to_do(engine, store):
    store.run(lambda _: None)
    keys = "use the key store that was made with this database"
    log_key = "use the log key that was made with this database"
    with pytest.raises(StoreMisfitError) as error:
        check_fit(engine, replace(OURS, keyring=b"other keyring id", vkey="another"))
    assert [str(problem) for problem in error.value.problems] == [
        f"store: the keyring of the database is `{b'k'.hex() * 16}`, not `{b'other keyring id'.hex()}`; {keys}",
        f"store: the log's key of the database is `{OURS.vkey}`, not `another`; {log_key}",
    ]
    with pytest.raises(StoreMisfitError, match=r"log's origin of the database is `example.org/log`, not `elsewhere`"):
        check_fit(engine, replace(OURS, origin="elsewhere"))


def test_a_database_without_installation_is_refused(engine):
    with pytest.raises(StoreMisfitError, match="belongs to no installation yet"):
        check_fit(engine, OURS)


def test_another_schema_is_refused_first(engine):
    founded(engine)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    with pytest.raises(StoreMisfitError, match="run `nrm db upgrade`"):
        check_fit(engine, replace(OURS, origin="elsewhere"))


def test_an_old_copy_behind_what_is_published_is_refused(engine, sequenced_store):
    assert sequenced_store
    with pytest.raises(StoreMisfitError, match="has `3` entries, and `4` are published; this is an old copy"):
        check_published(engine, Published(4, b""), root_of)


def test_another_history_than_the_published_one_is_refused(engine, sequenced_store):
    with pytest.raises(StoreMisfitError, match="the first `2` entries in the database are not those"):
        check_published(engine, Published(2, root_of(sequenced_store[1:])), root_of)


def test_a_log_that_lost_its_last_entry_is_refused(engine, sequenced_store):
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM log_leaves WHERE position = 2"))
    with pytest.raises(StoreMisfitError, match="says that it has `3` entries, and has not"):
        check_published(engine, Published(2, root_of(sequenced_store[:2])), root_of)
