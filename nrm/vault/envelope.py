"""One group of one record, sealed with the record's own data key.

Format `S1`, big-endian: `S1`, group (20 bytes, ASCII, zero-filled), version (4), length of the plaintext (4), case
marker (8), CRC-32 of all before it (4), then nonce (12), ciphertext, tag (16): 70 bytes around the plaintext. The tag
covers the header and the case id, which the row around it already tells.

The CRC is no protection; the tag is. It only tells a flipped bit from whole bytes in the wrong place, and so does the
marker, a keyed hash of the case id (BLAKE2s, RFC 7693) that means nothing to anybody without the data key.
"""

from __future__ import annotations

import re
import struct
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2s
from os import urandom
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nrm.vault.aead import AROUND, KEY_BYTES, MOST_MESSAGES, NONCE_BYTES, Cipher
from nrm.vault.errors import MisplacedError, TamperedError, TruncatedError, VaultError, of_vault

if TYPE_CHECKING:
    from uuid import UUID

FORMAT = b"S1"
MOST_GROUPS = 16
LAST_VERSION = MOST_MESSAGES // MOST_GROUPS
"""A later version is refused: 16 groups of so many versions are the 2^32 messages that one key may seal."""

LARGEST = 2**31 - 1 - AROUND
"""Bytes of plaintext; the library refuses more."""

_START = struct.Struct(">2s20sII")
_MARKED = _START.size + 8
HEADER_BYTES = _MARKED + 4
_TEXT = HEADER_BYTES + NONCE_BYTES
OVERHEAD = HEADER_BYTES + AROUND


class Place(NamedTuple):
    """Where sealed bytes belong: the group of one version of one record. Its text leaves the case id out."""

    case: UUID
    group: str
    version: int

    def __repr__(self) -> str:
        return f"Place(group={self.group!r}, version={self.version})"


