"""A disk that is full, that may only be read, or that is gone: each has its own error, nothing is lost, and it goes on.

"Nothing is lost" is checked through the use cases: whatever was acknowledged opens, and the log verifies from the
checkpoint seen before.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import tempfile
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from real_installations import ON, asked, founded, opened, record, verified
from sqlalchemy import event

from nrm.audit.errors import LogRefusedError
from nrm.casework.cases import keep
from nrm.casework.errors import StoreError
from nrm.errors import NrmError

ANYBODY = 65_534
"""The user `nobody`, whom rights bind also where the tests run as root."""


def kept_until_it_fails(office, kept, length=3_000):
    """Open cases until that is refused; `kept` gets each that was acknowledged. Returns the error."""
    for number in range(2_000):
        story = f"{number} " + "x" * length
        try:
            kept[keep.open_case(office.desk, asked(office.home), record(story), ON).case] = story
        except NrmError as error:
            return error
    raise AssertionError("the disk never became full")


def assert_whole(home, kept, seen=None):
    """Whatever was acknowledged is there, and no more; it goes on; the log verifies. Returns the checkpoint."""
    office = opened(home)
    try:
        kept[keep.open_case(office.desk, asked(home), record("after"), ON).case] = "after"
        assert {row.case for row in keep.list_cases(office.desk, asked(home), None, 10_000)} == set(kept)
        for case, story in kept.items():
            found = keep.read_groups(office.desk, asked(home), case, ["account"]).groups
            assert json.loads(found["account"])["journey"] == story
        office.sequencer.run()
        return verified(home, office.vkey, seen)
    finally:
        office.close()


@pytest.fixture
def home(tmp_path):
    return founded(tmp_path / "home")


@contextmanager
def pages_limited(database, more):
    """Let the database file grow by so many pages only, as on a full disk."""

    def limit(connection, _record, _proxy):
        cursor = connection.cursor()
        (there,) = cursor.execute("PRAGMA page_count").fetchone()
        limit.most = getattr(limit, "most", there + more)
        cursor.execute(f"PRAGMA max_page_count = {limit.most}")
        cursor.close()

    event.listen(database, "checkout", limit)
    yield
    event.remove(database, "checkout", limit)


def test_a_full_database_says_so_and_goes_on_when_there_is_room(home):
    office, kept = opened(home), {}
    with pages_limited(office.database, more=20):
        error = kept_until_it_fails(office, kept)
    assert isinstance(error, StoreError)
    assert str(error) == "store: the disk is full; make room"
    assert kept
    office.close()
    assert_whole(home, kept)


@contextmanager
def files_limited(length):
    """Let this process write no file beyond a length."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_may_not_grow_says_so_and_goes_on_when_it_may(home):
    office, kept = opened(home), {}
    with files_limited((home.folder / "cases.db-wal").stat().st_size + 100_000):
        error = kept_until_it_fails(office, kept)
    assert isinstance(error, StoreError)
    assert str(error).startswith(
        ("store: the disk failed while the database was read or written", "store: the disk is full")
    )
    assert kept
    office.close()
    assert_whole(home, kept)


def test_a_log_that_cannot_be_published_is_published_later_and_nothing_is_lost(home):
    office = opened(home)
    kept = {keep.open_case(office.desk, asked(home), record("first"), ON).case: "first"}
    office.sequencer.run()
    seen = verified(home, office.vkey)
    kept[keep.open_case(office.desk, asked(home), record("second"), ON).case] = "second"
    office.store.run(office.sequencer._sequence)  # noqa: SLF001 - as when a process ends between store and files
    with (
        files_limited(60),
        pytest.raises(LogRefusedError, match="the file cannot be written: file too large; make room"),
    ):
        office.sequencer.run()
    assert verified(home, office.vkey, seen) == seen, "what was published stands"
    assert office.sequencer.run() == 2
    office.close()
    assert assert_whole(home, kept, seen).size > seen.size


