"""Signatures of OpenSSH (SSHSIG) with Ed25519 and SHA-512: whoever has `ssh-keygen` can check ours.

Format: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig. The namespace is signed too, so that a
signature under a reply is never taken for one under a package.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Final, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from nrm.errors import Problem
from nrm.referral.package_errors import SignatureRefusedError
from nrm.referral.ssh_keys import KEY_BYTES, KEY_TYPE, public_blob, public_text, raw_public

BEGIN: Final = "-----BEGIN SSH SIGNATURE-----\n"
END: Final = "-----END SSH SIGNATURE-----\n"
LONGEST: Final = 2048
"""Characters of an armored Ed25519 signature at most; ours have some 300."""

_MAGIC = b"SSHSIG"
_VERSION = (1).to_bytes(4)
_HASH = b"sha512"
_SIGNATURE_BYTES = 64
_WIDTHS = (70, 76)
"""Characters of a line: what `ssh-keygen` writes, and what the specification recommends."""


@dataclass(frozen=True)
class SshSignature:
    """The parts of a signature, as it claims them; nothing is verified yet."""

    public: str
    namespace: str
    raw: bytes


class SshSigner:
    """An Ed25519 key that signs in the form of OpenSSH.

    `seed` is the 32-byte private key of RFC 8032; it never leaves the object. Raises `SignatureRefusedError` when it
    has another length.
    """

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEY_BYTES:
            _refuse(f"a private key is {KEY_BYTES} bytes long", "give the seed of RFC 8032, nothing more")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = public_text(self._key.public_key().public_bytes_raw())
        """The public half, as a `.pub` file has it, without comment."""

    def sign(self, message: bytes, namespace: str) -> str:
        """Return the armored signature, as `ssh-keygen -Y sign` writes it."""
        raw = self._key.sign(_signed(message, namespace))
        return _armored(_blob(self.public, namespace, raw), _WIDTHS[0])

    def __reduce__(self) -> str:
        raise TypeError("a key is never pickled")


def verify(public: str, message: bytes, armored: str, namespace: str) -> None:
    """Refuse a signature that is not of this key, over this message and in this namespace.

    Raises `SignatureRefusedError`.
    """
    found = parse(armored)
    if found.namespace != namespace:
        _refuse(f"the signature is not for `{namespace}`")
    if public_blob(found.public) != public_blob(public):
        _refuse("the signature is of another key")
    try:
        key = Ed25519PublicKey.from_public_bytes(raw_public(public_blob(public)))
        key.verify(found.raw, _signed(message, namespace))
    except (InvalidSignature, ValueError):
        _refuse("the signature is false: text or signature was altered")


def parse(armored: str) -> SshSignature:
    """Read an armored signature, so strictly that writing it again gives the same characters.

    Refused besides what is malformed: other versions, keys and hashes, and a `reserved` field, which nobody uses and in
    which anything could stand. Raises `SignatureRefusedError`.
    """
    blob = _unarmored(armored)
    if not blob.startswith(_MAGIC + _VERSION):
        _refuse("it is not an SSH signature of version 1")
    fields, rest = [], blob[len(_MAGIC + _VERSION) :]
    for _ in range(5):
        field, rest = _take(rest)
        fields.append(field)
    key, space, reserved, hashed, signature = fields
    public = public_text(raw_public(key))
    kind, raw = _take(signature)
    raw, more = _take(raw)
    if hashed != _HASH:
        _refuse("the signature uses another hash than `sha512`")
    if reserved:
        _refuse("the signature has a reserved field that we do not know")
    if not space or not space.isascii():
        _refuse("the signature has no namespace that we could know")
    if rest or more or kind != KEY_TYPE or len(raw) != _SIGNATURE_BYTES:
        _refuse("the signature is not one of `ssh-ed25519` and nothing more")
    return SshSignature(public, space.decode(), raw)


def _signed(message: bytes, namespace: str) -> bytes:
    return _MAGIC + b"".join(map(_string, (namespace.encode(), b"", _HASH, hashlib.sha512(message).digest())))


def _blob(public: str, namespace: str, raw: bytes) -> bytes:
    signature = _string(KEY_TYPE) + _string(raw)
    return _MAGIC + _VERSION + b"".join(map(_string, (public_blob(public), namespace.encode(), b"", _HASH, signature)))


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data


def _take(data: bytes) -> tuple[bytes, bytes]:
    """Split the first string of SSH wire form (RFC 4251 §5) from what follows it."""
    end = 4 + int.from_bytes(data[:4])
    if len(data) < max(end, 4):
        _refuse("bytes of the signature are missing")
    return data[4:end], data[end:]


def _armored(blob: bytes, width: int) -> str:
    text = base64.b64encode(blob).decode()
    return BEGIN + "".join(f"{text[at : at + width]}\n" for at in range(0, len(text), width)) + END


def _unarmored(armored: str) -> bytes:
    inside = armored.removeprefix(BEGIN).removesuffix(END)
    try:
        blob = base64.b64decode(inside.replace("\n", ""), validate=True) if len(armored) <= LONGEST else b""
    except ValueError:
        blob = b""
    if not blob or armored not in {_armored(blob, width) for width in _WIDTHS}:
        _refuse("the text is not an armored SSH signature, or something stands before, in or after it")
    return blob


def _refuse(what: str, todo: str = "do not believe it; ask the sender for it again") -> NoReturn:
    raise SignatureRefusedError(Problem("signature", 0, what, todo))
