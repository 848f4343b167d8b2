"""After shredding and scrubbing, the bytes of a wrapped key and of the marks are nowhere in the database's pages."""

from __future__ import annotations

import random

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from databases import KEY, founded, postgresql_engine, server_data, sqlcipher_engine
from sqlalchemy import text
from store_rows import a_case, a_group, a_referral, a_version, changed

from nrm.casework.errors import StoreBusyError
from nrm.storage.store import SqlStore

PAGE, RESERVED, FRAME, WAL_HEADER = 4096, 80, 24, 32


def random_bytes(name, length=100):
    return random.Random(f"{name}").randbytes(length)  # noqa: S311 - text, because 7 and -7 are one seed


def filled(store, cases=120):
    """Add cases with keys and marks that can be told apart, changed often so that pages are split and refilled."""
    rows = [a_case(key=random_bytes(number)) for number in range(cases)]
    for number, row in enumerate(rows):

        def work(unit, row=row, number=number):
            unit.cases.add(row, a_version(a_group("legal", 1, random_bytes(f"sealed {number}", 700))), b"facts")
            unit.cases.mark(row.case, [("phone", random_bytes(f"mark {number}", 24))])

        store.run(work)
    for number, row in enumerate(rows[::3]):
        store.run(lambda unit, row=row: changed(unit, row.case, 2, a_group("legal", 2, b"x" * 3000)))
        new = random_bytes(f"new {number}")
        store.run(lambda unit, row=row, new=new: unit.cases.rewrap(row.case, row.wrapped_key, new))
    return rows


def secrets_of(number):
    keys = [random_bytes(number), random_bytes(f"mark {number}", 24)]
    return keys if number % 3 else [*keys, random_bytes(f"new {number // 3}")]


def decrypted(page, *, first):
    """Return one page of SQLCipher 4 in the clear: AES-256-CBC, the IV in the first 16 of the 80 reserved bytes."""
    start, end = 16 if first else 0, PAGE - RESERVED
    decryptor = Cipher(AES(KEY), CBC(page[end : end + 16])).decryptor()
    return decryptor.update(page[start:end]) + decryptor.finalize()


def pages_of_file(path):
    content = path.read_bytes()
    return b"".join(decrypted(content[at : at + PAGE], first=at == 0) for at in range(0, len(content), PAGE))


def pages_of_wal(path):
    content = path.read_bytes()
    starts = range(WAL_HEADER + FRAME, len(content), FRAME + PAGE)
    return b"".join(
        decrypted(content[at : at + PAGE], first=content[at - FRAME : at - 20] == b"\0\0\0\1") for at in starts
    )


def test_a_shredded_key_is_in_no_page_of_the_file_and_not_in_the_write_ahead_log(tmp_path):
    store = founded(sqlcipher_engine(tmp_path))
    rows = filled(store)
    path, wal = tmp_path / "cases.db", tmp_path / "cases.db-wal"
    shredded = [number for number in range(len(rows)) if number % 4 in {1, 3}] + [0, 3 * 4]
    for number in shredded:
        store.run(lambda unit, number=number: unit.cases.shred(rows[number].case))
    before = pages_of_file(path) + pages_of_wal(wal)
    assert all(any(secret in before for secret in secrets_of(number)) for number in shredded), "they did linger"
    store.scrub()
    after = pages_of_file(path)
    assert wal.stat().st_size == 0
    assert [number for number in shredded for secret in secrets_of(number) if secret in after] == []
    replaced = [number for number in range(0, len(rows), 3) if random_bytes(number) in after]
    assert replaced == [], "a key that was wrapped anew is gone as well"
    kept = [number for number in range(len(rows)) if number not in shredded and number % 3]
    assert all(random_bytes(number) in after for number in kept), "the others are there, so the search can find"
    store.close()


def test_a_reader_who_keeps_the_old_state_is_reported(tmp_path):
    engine = sqlcipher_engine(tmp_path)
    store = founded(engine)
    rows = filled(store, cases=3)
    reader = engine.raw_connection()
    cursor = reader.cursor()
    cursor.execute("BEGIN")
    cursor.execute("SELECT count(*) FROM cases").fetchall()
    store.run(lambda unit: unit.cases.shred(rows[0].case))
    quick = engine.raw_connection()
    quick.cursor().execute("PRAGMA busy_timeout = 1")
    quick.close()
    with pytest.raises(StoreBusyError, match="others keep the database busy"):
        store.scrub()
    reader.rollback()
    reader.close()
    store.scrub()
    store.close()


def heap(engine):
    """Return all that the server's files of this database hold, after what is in memory was written to them."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        number = connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar_one()
    return b"".join(path.read_bytes() for path in (server_data() / "base" / str(number)).iterdir())


def test_a_shredded_key_is_in_no_file_of_the_tables_of_the_server():
    engine = postgresql_engine()
    store = founded(engine)
    rows = filled(store)
    shredded = [number for number in range(len(rows)) if number % 4 == 1]
    for number in shredded:
        store.run(lambda unit, number=number: unit.cases.shred(rows[number].case))
    before = heap(engine)
    assert all(any(secret in before for secret in secrets_of(number)) for number in shredded), "they did linger"
    store.scrub()
    after = heap(engine)
    assert [number for number in shredded for secret in secrets_of(number) if secret in after] == []
    assert random_bytes(2) in after, "the others are there, so the search can find"
    store.close()


def test_a_plain_vacuum_would_not_do():
    engine = postgresql_engine()
    store = founded(engine)
    rows = [a_case(key=random_bytes(number)) for number in range(10)]
    for row in rows:
        store.run(lambda unit, row=row: unit.cases.add(row, a_version(), b""))
    for row in rows[-3:]:
        store.run(lambda unit, row=row: unit.cases.shred(row.case))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM cases")
    found = heap(engine)
    assert any(random_bytes(number) in found for number in (7, 8, 9)), "so VACUUM FULL has its reason"
    store.scrub()
    found = heap(engine)
    assert not any(random_bytes(number) in found for number in (7, 8, 9))


def test_to_which_service_a_shredded_case_was_referred_is_in_no_file_of_the_tables():
    engine = postgresql_engine()
    store = founded(engine)
    rows = [a_case() for _ in range(10)]
    for number, row in enumerate(rows):

        def work(unit, row=row, number=number):
            unit.cases.add(row, a_version(), b"facts")
            unit.referrals.add(a_referral(row.case, mark=random_bytes(number, 32)))

        store.run(work)
    for row in rows[-3:]:
        store.run(lambda unit, row=row: unit.cases.shred(row.case))
    before = heap(engine)
    assert any(random_bytes(number, 32) in before for number in (7, 8, 9)), "they did linger"
    store.scrub()
    after = heap(engine)
    assert not any(random_bytes(number, 32) in after for number in (7, 8, 9))
    assert random_bytes(2, 32) in after, "the others are there, so the search can find"


def test_a_transaction_that_still_sees_the_old_state_is_reported():
    waited = []
    engine = postgresql_engine()
    store = SqlStore(engine, sleep=waited.append)
    with engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM cases"))
        with pytest.raises(StoreBusyError, match="others keep the database busy"):
            store.scrub()
    assert sum(waited) == pytest.approx(5, abs=0.1)
    store.scrub()
    store.close()
