"""Cosignatures: a witness says that a checkpoint was the largest consistent one it had seen, and when.

C2SP tlog-cosignature, type cosignature/v1 (Ed25519, 0x04), https://c2sp.org/tlog-cosignature.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nrm.audit.errors import NoteRefusedError
from nrm.audit.note import Note, Signature, checked_name, key_id_of, parse_vkey, private_key, verify_ed25519, vkey_of
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

COSIGNATURE_V1: Final = 0x04
"""The signature type of a witness."""

_BODY = struct.Struct(">Q64s")
_LATEST = (1 << 63) - 1


@dataclass(frozen=True)
class Cosigned:
    """A verified cosignature: which witness, by the name and text of its key, and when (seconds since 1970, UTC)."""

    name: str
    vkey: str
    timestamp: int


class Cosigner:
    """A witness's named Ed25519 key; `seed` is the 32-byte private key of RFC 8032 and never leaves the object.

    Raises `NoteRefusedError` when the name cannot be a key name.
    """

    def __init__(self, name: str, seed: bytes) -> None:
        self.name = checked_name(name)
        self._key = private_key(seed)
        self._public = self._key.public_key().public_bytes_raw()
        self.key_id = key_id_of(name, COSIGNATURE_V1, self._public)

    @property
    def vkey(self) -> str:
        """The public half as text, to be handed to whoever verifies."""
        return vkey_of(self.name, COSIGNATURE_V1, self._public)

    def cosign(self, text: str, timestamp: int) -> Signature:
        """Sign the text of a checkpoint as seen at `timestamp` (seconds since 1970, UTC).

        Raises `NoteRefusedError` when no cosignature can carry the time.
        """
        if not 0 <= timestamp <= _LATEST:
            raise NoteRefusedError(Problem("cosignature", 0, "the time is out of range", "set the clock right"))
        return Signature(self.name, self.key_id, _BODY.pack(timestamp, self._key.sign(_message(text, timestamp))))


class CosignatureVerifier:
    """Tells whether and when one witness cosigned a checkpoint.

    `vkey` is `name+hash+base64(0x04||public key)`. Raises `NoteRefusedError` when it is not.
    """

    def __init__(self, vkey: str) -> None:
        self.name, self.key_id, public = parse_vkey(vkey, COSIGNATURE_V1)
        self.vkey = vkey
        self._key = Ed25519PublicKey.from_public_bytes(public)

    def check(self, note: Note, place: str = "note") -> Cosigned | None:
        """Give the witness's latest cosignature under the note, or `None` when there is none.

        Raises `NoteRefusedError` when one is there and false: then nothing about the note is to be believed.
        """
        times = [self._time(note.text, one.body, place) for one in note.by(self.name, self.key_id)]
        return Cosigned(self.name, self.vkey, max(times)) if times else None

    def _time(self, text: str, body: bytes, place: str) -> int:
        if len(body) != _BODY.size:
            what = f"the cosignature of `{self.name}` is not a time and 64 bytes"
            raise NoteRefusedError(Problem(place, 0, what, "do not believe it; fetch it again"))
        timestamp, signature = _BODY.unpack(body)
        verify_ed25519(self._key, signature, _message(text, timestamp), self.name, place)
        return int(timestamp)


def cosigned_by(note: Note, witnesses: Iterable[CosignatureVerifier], place: str = "note") -> tuple[Cosigned, ...]:
    """Give the verified cosignature of each of our witnesses that has one under the note; others are ignored.

    Raises `NoteRefusedError` when a known witness's cosignature is false.
    """
    found = (witness.check(note, place) for witness in witnesses)
    return tuple(one for one in found if one is not None)


def _message(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()
