"""Backups go out of either database and come back into either, or are refused with the reason."""

from __future__ import annotations

import random
import stat
from datetime import timedelta
from itertools import product
from uuid import uuid4

import databases
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, text
from store_rows import (
    NOON,
    a_case,
    a_clock,
    a_decision,
    a_group,
    a_message,
    a_record,
    a_referral,
    a_version,
    an_event,
    an_item,
    changed,
    opened,
    sequenced,
)

from nrm.casework.errors import StoreError, StoreMisfitError
from nrm.errors import NrmError
from nrm.storage import schema
from nrm.storage.backup import MAGIC, write_backup
from nrm.storage.canonical import AT_ONCE
from nrm.storage.migrate import upgrade
from nrm.storage.restore import restore
from nrm.storage.sqlcipher import create_sqlcipher
from nrm.storage.store import SqlStore
from nrm.storage.stream import CHUNK, BackupRefusedError

KEK = AESGCM(b"kek" + bytes(29))


def wrap(key):
    return KEK.encrypt(b"n" * 12, key, None)


def unwrap(wrapped):
    try:
        return KEK.decrypt(b"n" * 12, wrapped, None)
    except InvalidTag:
        raise NrmError([]) from None


def filled(store, big=0):
    """Put something into every table."""
    noise = random.Random(7).randbytes(big)  # noqa: S311 - it only must not compress
    row = opened(store, [a_group("legal", 1, b"\x00\xff facts"), a_group("safety", 1, noise)])
    gone = opened(store)

    def fill(unit):
        changed(unit, row.case, 2, a_group("legal", 2, b"new"), at=NOON + timedelta(microseconds=1))
        unit.cases.mark(row.case, [("phone", b"m"), ("Phone", b"M")])
        unit.decisions.add(a_decision(row.case, country=None))
        unit.rulebooks.add("a" * 64, b"archive")
        unit.events.add(an_event(row.case, details=b"d"))
        sequenced(unit)
        unit.events.add(an_event(row.case))
        unit.items.add(an_item(row.case))
        unit.referrals.add(a_referral(row.case))
        unit.clocks.add([a_clock(row.case), a_clock(row.case, minutes=None)])
        unit.outbox.add(a_message(row.case))
        unit.outbox.add(a_message(row.case, minutes=None))
        unit.outbox.claim(NOON, NOON + timedelta(minutes=1), uuid4(), 1)
        unit.shelf.put("directory", 1, b"services")
        unit.registry.add(a_record(owner=uuid4(), mark=b"\x00mark"))
        unit.registry.add(a_record(until=None))
        attachment = uuid4()
        for number in range(2):
            unit.attachments.add(row.case, attachment, number, b"part %d" % number)
        unit.cases.shred(gone.case)

    store.run(fill)
    store.run(lambda unit: [unit.cases.add(a_case(), a_version(), b"") for _ in range(AT_ONCE + 1)])


def content(engine):
    with engine.connect() as connection:
        tables = schema.metadata.sorted_tables
        return {t.name: [tuple(row) for row in connection.execute(select(t).order_by(*t.primary_key))] for t in tables}


def empty(kind, tmp_path):
    folder = tmp_path / "target"
    folder.mkdir()
    if kind == "sqlcipher":
        return create_sqlcipher(folder / "cases.db", b"another key".ljust(32))
    return databases.open_postgresql(databases.bare_postgresql_url())


@pytest.mark.parametrize(("source", "target"), list(product(databases.BOTH, databases.BOTH)))
def test_a_backup_comes_back_whole_into_either_database(source, target, tmp_path):
    engine = databases.new_engine(source, tmp_path)
    filled(databases.founded(engine), big=3 * CHUNK)
    path = tmp_path / "today.nrmb"
    write_backup(engine, path, wrap)
    fresh = empty(target, tmp_path)
    assert restore(path, fresh, unwrap) == databases.OURS
    assert content(fresh) == content(engine)
    assert all(content(fresh).values()), "every table had rows"
    opened(SqlStore(fresh))
    engine.dispose()
    fresh.dispose()


def test_rows_far_longer_than_a_chunk_come_back_whether_they_compress_or_not(tmp_path):
    engine = databases.sqlcipher_engine(tmp_path)
    store = databases.founded(engine)
    noise = random.Random(7).randbytes(2_000_000)  # noqa: S311 - it only must not compress
    opened(store, [a_group("safety", 1, bytes(9_000_000)), a_group("health", 1, noise)])
    write_backup(engine, tmp_path / "today.nrmb", wrap)
    fresh = empty("sqlcipher", tmp_path)
    restore(tmp_path / "today.nrmb", fresh, unwrap)
    assert content(fresh) == content(engine)
    fresh.dispose()


@pytest.fixture
def backup(tmp_path):
    """A backup of a filled file of more than three chunks."""
    engine = databases.sqlcipher_engine(tmp_path)
    filled(databases.founded(engine), big=3 * CHUNK)
    path = tmp_path / "today.nrmb"
    write_backup(engine, path, wrap)
    engine.dispose()
    return path


@pytest.fixture
def fresh(tmp_path):
    engine = empty("sqlcipher", tmp_path)
    yield engine
    engine.dispose()


def test_a_backup_is_for_its_owner_only_and_nothing_else_is_left_beside_it(backup, tmp_path):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"today.nrmb", "cases.db"}


def test_nothing_of_a_backup_is_in_the_clear(backup):
    found = backup.read_bytes()
    for word in (b"wrapped key", b"example.org", b"cases", b"0003_registry"):
        assert word not in found


