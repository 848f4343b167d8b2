"""The encrypted file: who may open it, and what is said when it cannot be used."""

from __future__ import annotations

import os
import resource
import shutil
import stat
import subprocess
import sys

import pytest
from databases import KEY, OURS, founded, sqlcipher_engine, sqlcipher_store
from store_rows import a_group, an_event, opened

from nrm.casework.errors import StoreError
from nrm.storage.sqlcipher import create_sqlcipher, open_sqlcipher
from nrm.storage.store import SqlStore

NAME = "cases.db"


def pragma(engine, name):
    connection = engine.raw_connection()
    try:
        return connection.cursor().execute(f"PRAGMA {name}").fetchone()[0]
    finally:
        connection.close()


def test_the_file_is_for_its_owner_only_and_so_are_the_files_beside_it(tmp_path):
    store = sqlcipher_store(tmp_path)
    opened(store)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys([NAME, NAME + "-wal", NAME + "-shm"], 0o600)
    store.close()


def test_every_connection_is_durable_overwrites_what_it_deletes_and_checks_keys(tmp_path):
    engine = sqlcipher_engine(tmp_path)
    names = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "temp_store", "busy_timeout")
    assert [pragma(engine, name) for name in names] == ["wal", 2, 1, 1, 2, 5000]
    engine.dispose()


def test_nothing_of_the_file_is_in_the_clear(tmp_path):
    store = sqlcipher_store(tmp_path)
    opened(store, [a_group(sealed=b"UNIQUE-STRING")])
    store.close()
    found = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"UNIQUE-STRING" not in found
    assert b"SQLite format" not in found
    assert b"cases" not in found


def test_the_key_is_in_no_url_and_no_repr(tmp_path):
    engine = sqlcipher_engine(tmp_path)
    shown = f"{engine!r} {engine.url!r} {engine.pool!r} {SqlStore(engine)!r}"
    assert KEY.hex() not in shown
    assert str(KEY) not in shown
    engine.dispose()


def test_a_file_opens_again_with_its_key(tmp_path):
    store = sqlcipher_store(tmp_path)
    row = opened(store)
    store.close()
    again = SqlStore(open_sqlcipher(tmp_path / NAME, KEY))
    assert again.installation() == OURS
    assert again.run(lambda unit: unit.cases.get(row.case)) == row
    again.close()


def test_a_path_with_signs_that_mean_something_in_a_url_is_only_a_path(tmp_path):
    folder = tmp_path / "a b?c#d%20"
    folder.mkdir()
    store = sqlcipher_store(folder)
    opened(store)
    assert (folder / NAME).stat().st_size > 0
    store.close()


def test_the_wrong_key_is_refused_without_a_word_on_the_error_stream(tmp_path, capfd):
    sqlcipher_store(tmp_path).close()
    with pytest.raises(StoreError, match="the key does not open the database, or the file is no database") as error:
        open_sqlcipher(tmp_path / NAME, b"\xaa" * 32)
    assert "aaaa" not in str(error.value)
    assert capfd.readouterr() == ("", "")


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / NAME
    path.write_bytes(b"not a database" * 500)
    path.chmod(0o600)
    with pytest.raises(StoreError, match="or the file is no database"):
        open_sqlcipher(path, KEY)


