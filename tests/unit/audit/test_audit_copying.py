"""A copy of a log is the log: whole, verifiable, able to follow, and never turned into another one."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from audit_logs import SIGNER, MemorySource, build, entry, flip
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nrm.audit.copying import copy_log
from nrm.audit.errors import LogRefusedError, TileMissingError
from nrm.audit.note import Verifier, parse_note
from nrm.audit.publish import Publisher
from nrm.audit.source import CHECKPOINT, DirectorySource
from nrm.audit.verify import verify


def log_of(size, change=None):
    return MemorySource.of(entry(-1 if index == change else index) for index in range(size))


def copied(source, directory):
    copy_log(source, parse_note(source.files[CHECKPOINT]), Publisher(directory))


def files(directory):
    found = directory.rglob("*") if directory.is_dir() else ()
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in found if path.is_file()}


def verified(directory):
    return verify(DirectorySource(directory), Verifier(SIGNER.vkey)).checkpoint.size


@settings(max_examples=25)
@given(st.integers(0, 600), st.integers(0, 600))
@example(0, 0)
@example(255, 256)
@example(256, 257)
@example(512, 512)
def test_a_copy_has_every_file_and_follows_the_log(size, more):
    with TemporaryDirectory() as folder:
        for now in (size, size + more):
            source = log_of(now)
            copied(source, Path(folder) / "copy")
            assert files(Path(folder) / "copy").items() >= source.files.items()
            assert verified(Path(folder) / "copy") == now


def test_a_copy_is_made_of_a_log_whose_partial_tiles_were_cleared_away(tmp_path):
    note = parse_note(log_of(100).files[CHECKPOINT])
    copy_log(log_of(256), note, Publisher(tmp_path / "copy"))
    assert verified(tmp_path / "copy") == 100


@pytest.mark.parametrize("path", ["tile/entries/000", "tile/0/001", "tile/1/000.p/2", "tile/entries/002.p/88"])
def test_a_log_with_a_missing_file_gets_no_checkpoint(tmp_path, path):
    source = log_of(600)
    del source.files[path]
    with pytest.raises(TileMissingError, match=path):
        copied(source, tmp_path / "copy")
    assert CHECKPOINT not in files(tmp_path / "copy")


def test_a_second_history_is_not_copied_over_the_first(tmp_path):
    copied(log_of(300), tmp_path / "copy")
    before = files(tmp_path / "copy")
    with pytest.raises(LogRefusedError, match="other bytes stand here"):
        copied(log_of(300, change=7), tmp_path / "copy")
    assert files(tmp_path / "copy") == before


def test_entries_are_not_taken_back(tmp_path):
    copied(log_of(300), tmp_path / "copy")
    with pytest.raises(LogRefusedError, match="would take some back"):
        copied(log_of(256), tmp_path / "copy")
    assert verified(tmp_path / "copy") == 300


def test_a_copy_that_was_altered_is_noticed_by_the_next_one(tmp_path):
    build(tmp_path / "copy", map(entry, range(300)))
    flip(tmp_path / "copy/tile/entries/000", 50)
    with pytest.raises(LogRefusedError, match="tile/entries/000: other bytes stand here"):
        copied(log_of(400), tmp_path / "copy")


def test_files_are_believed_as_they_are_so_a_copy_is_to_be_verified(tmp_path):
    source = log_of(300)
    source.files["tile/entries/000"] = log_of(300, change=7).files["tile/entries/000"]
    copied(source, tmp_path / "copy")
    with pytest.raises(LogRefusedError, match="hash 7"):
        verified(tmp_path / "copy")
