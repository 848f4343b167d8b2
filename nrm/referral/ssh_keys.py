"""Ed25519 keys as OpenSSH writes them, and who may sign with which.

A public key is `ssh-ed25519 AAAA…` (RFC 8709, https://www.rfc-editor.org/rfc/rfc8709), a list of those whom we know a
file of `allowed_signers` (https://man.openbsd.org/ssh-keygen.1#ALLOWED_SIGNERS).
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nrm.errors import Problem
from nrm.referral.package_errors import SignatureRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY_TYPE: Final = b"ssh-ed25519"
KEY_BYTES: Final = 32

_HEAD = len(KEY_TYPE).to_bytes(4) + KEY_TYPE + KEY_BYTES.to_bytes(4)
_PUBLIC = re.compile(r"ssh-ed25519 (?P<blob>[A-Za-z0-9+/]{68})")
_LINE = re.compile(
    r'(?:(?P<names>[^\s"#*?!,]+(?:,[^\s"#*?!,]+)*)\s+(?:namespaces="(?P<spaces>[^"]*)"\s+)?)?'
    r"(?P<public>ssh-ed25519 [A-Za-z0-9+/]{68})(?:\s.*)?"
)


@dataclass(frozen=True)
class AllowedSigner:
    """One line of `allowed_signers`: a key, and the names that it may sign as in which namespaces; None means any."""

    public: str
    names: frozenset[str] | None = None
    namespaces: frozenset[str] | None = None

    def allows(self, public: str, namespace: str) -> bool:
        """Say whether this line speaks of the key, and of signatures of this kind."""
        return self.public == public and (self.namespaces is None or namespace in self.namespaces)


def public_text(raw: bytes) -> str:
    """Write the 32 bytes of a public key as OpenSSH does, without comment."""
    return f"ssh-ed25519 {base64.b64encode(_HEAD + raw).decode()}"


def public_blob(public: str) -> bytes:
    """Return the bytes inside the text of a public key, in SSH wire form. Raises `SignatureRefusedError`."""
    found = _PUBLIC.fullmatch(public)
    blob = base64.b64decode(found["blob"]) if found else b""
    if not blob.startswith(_HEAD):
        problem = Problem("ssh key", 0, "the text is no `ssh-ed25519 AAAA…` key", "give the line of the `.pub` file")
        raise SignatureRefusedError(problem)
    return blob


def raw_public(blob: bytes) -> bytes:
    """Return the 32 bytes of the key in an SSH wire form. Raises `SignatureRefusedError`."""
    if len(blob) != len(_HEAD) + KEY_BYTES or not blob.startswith(_HEAD):
        raise SignatureRefusedError(
            Problem("ssh key", 0, "the key is not of the type `ssh-ed25519`", "ask for another")
        )
    return blob[len(_HEAD) :]


def fingerprint(public: str) -> str:
    """Return `SHA256:…` of a key, as `ssh-keygen -l` shows it. Raises `SignatureRefusedError`."""
    return f"SHA256:{base64.b64encode(hashlib.sha256(public_blob(public)).digest()).decode().rstrip('=')}"


def spoken(public: str) -> str:
    """Return what two people compare on the phone: the first 128 bits of what `sha256sum` says of the line of a key.

    For keys of age and of ssh alike; a key of ssh stands without its comment.

    >>> spoken("age1jntmpydp7zwdz9aspyw085ckjcp743t7g2kj0td3pa8rcfkq796sc9uphx")
    '7926 adb7 0410 daaf 82d0 5a31 f1d7 23e5'
    """
    digits = hashlib.sha256(f"{public}\n".encode()).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def allowed_signers(lines: Iterable[str], file: str = "allowed signers") -> tuple[AllowedSigner, ...]:
    """Read lines of `allowed_signers` or of `.pub` files; a key without a name may sign in any name.

    A pattern, a certificate authority or an end of validity is refused rather than overlooked, because overlooking it
    would trust more than the line says. Raises `SignatureRefusedError`.
    """
    known = []
    for at, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        found = _LINE.fullmatch(text)
        if found is None:
            what = "the line is not `NAME ssh-ed25519 AAAA…`"
            todo = "write one sender on each line, with no option but `namespaces` and no pattern"
            raise SignatureRefusedError(Problem(file, at, what, todo))
        public_blob(found["public"])
        known.append(AllowedSigner(found["public"], _set(found["names"]), _set(found["spaces"])))
    return tuple(known)


def _set(listed: str | None) -> frozenset[str] | None:
    return None if listed is None else frozenset(listed.split(","))
