from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from audit_logs import ORIGIN, SIGNER, build, entry, flip, replace

from nrm.audit.checkpoint import Checkpoint, signed
from nrm.audit.errors import LogRefusedError, TileMissingError
from nrm.audit.growth import Growth
from nrm.audit.note import Signer, Verifier, parse_note
from nrm.audit.publish import Publisher
from nrm.audit.source import DirectorySource
from nrm.audit.tiles import Tile
from nrm.audit.verify import verify

VERIFIER = Verifier(SIGNER.vkey)


def fails(*_arguments, **_options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def entries(size):
    return map(entry, range(size))


def test_a_published_log_is_verified_and_holds_no_other_files(tmp_path):
    build(tmp_path, entries(300))
    assert verify(DirectorySource(tmp_path), VERIFIER).checkpoint.size == 300
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/44",
    }


def test_publishing_again_writes_no_tile_again(tmp_path):
    build(tmp_path, entries(300))
    before = {path: path.stat().st_ino for path in (tmp_path / "tile").rglob("*")}
    build(tmp_path, entries(300))
    assert {path: path.stat().st_ino for path in (tmp_path / "tile").rglob("*")} == before


def test_a_partial_tile_stays_beside_the_full_one_for_readers_of_the_older_checkpoint(tmp_path):
    build(tmp_path, entries(200))
    older = (tmp_path / "checkpoint").read_bytes()
    build(tmp_path, entries(300))
    replace(tmp_path / "checkpoint", older)
    assert verify(DirectorySource(tmp_path), VERIFIER).checkpoint.size == 200


def test_at_every_step_of_publishing_a_reader_finds_a_whole_log(tmp_path):
    build(tmp_path, entries(250))
    publisher = Publisher(tmp_path)

    def take(tile, data):
        publisher.take(tile, data)
        assert verify(DirectorySource(tmp_path), VERIFIER).checkpoint.size == 250
        return data

    growth = Growth(take)
    for one in entries(600):
        growth.append(one)
    growth.flush()
    publisher.publish(signed(Checkpoint(ORIGIN, growth.size, growth.root()), SIGNER))
    assert verify(DirectorySource(tmp_path), VERIFIER).checkpoint.size == 600


def test_every_tile_is_on_the_disk_before_the_checkpoint_is(tmp_path, monkeypatch):
    synced, replaced, real = [], [], os.replace
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(str(Path(f"/proc/self/fd/{number}").readlink())))

    def follow(source, target, **options):
        assert str(source) in synced
        replaced.append((str(target), len(synced)))
        real(source, target, **options)

    monkeypatch.setattr(os, "replace", follow)
    build(tmp_path, entries(300))
    last, before = replaced[-1]
    assert last == str(tmp_path / "checkpoint")
    assert {str(tmp_path / "tile" / "0"), str(tmp_path / "tile/entries/001.p"), str(tmp_path)} <= set(synced[:before])
    assert synced[-1] == str(tmp_path)


def test_a_log_with_another_entry_is_not_published_over_the_first(tmp_path):
    build(tmp_path, entries(300))
    with pytest.raises(LogRefusedError, match="tile/entries/000: other bytes stand here than the log has now from"):
        build(tmp_path, (entry(at + 1) for at in range(300)))
    assert verify(DirectorySource(tmp_path), VERIFIER).checkpoint.size == 300


def test_a_checkpoint_does_not_go_back(tmp_path):
    build(tmp_path, entries(300))
    with pytest.raises(LogRefusedError, match="checkpoint:2: a checkpoint of 300 entries stands here; 200 would take"):
        build(tmp_path, entries(200))


def test_a_second_root_for_one_size_is_not_published(tmp_path):
    build(tmp_path, entries(3))
    for path in (tmp_path / "tile").rglob("3"):
        path.unlink()
    with pytest.raises(LogRefusedError, match="checkpoint:3: another root stands here for the same 3 entries"):
        build(tmp_path, (entry(at + 1) for at in range(3)))


def test_a_checkpoint_whose_last_tiles_were_never_written_is_not_published(tmp_path):
    publisher = Publisher(tmp_path)
    growth = publisher.growth()
    for one in entries(300):
        growth.append(one)
    with pytest.raises(TileMissingError, match=r"tile/entries/001\.p/44"):
        publisher.publish(signed(Checkpoint(ORIGIN, growth.size, growth.root()), SIGNER))
    assert not (tmp_path / "checkpoint").exists()


def test_a_checkpoint_that_the_tiles_do_not_lead_to_is_not_published(tmp_path):
    build(tmp_path, entries(3))
    with pytest.raises(LogRefusedError, match="the tiles here do not lead to the checkpoint of 3 entries"):
        Publisher(tmp_path).publish(signed(Checkpoint(ORIGIN, 3, bytes(32)), SIGNER))


