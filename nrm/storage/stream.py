"""A long message sealed in chunks, so that neither end keeps the whole of it in memory.

STREAM of Hoang, Reyhanitabar, Rogaway and Vizár, 2015 (https://eprint.iacr.org/2015/189) over AES-256-GCM with a key
for this message alone. The nonce is the number of the chunk (11 bytes, big-endian) and whether it is the last (1 byte),
and every chunk is bound to the clear header. So a chunk that was cut off, moved, added or altered does not open.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nrm.casework.errors import StoreError
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK: Final = 64 * 1024
"""Bytes of plaintext in each chunk but the last, which has fewer or as many."""

_SEALED: Final = CHUNK + 16


class BackupRefusedError(StoreError):
    """A backup is damaged, was made with another key or version, or does not go into this database."""


class SealedWriter:
    """Seals what is written to it; `finish` must be called, or what stands there will not open."""

    def __init__(self, out: IO[bytes], key: bytes, header: bytes) -> None:
        self._out, self._header = out, header
        self._aes = AESGCM(key)
        self._kept = bytearray()
        self._number = 0

    def write(self, data: bytes) -> None:
        """Take more of the plaintext."""
        self._kept += data
        while len(self._kept) > CHUNK:  # one byte at least stays for the last chunk
            self._seal(bytes(self._kept[:CHUNK]), last=False)
            del self._kept[:CHUNK]

    def finish(self) -> None:
        """Seal the rest, as the last chunk."""
        self._seal(bytes(self._kept), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._out.write(self._aes.encrypt(_nonce(self._number, last=last), chunk, self._header))
        self._number += 1


def opened(source: IO[bytes], key: bytes, header: bytes) -> Iterator[bytes]:
    """Yield the plaintext, chunk by chunk; the end is genuine only when this has ended without an error.

    Raises `BackupRefusedError` when a chunk is not what and where it was.
    """
    aes, number = AESGCM(key), 0
    sealed = source.read(_SEALED)
    last = False
    while not last:
        following = source.read(_SEALED)
        last = not following
        try:
            yield aes.decrypt(_nonce(number, last=last), sealed, header)
        except InvalidTag:
            what = f"it is damaged or cut short in chunk `{number}`, or its key is another"
            raise refused(what, "take another backup, or look for a whole copy of this one") from None
        sealed, number = following, number + 1


def refused(what: str, todo: str) -> BackupRefusedError:
    """Return the error for a backup that is refused."""
    return BackupRefusedError(Problem("backup", 0, what, todo))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
