"""Signed notes: a text and, under it, who signed it.

Format and Ed25519 signatures (type 0x01) as in C2SP signed-note, https://c2sp.org/signed-note. Witnesses sign with
another type: `nrm.audit.cosignature`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from nrm.audit.errors import NoteRefusedError
from nrm.errors import Problem

MOST_NOTE_BYTES: Final = 1 << 20
"""A longer note is refused unread."""
MOST_SIGNATURES: Final = 100
"""The specification demands at least 16."""
ED25519: Final = 0x01
"""The signature type of a log."""

_DASH = "\N{EM DASH} "
_KEY_ID_BYTES = 4
_KEY_BYTES = 32
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_VKEY = re.compile(r"(?P<name>[^+]+)\+(?P<key_id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/]+=*)")


@dataclass(frozen=True)
class Signature:
    """One signature line; `body` is the signature alone, without the four bytes of the key id before it."""

    name: str
    key_id: bytes
    body: bytes

    def line(self) -> str:
        """Write the line, with its newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.body).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A text that ends in a newline, and its signatures. Nothing is verified yet: see `Verifier.check`."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __bytes__(self) -> bytes:
        return (self.text + "\n" + "".join(signature.line() for signature in self.signatures)).encode()

    def with_signatures(self, *more: Signature) -> Self:
        """Give the same text with more signatures under it; a line that is there already is not repeated."""
        return type(self)(self.text, (*self.signatures, *(one for one in more if one not in self.signatures)))

    def by(self, name: str, key_id: bytes) -> tuple[Signature, ...]:
        """Give the signatures that claim to be of this key."""
        return tuple(one for one in self.signatures if (one.name, one.key_id) == (name, key_id))


