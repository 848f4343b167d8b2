from __future__ import annotations

import gzip

import httpx
import pytest
from audit_logs import MemorySource, build, entry

from nrm.audit import source as source_module
from nrm.audit.errors import LogRefusedError, TileMissingError
from nrm.audit.source import DirectorySource, HttpSource, open_source, read_tile
from nrm.audit.tiles import ENTRIES, Tile, grown, pack_bundle


def served(answer):
    return HttpSource("https://log.example/a/", httpx.Client(transport=httpx.MockTransport(answer)))


def test_a_directory_and_an_address_give_the_same_bytes(tmp_path):
    build(tmp_path, map(entry, range(300)))

    def answer(request):
        assert request.url.path.startswith("/a/")
        return httpx.Response(200, content=(tmp_path / request.url.path.removeprefix("/a/")).read_bytes())

    for path in ["checkpoint", *(tile.path for tile in grown(0, 300))]:
        assert served(answer).read(path) == DirectorySource(tmp_path).read(path) == (tmp_path / path).read_bytes()


def test_an_answer_may_be_compressed():
    content = gzip.compress(b"tile")
    assert served(lambda _: httpx.Response(200, content=content, headers={"Content-Encoding": "gzip"})).read("x") == (
        b"tile"
    )


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx.Response(404), "the server answers 404"),
        (httpx.Response(302, headers={"Location": "https://other.example/"}), "the server answers 302"),
        (
            httpx.Response(200, stream=httpx.ByteStream(b"no gzip"), headers={"Content-Encoding": "gzip"}),
            "DecodingError",
        ),
    ],
)
def test_another_answer_than_the_file_is_a_missing_file(answer, reason):
    with pytest.raises(TileMissingError, match=rf"log\.example/a/checkpoint: .*{reason}"):
        served(lambda _: answer).read("checkpoint")


def test_a_server_that_keeps_silent_is_a_missing_file():
    def answer(request):
        raise httpx.ReadTimeout("slow", request=request)

    with pytest.raises(TileMissingError, match="the server cannot be asked"):
        served(answer).read("checkpoint")


def test_an_endless_answer_is_cut_off(monkeypatch):
    monkeypatch.setattr(source_module, "MOST_TILE_BYTES", 1 << 20)
    read = 0

    def endless():
        nonlocal read
        while True:
            read += 1
            yield bytes(1 << 16)

    with pytest.raises(TileMissingError, match="longer than"):
        served(lambda _: httpx.Response(200, content=endless())).read("checkpoint")
    assert read < 20


def test_a_file_that_is_too_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(source_module, "MOST_TILE_BYTES", 10)
    (tmp_path / "checkpoint").write_bytes(bytes(11))
    with pytest.raises(TileMissingError, match="longer than 10 bytes"):
        DirectorySource(tmp_path).read("checkpoint")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(TileMissingError, match="tile/0/000: the file cannot be had: no such file"):
        DirectorySource(tmp_path).read("tile/0/000")


def test_a_place_is_opened_as_what_it_is(tmp_path):
    with open_source(str(tmp_path)) as directory, open_source("http://127.0.0.1:9/log/") as address:
        assert (directory.name, address.name) == (str(tmp_path), "http://127.0.0.1:9/log")


def test_a_directory_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(LogRefusedError, match="there is no such directory"), open_source(str(tmp_path / "none")):
        pass


@pytest.mark.parametrize("level", [ENTRIES, 0])
def test_a_partial_tile_that_is_gone_is_cut_out_of_the_full_one(level):
    log, partial = MemorySource.of(map(entry, range(256))), MemorySource.of(map(entry, range(70)))
    assert read_tile(log, Tile(level, 0, 70)) == partial.files[Tile(level, 0, 70).path]


def test_a_tile_of_another_length_is_a_missing_tile():
    log = MemorySource({"tile/0/000.p/2": bytes(65), "tile/0/000.p/3": b""})
    for width in (2, 3):
        with pytest.raises(TileMissingError, match=f"bytes long and not {width * 32}"):
            read_tile(log, Tile(0, 0, width))


def test_a_short_full_tile_does_not_stand_in_for_a_partial_one():
    log = MemorySource({"tile/0/000": bytes(32), "tile/entries/000": pack_bundle([b"one"])})
    with pytest.raises(TileMissingError):
        read_tile(log, Tile(0, 0, 2))
    assert read_tile(log, Tile(ENTRIES, 0, 2)) == pack_bundle([b"one"])
