"""An archive whose seal is genuine and whose content is not what it must be is refused whole."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta

import pytest
from databases import KEY
from sqlalchemy import text
from sqlalchemy.dialects import sqlite
from store_rows import NOON

from nrm.storage.backup import MAGIC
from nrm.storage.canonical import row_of
from nrm.storage.migrate import newest
from nrm.storage.restore import restore
from nrm.storage.schema import Moment, metadata, rulebooks
from nrm.storage.sqlcipher import create_sqlcipher
from nrm.storage.stream import CHUNK, BackupRefusedError, SealedWriter, opened

ARCHIVE_KEY = b"a" * 32
ABOUT = {"format": 1, "revision": newest(), "installation": {"keyring": "00", "origin": "o", "vkey": "v"}}
NOTHING = {"rows": 0, "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
TABLES = [table.name for table in metadata.sorted_tables]
EMPTY_TABLES = [line for name in TABLES for line in ({"table": name}, NOTHING)]
DAMAGED = "its content does not fit together; take another backup"


def sealed(path, plaintext):
    header = MAGIC + (0).to_bytes(2, "big")
    with path.open("wb") as out:
        out.write(header)
        writer = SealedWriter(out, ARCHIVE_KEY, header)
        writer.write(plaintext)
        writer.finish()


def lines(*said):
    return zlib.compress(b"".join(json.dumps(line).encode() + b"\n" for line in said))


def restored(tmp_path, plaintext):
    sealed(tmp_path / "x", plaintext)
    engine = create_sqlcipher(tmp_path / "cases.db", KEY)
    try:
        return restore(tmp_path / "x", engine, lambda _: ARCHIVE_KEY)
    finally:
        with engine.connect() as connection:
            tables = connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one()
        engine.dispose()
        (tmp_path / "tables").write_text(str(tables))


def test_an_archive_of_an_empty_store_is_restored(tmp_path):
    assert restored(tmp_path, lines(ABOUT, *EMPTY_TABLES)).origin == "o"


@pytest.mark.parametrize(
    "plaintext",
    [
        b"",
        b"not compressed",
        zlib.compress(b""),
        zlib.compress(b"no line end"),
        zlib.compress(b"\n"),
        zlib.compress(b"[]\n"),
        lines({"format": 1}),
        lines(ABOUT),
        lines(ABOUT, {"table": "other"}),
        lines(ABOUT, {"table": TABLES[0]}),
        lines(ABOUT, {"table": TABLES[0]}, [1, 2]),
        lines(ABOUT, {"table": TABLES[0]}, {"rows": 0}),
        lines(ABOUT, *EMPTY_TABLES[:-1]),
        lines(ABOUT, *EMPTY_TABLES, ["more"]),
        lines(ABOUT, *EMPTY_TABLES)[:-1],
        lines(ABOUT, *EMPTY_TABLES) + b"more",
        zlib.compress(b"\xff\n"),
    ],
)
def test_content_that_does_not_fit_together_is_refused_and_leaves_nothing(tmp_path, plaintext):
    with pytest.raises(BackupRefusedError, match=DAMAGED):
        restored(tmp_path, plaintext)
    assert (tmp_path / "tables").read_text() == "0"


@pytest.mark.parametrize("other", [{"format": 2}, {"revision": "0099_later"}])
def test_an_archive_of_another_version_says_which_program_to_use(tmp_path, other):
    with pytest.raises(BackupRefusedError, match="restore it with the version of nrm that made it"):
        restored(tmp_path, lines({**ABOUT, **other}, *EMPTY_TABLES))


def test_a_count_that_was_not_kept_is_refused(tmp_path):
    wrong = {**NOTHING, "rows": 1}
    with pytest.raises(BackupRefusedError, match="came out of the database otherwise than it went in"):
        restored(tmp_path, lines(ABOUT, *EMPTY_TABLES[:-1], wrong))


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_a_message_of_any_length_has_one_last_chunk(tmp_path, length):
    sealed(tmp_path / "x", bytes(length))
    chunks = max(1, -(-length // CHUNK))
    assert (tmp_path / "x").stat().st_size == len(MAGIC) + 2 + length + 16 * chunks


def test_a_message_that_lost_its_last_chunk_is_cut_short(tmp_path):
    sealed(tmp_path / "x", bytes(2 * CHUNK + 5))
    whole = (tmp_path / "x").read_bytes()
    (tmp_path / "x").write_bytes(whole[: -5 - 16])
    with (tmp_path / "x").open("rb") as source:
        header = source.read(len(MAGIC) + 2)
        with pytest.raises(BackupRefusedError, match="cut short in chunk `1`"):
            list(opened(source, ARCHIVE_KEY, header))


def test_a_line_with_another_number_of_values_is_refused():
    with pytest.raises(ValueError, match="one value for each column"):
        row_of(b'["a"]', rulebooks)


def test_a_moment_that_is_missing_stays_missing():
    moment, dialect = Moment(), sqlite.dialect()
    assert moment.process_bind_param(None, dialect) is None
    assert moment.process_result_value(None, dialect) is None
    assert moment.process_result_value(NOON.replace(tzinfo=None), dialect).utcoffset() == timedelta(0)