@contextmanager
def small_disk(folder, size):
    """Mount a file system of this size; only root may, and not everywhere."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("A DISK THAT IS REALLY FULL WAS NOT TESTED: only root may mount a small one")
    try:
        yield
    finally:
        subprocess.run(["/bin/umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_really_full_loses_nothing(tmp_path):
    """The whole installation is on it: database, write-ahead log, published log."""
    with small_disk(tmp_path / "disk", "6m"):
        ballast = tmp_path / "disk" / "ballast"
        home = founded(tmp_path / "disk" / "home")
        ballast.write_bytes(bytes(3_000_000))
        office, kept = opened(home), {}
        office.sequencer.run()
        seen = verified(home, office.vkey)
        error = kept_until_it_fails(office, kept)
        assert isinstance(error, StoreError)
        assert "the disk is full; make room" in str(error)
        with pytest.raises(NrmError, match=r"the disk is full|no space left on device"):
            office.sequencer.run()
        office.close()
        assert verified(home, office.vkey, seen)
        ballast.unlink()
        assert_whole(home, kept, seen)


@contextmanager
def unprivileged(*paths):
    """Act as somebody whom rights bind, and who owns these."""
    if os.geteuid() != 0:
        yield
        return
    for path in paths:
        os.chown(path, ANYBODY, ANYBODY)
    os.setegid(ANYBODY)
    os.seteuid(ANYBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.fixture
def bound():
    """An installation in a folder that anybody may pass through, used by somebody whom rights bind."""
    folder = Path(tempfile.mkdtemp(prefix="nrm-bound-"))
    with unprivileged(folder):
        yield founded(folder / "home")
    shutil.rmtree(folder, ignore_errors=True)


def test_a_database_that_may_only_be_read_says_so(bound):
    office = opened(bound)
    kept = {keep.open_case(office.desk, asked(bound), record("first"), ON).case: "first"}
    office.close()
    file = bound.folder / "cases.db"
    for path, rights in ((file, 0o400), (bound.folder, 0o500)):
        before = path.stat().st_mode
        path.chmod(rights)
        cannot = pytest.raises(StoreError, match=r"the database cannot be written|the database file cannot be opened")
        with cannot, closing(opened(bound)) as office:
            keep.open_case(office.desk, asked(bound), record("second"), ON)
        path.chmod(before)
    assert_whole(bound, kept)


def test_a_published_log_that_may_only_be_read_says_so(bound):
    office = opened(bound)
    kept = {keep.open_case(office.desk, asked(bound), record("first"), ON).case: "first"}
    office.sequencer.run()
    seen = verified(bound, office.vkey)
    kept[keep.open_case(office.desk, asked(bound), record("second"), ON).case] = "second"
    folders = [bound.log, *(path for path in bound.log.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    with pytest.raises(
        LogRefusedError, match="the file cannot be written: permission denied; make room or give the right"
    ):
        office.sequencer.run()
    for folder in folders:
        folder.chmod(0o700)
    assert office.sequencer.run() == 2
    office.close()
    assert_whole(bound, kept, seen)


def test_a_database_file_that_is_taken_away_in_mid_transaction_is_missed(home):
    office = opened(home)
    kept = {keep.open_case(office.desk, asked(home), record("first"), ON).case: "first"}
    file, elsewhere = home.folder / "cases.db", home.folder / "elsewhere.db"

    def take_away(unit):
        keep.permit(asked(home), "case:list")
        file.rename(elsewhere)
        return unit.cases.listed(None, None, 10)

    with pytest.raises(StoreError, match="it is gone: no such file or directory; check the disk, then start again"):
        office.store.run(take_away)
    with pytest.raises(StoreError, match=r"it is gone|the database file cannot be opened"):
        keep.open_case(office.desk, asked(home), record("second"), ON)
    with pytest.raises(
        StoreError, match="it cannot be opened: no such file or directory; check where it is, or restore"
    ):
        opened(home)
    with suppress(FileNotFoundError):
        elsewhere.rename(file)
    office.close()
    assert_whole(home, kept)