def test_a_backup_does_not_take_the_place_of_another_file(backup, tmp_path):
    engine = create_sqlcipher(tmp_path / "b", b"k" * 32)
    upgrade(engine)
    SqlStore.begin(engine, databases.OURS)
    before = backup.read_bytes()
    with pytest.raises(StoreError, match="there is a file already; name another"):
        write_backup(engine, backup, wrap)
    assert backup.read_bytes() == before
    engine.dispose()


def test_a_backup_that_cannot_be_written_leaves_nothing(tmp_path):
    engine = databases.sqlcipher_engine(tmp_path)
    store = databases.founded(engine)
    with pytest.raises(StoreError, match="cannot be written: no such file or directory; make room"):
        write_backup(engine, tmp_path / "none" / "x", wrap)
    filled(store)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE outbox RENAME TO other"))
    with pytest.raises(StoreMisfitError, match="has no schema"):
        write_backup(engine, tmp_path / "x", wrap)
    assert not [path for path in tmp_path.iterdir() if "x" in path.name.replace("cases.db", "")]
    store.close()


def test_a_backup_is_one_state_of_the_store_while_others_write(store, engine, tmp_path):
    filled(store)
    before = content(engine)

    def wrap_and_write(key):
        opened(store)  # before the snapshot
        return wrap(key)

    write_backup(engine, tmp_path / "today.nrmb", wrap_and_write)
    other = tmp_path / "other"
    other.mkdir()
    fresh = create_sqlcipher(other / "cases.db", databases.KEY)
    restore(tmp_path / "today.nrmb", fresh, unwrap)
    assert len(content(fresh)["cases"]) == len(before["cases"]) + 1
    fresh.dispose()


def assert_refused(path, fresh, match):
    with pytest.raises(BackupRefusedError, match=match):
        restore(path, fresh, unwrap)
    with fresh.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one() == 0, "nothing is left"


def test_a_flipped_bit_anywhere_is_refused_and_nothing_is_restored(backup, fresh):
    whole = backup.read_bytes()
    places = random.Random(1).sample(range(len(MAGIC) + 2 + 48, len(whole)), 12)  # noqa: S311
    for place in [*places, len(whole) - 1]:
        altered = bytearray(whole)
        altered[place] ^= 1 << place % 8
        backup.write_bytes(altered)
        assert_refused(backup, fresh, "damaged or cut short in chunk")


def test_a_flipped_bit_in_the_wrapped_key_is_for_the_keyring_to_refuse(backup, fresh):
    altered = bytearray(backup.read_bytes())
    altered[len(MAGIC) + 5] ^= 1
    backup.write_bytes(altered)
    with pytest.raises(NrmError):
        restore(backup, fresh, unwrap)


def test_a_backup_with_another_key_is_refused(backup, fresh):
    with pytest.raises(BackupRefusedError, match="its key is another"):
        restore(backup, fresh, lambda _: bytes(32))


@pytest.mark.parametrize("kept", [0, 3, len(MAGIC) + 1, 30, 100, 56 + CHUNK + 16, 56 + 2 * (CHUNK + 16), -16, -1])
def test_a_backup_that_was_cut_is_refused_wherever(backup, fresh, kept):
    backup.write_bytes(backup.read_bytes()[:kept])
    with pytest.raises(NrmError):
        restore(backup, fresh, unwrap)
    with fresh.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one() == 0


@pytest.mark.parametrize("added", [b"\0", bytes(CHUNK + 16)])
def test_a_backup_with_something_added_is_refused(backup, fresh, added):
    backup.write_bytes(backup.read_bytes() + added)
    assert_refused(backup, fresh, "damaged or cut short in chunk")


def test_chunks_in_another_order_are_refused(backup, fresh):
    whole, size = backup.read_bytes(), CHUNK + 16
    start = len(MAGIC) + 2 + 48
    first, second = whole[start : start + size], whole[start + size : start + 2 * size]
    backup.write_bytes(whole[:start] + second + first + whole[start + 2 * size :])
    assert_refused(backup, fresh, "in chunk `0`")


def test_a_file_that_is_no_backup_or_not_there_is_refused(tmp_path, fresh):
    (tmp_path / "x").write_bytes(b"something else")
    assert_refused(tmp_path / "x", fresh, "no backup of this format")
    assert_refused(tmp_path / "none", fresh, "cannot be read: no such file")


@pytest.mark.parametrize("statement", ["CREATE TABLE other (x INTEGER)", None])
def test_a_database_that_is_not_empty_is_left_alone(backup, fresh, statement):
    if statement is None:
        upgrade(fresh)
        SqlStore.begin(fresh, databases.OURS)
    else:
        with fresh.begin() as connection:
            connection.execute(text(statement))
    with pytest.raises(StoreMisfitError, match="not empty; restore into a new one"):
        restore(backup, fresh, unwrap)


def test_a_database_with_the_schema_and_no_rows_is_empty(backup, fresh):
    upgrade(fresh)
    assert restore(backup, fresh, unwrap) == databases.OURS


def test_a_database_that_gives_back_other_rows_than_it_was_given_is_not_committed(backup, fresh):
    upgrade(fresh)
    with fresh.begin() as connection:  # stands for a database that cuts or changes what it stores
        connection.execute(
            text(
                "CREATE TRIGGER lossy AFTER INSERT ON rulebooks BEGIN "
                "UPDATE rulebooks SET archive = x'00' WHERE digest = new.digest; END"
            )
        )
    with pytest.raises(
        BackupRefusedError, match="table `rulebooks` came out of the database otherwise than it went in"
    ):
        restore(backup, fresh, unwrap)
    assert not any(content(fresh).values())