@pytest.mark.parametrize("first", [0, 1, 255, 256, 300, 512])
def test_a_published_log_is_carried_on(tmp_path, first):
    build(tmp_path, entries(first))
    publisher = Publisher(tmp_path)
    growth = publisher.growth()
    assert growth.size == first
    for at in range(first, 600):
        growth.append(entry(at))
    growth.flush()
    publisher.publish(signed(Checkpoint(ORIGIN, growth.size, growth.root()), SIGNER))
    assert verify(DirectorySource(tmp_path), VERIFIER).checkpoint.size == 600


def test_a_published_log_whose_tiles_were_altered_is_not_carried_on(tmp_path):
    build(tmp_path, entries(300))
    flip(tmp_path / "tile/0/001.p/44", 0)
    with pytest.raises(LogRefusedError, match="the tiles here do not lead to the checkpoint of 300 entries"):
        Publisher(tmp_path).growth()


def test_another_log_is_not_published_into_the_same_directory(tmp_path):
    build(tmp_path, entries(3))
    with pytest.raises(LogRefusedError, match="checkpoint:1: here stands the log"):
        build(tmp_path, entries(3), Signer("other.example/log", bytes(32)))


def test_a_directory_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "tile").write_text("in the way")
    with pytest.raises(LogRefusedError, match="tile/0/000: the file cannot be written"):
        Publisher(tmp_path).take(Tile(0, 0), bytes(8192))


def test_a_checkpoint_that_cannot_be_put_in_place_leaves_nothing_half_written(tmp_path):
    build(tmp_path, entries(3))
    note = parse_note((tmp_path / "checkpoint").read_bytes())
    (tmp_path / "checkpoint").unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", fails)
        with pytest.raises(LogRefusedError, match="checkpoint: the file cannot be written: no space left"):
            Publisher(tmp_path).publish(note)
    assert [path.name for path in tmp_path.iterdir()] == ["tile"]


def test_an_empty_log_is_published_as_a_checkpoint_alone(tmp_path):
    build(tmp_path, [])
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]
    assert verify(DirectorySource(tmp_path), VERIFIER).checkpoint.size == 0


def test_many_tiles_are_all_on_the_disk_before_any_has_its_name(tmp_path, monkeypatch):
    synced, named, real = [], [], os.replace
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(str(Path(f"/proc/self/fd/{number}").readlink())))

    def follow(source, target, **options):
        named.append((str(source), len(synced)))
        real(source, target, **options)

    monkeypatch.setattr(os, "replace", follow)
    tiles = [(Tile(0, index), bytes([index]) * 8192) for index in range(20)]
    Publisher(tmp_path).take_all(tiles)
    assert {source for source, _ in named} == set(synced)
    assert {count for _, count in named} == {20}
    assert [(tmp_path / tile.path).read_bytes() for tile, _ in tiles] == [data for _, data in tiles]


def test_of_many_tiles_none_is_left_half_written(tmp_path, monkeypatch):
    tiles = [(Tile(0, index), bytes(8192)) for index in range(20)]
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fails)
        with pytest.raises(LogRefusedError, match="the file cannot be written: no space left on device"):
            Publisher(tmp_path).take_all(tiles)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    Publisher(tmp_path).take_all(tiles[:3])
    with pytest.raises(LogRefusedError, match="tile/0/001: other bytes stand here"):
        Publisher(tmp_path).take_all([tiles[5], (Tile(0, 1), b"other")])
    assert not (tmp_path / tiles[5][0].path).exists()


def test_what_witnesses_cosigned_stays_beside_the_checkpoint_and_never_goes_back(tmp_path):
    heads = {size: build(tmp_path, entries(size)) for size in (100, 300)}
    path, publisher = tmp_path / "checkpoint.cosigned", Publisher(tmp_path)
    for size, stands in ((100, 100), (300, 300), (100, 300)):
        publisher.keep_cosigned(heads[size])
        assert path.read_bytes() == bytes(heads[stands])
    build(tmp_path, entries(301))
    assert path.read_bytes() == bytes(heads[300]), "the log grows, and it stays"
    for other in (Checkpoint(ORIGIN, 300, bytes(32)), Checkpoint("example.org/other", 400, bytes(32))):
        signer = SIGNER if other.origin == ORIGIN else Signer(other.origin, bytes(32))
        with pytest.raises(LogRefusedError):
            publisher.keep_cosigned(signed(other, signer))
    assert path.read_bytes() == bytes(heads[300])


def test_what_was_cosigned_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    heads = {size: build(tmp_path, entries(size)) for size in (100, 300)}
    publisher = Publisher(tmp_path)
    publisher.keep_cosigned(heads[100])
    monkeypatch.setattr(os, "replace", fails)
    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(LogRefusedError, match="no space left"):
        publisher.keep_cosigned(heads[300])
    assert (tmp_path / "checkpoint.cosigned").read_bytes() == bytes(heads[100])