def parse_note(data: bytes, place: str = "note") -> Note:
    """Read a signed note, so strictly that writing it again gives the same bytes.

    `place` is the file or address that an error names. Raises `NoteRefusedError`.
    """
    if len(data) > MOST_NOTE_BYTES:
        raise _refused(place, 0, f"the note is longer than {MOST_NOTE_BYTES} bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise _refused(place, 0, "the note is not UTF-8") from None
    if _CONTROL.search(whole):
        raise _refused(place, 0, "the note holds a control character")
    text, gap, lines = whole.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise _refused(place, 0, "the note has no blank line with signature lines after it")
    first = text.count("\n") + 3
    listed = lines[:-1].split("\n")
    if len(listed) > MOST_SIGNATURES:
        raise _refused(place, first, f"the note has more than {MOST_SIGNATURES} signatures")
    return Note(text + "\n", tuple(_signature(line, place, first + at) for at, line in enumerate(listed)))


class Signer:
    """A named Ed25519 key that signs notes.

    `seed` is the 32-byte private key of RFC 8032; it never leaves the object. Raises `NoteRefusedError` when the name
    cannot be a key name.
    """

    def __init__(self, name: str, seed: bytes) -> None:
        self.name = checked_name(name)
        self._key = private_key(seed)
        self._public = self._key.public_key().public_bytes_raw()
        self.key_id = key_id_of(name, ED25519, self._public)

    @property
    def vkey(self) -> str:
        """The public half as text, to be handed to whoever verifies."""
        return vkey_of(self.name, ED25519, self._public)

    def sign(self, text: str) -> Signature:
        """Sign the text of a note, its final newline included."""
        return Signature(self.name, self.key_id, self._key.sign(text.encode()))


class Verifier:
    """Tells whether a note is signed by one key that we trust.

    `vkey` is `name+hash+base64(0x01||public key)`. Raises `NoteRefusedError` when it is not.
    """

    def __init__(self, vkey: str) -> None:
        self.name, self.key_id, public = parse_vkey(vkey, ED25519)
        self.vkey = vkey
        self._key = Ed25519PublicKey.from_public_bytes(public)

    def check(self, note: Note, place: str = "note") -> None:
        """Refuse a note that this key did not sign, or that bears a false signature in the key's name.

        Raises `NoteRefusedError`.
        """
        ours = note.by(self.name, self.key_id)
        if not ours:
            raise _refused(place, 0, f"no signature of the key `{self.name}+{self.key_id.hex()}` stands under the note")
        for signature in ours:
            verify_ed25519(self._key, signature.body, note.text.encode(), self.name, place)


def private_key(seed: bytes) -> Ed25519PrivateKey:
    """Make the private key of RFC 8032 from its 32 bytes. Raises `NoteRefusedError` when they are not 32."""
    if len(seed) != _KEY_BYTES:
        raise _refused("key", 0, f"a private key is {_KEY_BYTES} bytes long", "give the seed of RFC 8032, nothing more")
    return Ed25519PrivateKey.from_private_bytes(seed)


def verify_ed25519(key: Ed25519PublicKey, signature: bytes, message: bytes, name: str, place: str) -> None:
    """Verify one raw Ed25519 signature (RFC 8032). Raises `NoteRefusedError`."""
    try:
        key.verify(signature, message)
    except InvalidSignature:
        raise _refused(place, 0, f"the signature of `{name}` is false: text or signature was altered") from None


def key_id_of(name: str, kind: int, public: bytes) -> bytes:
    """Give the four bytes by which a signature line names its key: SHA-256(name || newline || type || key)[:4]."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:_KEY_ID_BYTES]


def vkey_of(name: str, kind: int, public: bytes) -> str:
    """Write a public key as text: `name+hash+base64(type||key)`."""
    return f"{name}+{key_id_of(name, kind, public).hex()}+{base64.b64encode(bytes([kind]) + public).decode()}"


def parse_vkey(vkey: str, kind: int) -> tuple[str, bytes, bytes]:
    """Read a key text of the signature type `kind`; give its name, key id and 32-byte public key.

    Raises `NoteRefusedError`.
    """
    found = _VKEY.fullmatch(vkey)
    material = decoded(found["key"]) if found else None
    if found is None or material is None or len(material) != 1 + _KEY_BYTES:
        raise _refused("key", 0, "the key text is not `name+hash+base64(type||32-byte key)`", _ASK_FOR_KEY)
    if material[0] != kind:
        what = f"the key of `{found['name']}` has the signature type {material[0]:#04x} and not {kind:#04x}"
        raise _refused("key", 0, what, "give the log's key where a log is meant, a witness's key where a witness is")
    name, public = checked_name(found["name"]), material[1:]
    if key_id_of(name, kind, public).hex() != found["key_id"]:
        raise _refused("key", 0, f"the hash in the key text of `{name}` does not fit its name and key", _ASK_FOR_KEY)
    return name, key_id_of(name, kind, public), public


def checked_name(name: str, where: str = "key") -> str:
    """Give `name` back when it can be a key name: not empty, no space, no plus, no control character.

    `where` says who named it. Raises `NoteRefusedError`.
    """
    if not name or "+" in name or any(letter.isspace() or letter < " " for letter in name):
        todo = "take an address without scheme, such as `example.org/log`"
        raise _refused(where, 0, "a key name must not be empty nor hold a space or a plus", todo)
    return name


def decoded(text: str) -> bytes | None:
    """Decode base64 (RFC 4648 §4), or give `None` when another text would decode to the same bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None


def _signature(line: str, place: str, at: int) -> Signature:
    name, space, coded = line.removeprefix(_DASH).partition(" ")
    body = decoded(coded)
    if not (line.startswith(_DASH) and space) or body is None or len(body) <= _KEY_ID_BYTES:
        raise _refused(place, at, "the line is not a signature: dash, name, base64 of key id and signature")
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise _refused(place, at, "the signature line has no valid key name")
    return Signature(name, body[:_KEY_ID_BYTES], body[_KEY_ID_BYTES:])


_ASK_FOR_KEY = "ask the log's operator for the key text again, over a way that you trust"


def _refused(place: str, line: int, what: str, todo: str = "do not believe it; fetch it again") -> NoteRefusedError:
    return NoteRefusedError(Problem(place, line, what, todo))
