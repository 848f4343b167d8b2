"""After a case was shredded, nothing of its key is left in the database, and what was in backups ends with its epoch.

Covered: the database file and its write-ahead log with every page decrypted, also free ones; on PostgreSQL the files
of the tables. Not covered by `nrm case shred`, and shown here as it is: the write-ahead log of PostgreSQL keeps the
wrapped key until its segments are gone (`test_the_write_ahead_log_of_the_server_…`), and so do backups and copies of
the disk. Against all of these the destruction of the epoch helps, because they hold only the wrapped key. Sealed bytes
may stay in dead rows of PostgreSQL; without their key they are noise. Memory, and worn blocks of an SSD, are beyond it.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import psycopg
import pytest
from clear_pages import pages
from own_server import OwnServer
from real_installations import ON, asked, founded, opened, record, verified

from nrm.audit.entry import case_pseudonym, decode
from nrm.casework.cases import deciding, history, keep
from nrm.casework.cases.record import opened as parts_opened
from nrm.casework.errors import ShreddedError, StoreError
from nrm.casework.office import rotation
from nrm.casework.safe import OpenCase
from nrm.cli.database import BACKUPS
from nrm.storage.backup import write_backup
from nrm.storage.restore import restore
from nrm.storage.sqlcipher import create_sqlcipher, open_sqlcipher
from nrm.storage.store import SqlStore
from nrm.vault.envelope import DataKey
from nrm.vault.errors import KeyLostError, VaultError
from nrm.vault.keyring import HEADER_BYTES

STORY = "Zqvexilthornby was told to say nothing"
WINDOW = 16
"""So many bytes are looked for at a time; that many do not come twice by chance."""


@pytest.fixture(scope="module")
def server():
    # Segments of the write-ahead log that are no longer needed are deleted, not used again with their old content.
    made = OwnServer(wal_recycle="off", min_wal_size="32MB", max_wal_size="64MB")
    yield made
    made.end()


@pytest.fixture(params=["sqlcipher", "postgresql"])
def home(request, tmp_path):
    if request.param == "sqlcipher":
        return founded(tmp_path / "home")
    server = request.getfixturevalue("server")
    name = f"s{abs(hash(tmp_path))}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return founded(tmp_path / "home", server.url(name))


@pytest.fixture
def office(home):
    made = opened(home)
    yield made
    made.close()


class Secrets:
    """What must be gone: the wrapped key of a case, its marks, its data key, what it said, and what was sealed."""

    def __init__(self, office, case):
        row = office.store.run(lambda unit: unit.cases.get(case))
        self.wrapped = _windows(row.wrapped_key[HEADER_BYTES:])
        with office.database.connect() as connection:
            found = connection.exec_driver_sql("SELECT case_id, mark FROM case_marks").fetchall()
            self.marks = {bytes(mark) for owner, mark in found if str(owner).replace("-", "") == case.hex}
        (facts,) = (sealed for one, *_, sealed in office.store.run(_packed) if one == case.bytes)
        sealed = (facts, row.now.standing, *(group.sealed for group in row.now.groups))
        self.sealed = set().union(*(_windows(one[-WINDOW:]) for one in sealed))
        key = office.desk.keyring.unwrap(case, row.wrapped_key)
        open_ = OpenCase.of(row, office.desk.keyring)
        self.log_secret = office.store.run(open_.log_secret)
        self.plain = {key.expose(), self.log_secret, STORY.encode()}
        assert self.marks


def _packed(unit):
    return unit.cases.packed(None, 100)


def _windows(data):
    return {data[at : at + WINDOW] for at in range(len(data) - WINDOW + 1)}


def held(content, secrets):
    return sorted({secret.hex() for secret in secrets if secret in content})


def table_files(office, server):
    """Return all that stands in the files of the database: decrypted pages, or the files of the server's tables."""
    if office.home.database_file:
        return pages(office.home.database_file, database_key(office))
    with psycopg.connect(office.home.database, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        (oid,) = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    return b"".join(path.read_bytes() for path in (server.data / "base" / f"{oid}").iterdir())


def database_key(office):
    return office.desk.keyring._provider.secret("database")  # noqa: SLF001 - to look into the file


@pytest.fixture
def files(request, office):
    server = None if office.home.database_file else request.getfixturevalue("server")
    return lambda: table_files(office, server)


def shredded_among_others(office, before=lambda: None):
    """Fill a store, shred one case of it, and return that case, the others, and the secrets of both."""
    who = asked(office.home)
    cases = [keep.open_case(office.desk, who, record(f"{STORY} {number}"), ON).case for number in range(30)]
    for number, case in enumerate(cases[::3]):
        keep.amend(office.desk, who, case, 1, record(f"{STORY} anew {number}"), ON)
        deciding.decide(office.desk, who, case, ON)
    victim, other = cases[6], cases[9]
    secrets = Secrets(office, victim), Secrets(office, other)
    before()
    keep.shred(office.desk, asked(office.home, "supervisor"), victim)
    return victim, other, *secrets


def test_no_byte_of_the_key_or_of_a_plaintext_is_left(office, files):
    stood = []
    _, _, gone, kept = shredded_among_others(office, before=lambda: stood.append(files()))
    for content in (stood[0], files()):
        assert held(content, gone.plain | kept.plain) == [], "never in the clear, before or after"
        assert held(content, kept.wrapped) == sorted(one.hex() for one in kept.wrapped), "so the search can find"
        assert held(content, kept.marks) != []
    assert held(stood[0], gone.wrapped) == sorted(one.hex() for one in gone.wrapped)
    assert held(files(), gone.wrapped | gone.marks) == []
    if office.home.database_file:
        assert held(stood[0], gone.sealed)
        assert held(files(), gone.sealed) == [], "here not even what was sealed is left"


def test_the_log_still_verifies_and_no_leaf_can_be_linked_to_the_case(home, office):
    victim, other, gone, kept = shredded_among_others(office, before=office.sequencer.run)
    seen = verified(home, office.vkey)
    size = office.sequencer.run()
    assert verified(home, office.vkey, seen).size == size
    entries = [decode(leaf) for leaf in office.store.run(lambda unit: list(unit.log.leaves(0, size)))]
    linked = {
        case: [entry for entry in entries if entry.case == case_pseudonym(secrets.log_secret, entry.event)]
        for case, secrets in ((victim, gone), (other, kept))
    }
    assert [len(found) for found in linked.values()] == [4, 3], "with its secret, they could be linked"
    told = {entry.case for entry in linked[victim]} | {entry.details for entry in linked[victim]}
    assert len(told) == 8, "no two of them have anything of the case in common"
    assert office.store.run(lambda unit: unit.events.of(victim)) == [], "what linked them is not in the store"
    assert len(office.store.run(lambda unit: unit.events.of(other))) == 3
    for attempt in (
        lambda: history.history(office.desk, asked(home), victim),
        lambda: keep.read_groups(office.desk, asked(home), victim, ["account"]),
    ):
        with pytest.raises(ShreddedError, match="the case was shredded, nothing can open it any more"):
            attempt()


class Blocked:
    """A store whose scrubbing is stopped the first time, as by a kill or by a reader who keeps the old state."""

    def __init__(self, store):
        self._store, self.scrubbed = store, 0

    def __getattr__(self, name):
        return getattr(self._store, name)

    def scrub(self):
        self.scrubbed += 1
        if self.scrubbed == 1:
            raise StoreError(())
        self._store.scrub()


def test_a_shredding_that_was_stopped_half_way_is_finished_when_it_is_asked_for_again(home, office, files):
    desk = replace(office.desk, store=Blocked(office.store))
    case = keep.open_case(desk, asked(home), record(STORY), ON).case
    keep.open_case(desk, asked(home), record("another"), ON)
    secrets = Secrets(office, case)
    supervisor = asked(home, "supervisor")
    with pytest.raises(StoreError):
        keep.shred(desk, supervisor, case)
    assert held(files(), secrets.wrapped), "it lingers"
    with pytest.raises(ShreddedError):
        keep.shred(desk, supervisor, case)
    assert held(files(), secrets.wrapped | secrets.marks) == []


def test_the_write_ahead_log_of_the_server_keeps_the_wrapped_key_until_its_segments_are_deleted(tmp_path, server):
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE wal")
    home = founded(tmp_path / "home", server.url("wal"))
    office = opened(home)
    _, _, gone, _ = shredded_among_others(office)

    def segments():
        return b"".join(path.read_bytes() for path in (server.data / "pg_wal").iterdir() if path.is_file())

    assert held(segments(), gone.wrapped), "what shredding does not reach"
    assert held(segments(), gone.plain) == [], "but only wrapped: never in the clear"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        for _ in range(2):
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("CHECKPOINT")
    assert held(segments(), gone.wrapped) == [], "gone with `wal_recycle = off`, a new segment and a checkpoint"
    office.close()


def from_backup(path, office, folder):
    """Restore a backup into a new file with the keys of the office, and return its store."""
    folder.mkdir()
    engine = create_sqlcipher(folder / "cases.db", bytes(32))
    try:
        restore(path, engine, lambda wrapped: office.desk.keyring.unwrap(BACKUPS, wrapped).expose())
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(engine)


def story_in(store, keyring, case):
    def work(unit):
        open_ = OpenCase.of(unit.cases.get(case), keyring)
        return json.loads(parts_opened(unit, open_, ["account"])["account"])["journey"]

    return store.run(work)


def test_a_backup_keeps_the_case_until_its_epoch_is_destroyed(home, office, tmp_path):
    administrator, keyring = asked(home, "administrator"), office.desk.keyring
    backup = tmp_path / "backup"
    wrap = lambda key: keyring.wrap(BACKUPS, DataKey(key))  # noqa: E731
    victim, other, *_ = shredded_among_others(office, before=lambda: write_backup(office.database, backup, wrap))
    restored = from_backup(backup, office, tmp_path / "before")
    assert story_in(restored, keyring, victim) == f"{STORY} anew 2", "a backup keeps what was shredded since"
    rotation.rotate(office.desk, administrator)
    rotation.destroy(office.desk, administrator, 1)
    with pytest.raises(KeyLostError, match="epoch 1"):
        from_backup(backup, office, tmp_path / "after")
    with pytest.raises(KeyLostError, match="epoch 1"):
        story_in(restored, keyring, victim)
    restored.close()
    assert story_in(office.store, keyring, other) == f"{STORY} anew 3", "what was not shredded is still there"
    write_backup(office.database, tmp_path / "new", wrap)
    again = from_backup(tmp_path / "new", office, tmp_path / "again")
    assert story_in(again, keyring, other) == f"{STORY} anew 3"
    with pytest.raises(ShreddedError):
        story_in(again, keyring, victim)
    again.close()


def test_a_copy_of_the_whole_installation_opens_nothing_once_the_epoch_is_destroyed(tmp_path):
    """Somebody has the disk of that day, and today's keys."""
    home = founded(tmp_path / "home")
    office = opened(home)
    case = keep.open_case(office.desk, asked(home), record(STORY), ON).case
    office.store.scrub()
    copy = shutil.copy(home.database_file, tmp_path / "copy.db")
    rotation.rotate(office.desk, asked(home, "administrator"))
    rotation.destroy(office.desk, asked(home, "administrator"), 1)
    engine = open_sqlcipher(tmp_path / "copy.db", database_key(office))
    with pytest.raises(VaultError, match="epoch 1"):
        story_in(SqlStore(engine), office.desk.keyring, case)
    engine.dispose()
    assert copy.exists()
    assert story_in(office.store, office.desk.keyring, case) == STORY
    office.close()
