"""A long thing sealed in parts, so that neither end holds the whole of it.

Each thing has a key of its own, made from the key of its record and its identifier. Each part is one message of
`nrm.vault.envelope` under that key, whose header says which number it has and whether it is the last. This is what
STREAM binds (Hoang, Reyhanitabar, Rogaway and Vizár, 2015, https://eprint.iacr.org/2015/189), so a part that was cut
off, moved, added, altered, or taken from another thing or record does not open.
"""

from __future__ import annotations

from hashlib import blake2s
from typing import TYPE_CHECKING, Final

from nrm.vault.envelope import DataKey, Place, open_sealed, seal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

PART: Final = 256 * 1024
"""Bytes of plaintext in each part but the last, which has fewer or as many."""

_PART, _LAST = "part", "last_part"


class PartsKey:
    """The key of one thing: BLAKE2s (RFC 7693) of its identifier, keyed with the data key of its record."""

    def __init__(self, key: DataKey, thing: UUID) -> None:
        self._thing = thing
        self._key = DataKey(blake2s(thing.bytes, key=key.expose(), person=b"nrm-part").digest())

    def seal(self, number: int, part: bytes, *, last: bool) -> bytes:
        """Return one part sealed for its place; numbers count from 0 (errors as of `nrm.vault.envelope.seal`)."""
        return seal(self._key, self._place(number, last=last), part)

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """Return what a part holds. Raises `VaultError` when it is not as it was sealed, or not from this place."""
        return open_sealed(self._key, self._place(number, last=last), sealed)

    def _place(self, number: int, *, last: bool) -> Place:
        return Place(self._thing, _LAST if last else _PART, number + 1)

    def __repr__(self) -> str:
        return "PartsKey(…)"


def in_parts(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Cut bytes that come in chunks of any size into parts, and say of each whether it is the last; never none.

    At most two parts are held at a time, besides the chunk at hand.
    """
    kept = bytearray()
    for chunk in chunks:
        for start in range(0, len(chunk), PART):
            kept += chunk[start : start + PART]
            if len(kept) > PART:  # one byte at least stays for the last part
                yield bytes(kept[:PART]), False
                del kept[:PART]
    yield bytes(kept), True