class DataKey(Cipher):
    """The key of one case: 256 random bits that are shown nowhere.

    It lives in memory until Python frees it, and nobody can promise that it is wiped then: `bytes` cannot be
    overwritten, and copies may remain. Keep it as short as the work lasts.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise TamperedError(of_vault("a data key has not 32 bytes", "unwrap it with the keyring"))
        super().__init__(key)
        self._key = key

    def expose(self) -> bytes:
        """Return the key itself, for the one who wraps it."""
        return self._key

    def __repr__(self) -> str:
        return "DataKey(…)"


def new_data_key() -> DataKey:
    """Return a new random key for one case."""
    return DataKey(urandom(KEY_BYTES))


def seal(key: DataKey, place: Place, plaintext: bytes) -> bytes:
    """Return `plaintext` sealed for `place` in format `S1`; the same place is sealed once with one key.

    Raises:
        MisplacedError: the group is not a code of at most 20 characters, or the version is not in 1 … 2^28.
        TamperedError: the plaintext is larger than 2 GiB.
        KeyWornOutError: the key has sealed too much.
    """
    if len(plaintext) > LARGEST:
        raise TamperedError(of_vault("too large to be sealed in one piece", "seal it in parts"))
    marked = _start(place.group, place.version, len(plaintext)) + case_marker(place.case.bytes, key.expose())
    header = marked + crc32(marked).to_bytes(4, "big")
    return header + key.seal(plaintext, header + place.case.bytes)


def open_sealed(key: DataKey, place: Place, sealed: bytes) -> bytes:
    """Return the plaintext that was sealed for `place`.

    INVARIANT (nothing half-decrypted): plaintext is returned only when the tag over header, case id and all bytes
    verified; what was wrong is found out afterwards, from clear bytes alone.

    Raises:
        MisplacedError: sealed for another record, group or version; or `place` cannot exist.
        TruncatedError: bytes are missing at the end.
        TamperedError: anything else is not as it was sealed.
    """
    if _begins(place.group, place.version, sealed):
        with suppress(TamperedError):
            return key.open(sealed, sealed[:HEADER_BYTES] + place.case.bytes, HEADER_BYTES)
    raise _fault(key, place, sealed)


def open_once(key: bytes, place: Place, sealed: bytes) -> bytes:
    """Return the same as `open_sealed`, with a key that opens one thing only (errors as there)."""
    plaintext = opened(key, place.case.bytes, place.group, place.version, sealed)
    if plaintext is None:
        raise _fault(DataKey(key), place, sealed)
    return plaintext


def opened(key: bytes, case: bytes, group: str, version: int, sealed: bytes) -> bytes | None:
    """Return the same as `open_once`, or None where that says what is wrong.

    Bulk work so spares itself the `DataKey` and the `Place`. Raises `MisplacedError` for a place that cannot exist.
    """
    if not _begins(group, version, sealed):
        return None
    try:
        return AESGCM(key).decrypt(sealed[HEADER_BYTES:_TEXT], sealed[_TEXT:], sealed[:HEADER_BYTES] + case)
    except InvalidTag:
        return None


def _begins(group: str, version: int, sealed: bytes) -> bool:
    """Say whether whole sealed bytes begin with the header of this place; refuses one that cannot be."""
    length = len(sealed) - OVERHEAD
    return sealed.startswith(_start(group, version, max(0, length))) and length >= 0


def case_marker(case: bytes, key: bytes) -> bytes:
    """Return 8 bytes that are equal for the same case and key, and tell nothing of the case without the key."""
    return blake2s(case, key=key, digest_size=8, person=b"nrm.case").digest()


@lru_cache(maxsize=4096)
def _start(group: str, version: int, length: int) -> bytes:
    if not 1 <= version <= LAST_VERSION:
        raise MisplacedError(of_vault(f"version {version} cannot be", f"versions are 1 to {LAST_VERSION}"))
    if not _GROUP.fullmatch(group):
        todo = "use small letters, digits and `_`, at most 20 characters"
        raise MisplacedError(of_vault("the name of a group is not a code", todo))
    return _START.pack(FORMAT, group.encode("ascii"), version, length)


_GROUP = re.compile("[a-z][a-z0-9_]{0,19}")


def _fault(key: DataKey, place: Place, sealed: bytes) -> VaultError:
    """Say why bytes did not open, from their clear header."""
    asked = f"{place.group} version {place.version}"
    mend = "restore it from a backup"
    return (
        _damage(asked, sealed, mend)
        or _displaced(asked, key, place, sealed, mend)
        or TamperedError(of_vault(f"{asked}: the tag does not verify", mend))
    )


def _damage(asked: str, sealed: bytes, mend: str) -> VaultError | None:
    if len(sealed) < HEADER_BYTES:
        return TruncatedError(of_vault(f"{asked}: even the header is cut short", mend))
    format_, _, _, length = _START.unpack_from(sealed)
    if crc32(sealed[:_MARKED]) != int.from_bytes(sealed[_MARKED:HEADER_BYTES], "big"):
        return TamperedError(of_vault(f"{asked}: the header was altered", mend))
    if format_ != FORMAT:
        return TamperedError(of_vault(f"{asked}: the format is not known", "use the version of nrm that sealed it"))
    if len(sealed) < OVERHEAD + length:
        return TruncatedError(of_vault(f"{asked}: bytes are missing at the end", mend))
    if len(sealed) > OVERHEAD + length:
        return TamperedError(of_vault(f"{asked}: there are bytes after the end", mend))
    return None


def _displaced(asked: str, key: DataKey, place: Place, sealed: bytes, mend: str) -> VaultError | None:
    _, group, version, _ = _START.unpack_from(sealed)
    name = group.rstrip(b"\0").decode("ascii", "replace")
    if (name, version) != (place.group, place.version):
        found = f"{name if _GROUP.fullmatch(name) else 'something else'} version {version}"
        return MisplacedError(of_vault(f"{asked} was asked for, and these are the bytes of {found}", mend))
    if sealed[_START.size : _MARKED] != case_marker(place.case.bytes, key.expose()):
        return MisplacedError(of_vault(f"{asked}: the bytes belong to another record", mend))
    return None