@pytest.mark.parametrize("key", [b"", b"short", b"x" * 33])
def test_a_key_of_another_length_is_refused(tmp_path, key):
    with pytest.raises(StoreError, match="has not 32 bytes"):
        create_sqlcipher(tmp_path / NAME, key)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(StoreError, match="it cannot be opened: no such file"):
        open_sqlcipher(tmp_path / NAME, KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_made_anew(tmp_path):
    store = sqlcipher_store(tmp_path)
    with pytest.raises(StoreError, match="there is a file already"):
        create_sqlcipher(tmp_path / NAME, KEY)
    assert store.installation() == OURS
    store.close()


def test_a_folder_that_is_not_there_or_stands_in_place_of_the_file_is_told(tmp_path):
    with pytest.raises(StoreError, match="it cannot be made: no such file"):
        create_sqlcipher(tmp_path / "none" / NAME, KEY)
    with pytest.raises(StoreError, match="it is not a file"):
        open_sqlcipher(tmp_path, KEY)


def test_a_file_that_others_may_read_is_refused(tmp_path):
    sqlcipher_store(tmp_path).close()
    (tmp_path / NAME).chmod(0o640)
    with pytest.raises(StoreError, match="others than its owner may read or change it; run `chmod 600` on it"):
        open_sqlcipher(tmp_path / NAME, KEY)


def test_a_file_that_vanishes_is_noticed_before_anything_is_lost(tmp_path):
    store = sqlcipher_store(tmp_path)
    shutil.move(tmp_path / NAME, tmp_path / "elsewhere.db")
    with pytest.raises(StoreError, match="it is gone: no such file or directory; check the disk"):
        opened(store)
    store.close()


def test_a_file_that_vanishes_in_the_middle_of_a_unit_of_work_takes_no_commit(tmp_path):
    store = sqlcipher_store(tmp_path)

    def work(unit):
        unit.events.add(an_event())
        shutil.move(tmp_path / NAME, tmp_path / "elsewhere.db")

    with pytest.raises(StoreError, match="it is gone"):
        store.run(work)
    shutil.move(tmp_path / "elsewhere.db", tmp_path / NAME)
    assert store.run(lambda unit: unit.log.waiting(9)) == []
    store.close()


def test_another_file_in_its_place_is_noticed(tmp_path):
    store = sqlcipher_store(tmp_path)
    (tmp_path / "other").mkdir()
    other = sqlcipher_store(tmp_path / "other")
    shutil.copy(tmp_path / "other" / NAME, tmp_path / "copy.db")
    (tmp_path / "copy.db").replace(tmp_path / NAME)
    with pytest.raises(StoreError, match="another file stands in its place"):
        opened(store)
    store.close()
    other.close()


def test_a_full_database_is_told_and_the_unit_of_work_leaves_nothing(tmp_path):
    engine = sqlcipher_engine(tmp_path)
    store = founded(engine)
    pages = pragma(engine, "page_count")
    pragma(engine, f"max_page_count = {pages + 3}")  # the pool hands out the same connection again
    with pytest.raises(StoreError, match="the disk is full; make room"):
        opened(store, [a_group(sealed=bytes(100_000))])
    assert store.run(lambda unit: unit.cases.listed(None, None, 9)) == []
    assert opened(store)
    store.close()


def test_a_disk_that_takes_no_more_bytes_is_told_and_the_store_stays_whole(tmp_path):
    store = sqlcipher_store(tmp_path)
    row = opened(store)
    store.close()
    done = run_limited(tmp_path / NAME, limit=600_000)
    assert done.returncode == 0, done.stderr
    assert "the disk" in done.stdout
    again = SqlStore(open_sqlcipher(tmp_path / NAME, KEY))
    assert again.run(lambda unit: unit.cases.listed(None, None, 9)) == [row]
    again.close()


FILL = """
import signal, sys
from pathlib import Path
from databases import KEY
from nrm.casework.errors import StoreError
from nrm.storage.sqlcipher import open_sqlcipher
from nrm.storage.store import SqlStore
from store_rows import a_group, opened
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = SqlStore(open_sqlcipher(Path(sys.argv[1]), KEY))
try:
    opened(store, [a_group(sealed=bytes(2_000_000))])
except StoreError as error:
    print(error)
"""


def run_limited(path, limit):
    def fewer():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    paths = os.pathsep.join(p for p in sys.path if p)
    return subprocess.run(
        [sys.executable, "-c", FILL, str(path)],
        env={**os.environ, "PYTHONPATH": paths},
        preexec_fn=fewer,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_database_that_cannot_be_written_is_told(tmp_path):
    engine = sqlcipher_engine(tmp_path)
    store = founded(engine)
    connection = engine.raw_connection()
    connection.cursor().execute("PRAGMA query_only = ON")
    connection.close()
    with pytest.raises(StoreError, match="the database cannot be written; check the rights"):
        opened(store)
    store.close()


def test_a_damaged_file_is_told(tmp_path):
    store = sqlcipher_store(tmp_path)
    row = opened(store, [a_group(sealed=bytes(100_000))])
    store.scrub()
    store.close()
    path = tmp_path / NAME
    content = bytearray(path.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page + 100] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged|no database|disk failed"):
        SqlStore(open_sqlcipher(path, KEY)).run(lambda unit: unit.cases.get(row.case))
