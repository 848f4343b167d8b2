"""Files signed by the mechanism and sealed for one key: what packages and decision bundles have in common.

Inside out: a tar of the files; its SSHSIG signature; a tar of both, with zeros after it; all that encrypted with age
(https://age-encryption.org/v1) to one X25519 recipient. Age says nothing of the sender, hence the signature.

INVARIANT (size says little): the plaintext is filled up to 64 KiB, and above that by Padmé
(https://bford.info/pub/sec/purb.pdf §4), so that length betrays at most a few bits.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyrage

from nrm.errors import Problem
from nrm.referral.archive import read_tar, write_tar
from nrm.referral.package_errors import (
    MisaddressedError,
    NoPackageError,
    TamperedPackageError,
    TooLargeError,
    UnknownSignerError,
)
from nrm.referral.ssh_keys import allowed_signers
from nrm.referral.sshsig import parse, verify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.referral.ssh_keys import AllowedSigner
    from nrm.referral.sshsig import SshSigner

LEAST: Final = 1 << 16
"""Bytes of plaintext at least."""
LARGEST: Final = 32 << 20
"""Bytes of sealed files at most."""
ASK: Final = "do not use it; ask the sender for it again"

_PARTS = re.compile(r"package\.tar(?:\.sig)?")
_TAR, _SIGNATURE = "package.tar", "package.tar.sig"
_AGE = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")


def seal_tar(inner: bytes, age_recipient: str, signer: SshSigner, namespace: str) -> bytes:
    """Return a tar signed in `namespace`, filled up and sealed to one recipient (`age1…`).

    Raises:
        MisaddressedError: the recipient is no key of age.
        TooLargeError: more than half of `LARGEST`.
    """
    recipient = recipient_key(age_recipient)
    outer = write_tar({_TAR: inner, _SIGNATURE: signer.sign(inner, namespace).encode()})
    if len(outer) > LARGEST // 2:
        raise TooLargeError(Problem("package", 0, "the files are too large for a package", "attach fewer"))
    sealed: bytes = pyrage.encrypt(outer.ljust(padded(len(outer)), b"\0"), [recipient])
    return sealed


def open_tar(sealed: bytes, identity: str, signers: Iterable[str], namespace: str) -> tuple[bytes, list[AllowedSigner]]:
    """Open what `seal_tar` sealed; return the tar, and the lines of `signers` that know the key which signed it.

    `identity` is `AGE-SECRET-KEY-1…`, `signers` are lines of `allowed_signers` or of `.pub` files.

    Raises:
        TooLargeError: larger than anything of ours.
        NoPackageError: not an age file, or not signed files; also when `identity` is no key of age.
        MisaddressedError: sealed for another key.
        TamperedPackageError: altered, or cut short.
        UnsafeArchiveError: a tar in it is none of ours.
        SignatureRefusedError, UnknownSignerError: the signature is false, or of nobody whom we know.
    """
    known = allowed_signers(signers)
    parts = read_tar(_decrypted(sealed, identity), _PARTS)
    if parts.keys() != {_TAR, _SIGNATURE}:
        raise NoPackageError(Problem("package", 0, f"`{_TAR}` or `{_SIGNATURE}` is missing in it", ASK))
    return parts[_TAR], _signed_by(parts[_TAR], parts[_SIGNATURE], known, namespace)


def check_sender(names: Iterable[AllowedSigner], sender: str) -> None:
    """Refuse a sender in whose name the key may not sign. Raises `UnknownSignerError`."""
    if not any(one.names is None or sender in one.names for one in names):
        what = f"the key that signed it is not known as a key of `{sender}`"
        raise UnknownSignerError(Problem("package", 0, what, "tell both: one wrote in the name of the other"))


def check_recipient(meant: str, age_recipient: str) -> None:
    """Refuse what is meant for another key than `age_recipient`. Raises `MisaddressedError`."""
    if meant != age_recipient:
        what = "it is meant for somebody with another key"
        todo = "do not read on; tell the sender that somebody passed it on to you"
        raise MisaddressedError(Problem("package", 0, what, todo))


def recipient_key(age_recipient: str) -> pyrage.x25519.Recipient:
    """Return the recipient in a text `age1…`. Raises `MisaddressedError`."""
    try:
        return pyrage.x25519.Recipient.from_str(age_recipient)
    except pyrage.RecipientError:
        raise MisaddressedError(Problem("recipient", 0, "it is no key of age", "ask the service for it")) from None


def recipient_of(identity: str) -> str:
    """Return the public half of an identity of age. Raises `NoPackageError`."""
    return str(_identity(identity).to_public())


def padded(length: int) -> int:
    """Return the length up to which so many bytes are filled: 64 KiB, and above it at most 6 % more (Padmé).

    >>> padded(1), padded(65_537), padded(1_000_000)
    (65536, 67584, 1015808)
    """
    exponent = max(length, LEAST).bit_length() - 1
    zeros = exponent - exponent.bit_length()
    return max(LEAST, -(-length >> zeros) << zeros)


def _decrypted(sealed: bytes, identity: str) -> bytes:
    if len(sealed) > LARGEST:
        raise TooLargeError(Problem("package", 0, f"it has more than {LARGEST} bytes", ASK))
    if not sealed.startswith(_AGE):
        raise NoPackageError(Problem("package", 0, "it is not a file of age", "check that this is the right file"))
    try:
        outer: bytes = pyrage.decrypt(sealed, [_identity(identity)])
    except pyrage.DecryptError as fault:
        if "No matching keys" in str(fault):
            what = "it was not sealed for this key"
            todo = "open it with the key that you gave the sender, or ask which one it is for"
            raise MisaddressedError(Problem("package", 0, what, todo)) from None
        raise TamperedPackageError(Problem("package", 0, "it was altered or cut short on its way", ASK)) from None
    return outer


def _identity(identity: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(identity)
    except pyrage.IdentityError:
        what = "the text is no secret key of age"
        raise NoPackageError(Problem("identity", 0, what, "give what `age-keygen` wrote")) from None


def _signed_by(inner: bytes, signature: bytes, known: tuple[AllowedSigner, ...], namespace: str) -> list[AllowedSigner]:
    armored = signature.decode("ascii", "replace")
    claimed = parse(armored).public
    found = [one for one in known if one.allows(claimed, namespace)]
    if not found:
        what = "it is signed with a key that you do not know"
        raise UnknownSignerError(Problem("package", 0, what, "do not believe it; ask the sender on the phone"))
    verify(claimed, inner, armored, namespace)
    return found
