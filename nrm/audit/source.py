"""Where the files of a log are read: a directory, or a web address that serves them as C2SP tlog-tiles says."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import httpx

from nrm.audit.errors import LogRefusedError, TileMissingError
from nrm.audit.tiles import ENTRIES, MOST_TILE_BYTES, WIDTH, pack_bundle, split_bundle
from nrm.audit.tree import HASH_BYTES
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.audit.tiles import Tile

CHECKPOINT: Final = "checkpoint"
"""The path of the signed checkpoint."""
COSIGNED: Final = "checkpoint.cosigned"
"""The path of the newest checkpoint that a quorum of witnesses cosigned; the log may have grown since."""
TIMEOUT_SECONDS: Final = 20.0
"""How long a server may keep silent."""


class Source(Protocol):
    """Gives the bytes that stand at a path of a log; `name` is what an error calls it."""

    @property
    def name(self) -> str:
        """The directory or address."""
        ...

    def read(self, path: str) -> bytes:
        """Give the whole file. Raises `TileMissingError` when it cannot be read or is too long."""
        ...


class DirectorySource:
    """A log in a directory."""

    def __init__(self, directory: Path) -> None:
        self.name = str(directory)
        self._directory = directory

    def read(self, path: str) -> bytes:
        """Give the whole file. Raises `TileMissingError`."""
        try:
            with (self._directory / path).open("rb") as file:
                data = file.read(MOST_TILE_BYTES + 1)
        except OSError as fault:
            raise _missing(self.name, path, (fault.strerror or "it cannot be read").lower()) from None
        _check_length(len(data), self.name, path)
        return data


class HttpSource:
    """A log behind an address, without the final slash; follows no redirect and reads no endless answer."""

    def __init__(self, address: str, client: httpx.Client) -> None:
        self.name = address.rstrip("/")
        self._client = client

    def read(self, path: str) -> bytes:
        """Give the whole file. Raises `TileMissingError`."""
        address = f"{self.name}/{path}"
        try:
            with self._client.stream("GET", address, follow_redirects=False, timeout=TIMEOUT_SECONDS) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise _missing(self.name, path, f"the server answers {answer.status_code}")
                data = bytearray()
                for part in answer.iter_bytes(1 << 16):
                    data += part
                    _check_length(len(data), self.name, path)
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise _missing(self.name, path, f"the server cannot be asked ({type(fault).__name__})") from None
        return bytes(data)


@contextmanager
def open_source(place: str) -> Iterator[Source]:
    """Open the log at `place`: an address that begins with `http://` or `https://`, or else a directory.

    Raises `LogRefusedError` when there is no such directory.
    """
    if place.startswith(("https://", "http://")):
        with httpx.Client(headers={"Accept-Encoding": "gzip, identity"}) as client:
            yield HttpSource(place, client)
    elif Path(place).is_dir():
        yield DirectorySource(Path(place))
    else:
        raise LogRefusedError(Problem(place, 0, "there is no such directory", "give the directory or the address"))


def read_tile(source: Source, tile: Tile) -> bytes:
    """Give the bytes of a tile; a partial tile that is gone is cut out of the full one.

    The bytes are not verified. Raises `TileMissingError` when neither is there or the length is not that of the tile,
    `EntryRefusedError` when a bundle is malformed.
    """
    try:
        data = source.read(tile.path)
    except TileMissingError as missing:
        if tile.width == WIDTH:
            raise
        data = _cut_out(source, tile, missing)
    if tile.level != ENTRIES and len(data) != tile.width * HASH_BYTES:
        raise _missing(source.name, tile.path, f"it is {len(data)} bytes long and not {tile.width * HASH_BYTES}")
    return data


def _cut_out(source: Source, tile: Tile, missing: TileMissingError) -> bytes:
    try:
        whole = source.read(tile.full.path)
    except TileMissingError:
        raise missing from None
    if tile.level == ENTRIES:
        return pack_bundle(split_bundle(whole, f"{source.name}/{tile.full.path}")[: tile.width])
    return whole[: tile.width * HASH_BYTES]


def _check_length(length: int, name: str, path: str) -> None:
    if length > MOST_TILE_BYTES:
        raise _missing(name, path, f"it is longer than {MOST_TILE_BYTES} bytes")


def _missing(name: str, path: str, why: str) -> TileMissingError:
    what = f"the file cannot be had: {why}"
    return TileMissingError(Problem(f"{name}/{path}", 0, what, "ask the log's operator for the whole log"))
