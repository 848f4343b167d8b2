"""A referral package: some files for one service, signed by the mechanism and sealed so that only the service opens it.

Inside out: a tar of `referral.json`, `plan.txt` and `attachments/…`; its SSHSIG signature; a tar of both, with zeros
after it; all that encrypted with age (https://age-encryption.org/v1) to one X25519 recipient. Stock `age`, `tar` and
`ssh-keygen` open and check it (docs/services.md). Age says nothing of the sender, hence the signature; the signature
covers the name and the key of the recipient, so that nobody who opened a package can seal it again for somebody else in
the sender's name.

INVARIANT (size says little): the plaintext is filled up to 64 KiB, and above that by Padmé
(https://bford.info/pub/sec/purb.pdf §4), so that length betrays at most a few bits: a package with an identity and one
without, and a revocation, are of one size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

import pyrage

from nrm.errors import Problem
from nrm.referral.archive import read_tar, write_tar
from nrm.referral.document import DOCUMENT, read_document
from nrm.referral.package_errors import (
    ExpiredError,
    FutureError,
    MisaddressedError,
    NoPackageError,
    ReplayedError,
    TamperedPackageError,
    TooLargeError,
    UnknownSignerError,
)
from nrm.referral.ssh_keys import allowed_signers
from nrm.referral.sshsig import parse, verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from nrm.referral.header import Header
    from nrm.referral.ssh_keys import AllowedSigner
    from nrm.referral.sshsig import SshSigner

NAMESPACE: Final = "referral@nrm"
"""What the signature of a package is for (`ssh-keygen -Y verify -n`)."""
PLAN: Final = "plan.txt"
ATTACHMENTS: Final = "attachments/"

LEAST: Final = 1 << 16
"""Bytes of plaintext at least."""
LARGEST: Final = 32 << 20
"""Bytes of a sealed package at most."""
SKEW: Final = timedelta(minutes=5)
"""By how much the clocks of sender and receiver may differ."""

_FILES = re.compile(r"referral\.json|plan\.txt|attachments/[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9])?")
_PARTS = re.compile(r"package\.tar(?:\.sig)?")
_TAR, _SIGNATURE = "package.tar", "package.tar.sig"
_AGE = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")


class Seen(Protocol):
    """What remembers the messages that were opened."""

    def add(self, message: UUID, until: datetime) -> bool:
        """Remember a message at least until then; say whether it is new."""
        ...


@dataclass(frozen=True)
class Opened:
    """A package that was opened and checked. `record` has a value for each group, `files` every file by its name."""

    header: Header
    record: Mapping[str, Any] = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)


def seal_package(files: Mapping[str, bytes], age_recipient: str, signer: SshSigner) -> bytes:
    """Return `files` signed, filled up and sealed to one recipient (`age1…`).

    `referral.json` must be among them (`nrm.referral.document.referral_json`), besides at most `plan.txt` and
    `attachments/NAME`.

    INVARIANT (sealed as it is opened): what our own `open_package` would refuse for its form is never sealed.

    Raises:
        MisaddressedError: the recipient is no key of age, or the head names another.
        NoPackageError, UnknownFormatError, MoreThanDeclaredError, UnsafeArchiveError, TooLargeError: as on opening.
    """
    inner = write_tar(files)
    header, _, _ = _content(inner)
    _check_recipient(header, age_recipient)
    outer = write_tar({_TAR: inner, _SIGNATURE: signer.sign(inner, NAMESPACE).encode()})
    if len(outer) > LARGEST // 2:
        raise TooLargeError(Problem("package", 0, "the files are too large for a package", "attach fewer"))
    try:
        recipient = pyrage.x25519.Recipient.from_str(age_recipient)
    except pyrage.RecipientError:
        raise MisaddressedError(Problem("recipient", 0, "it is no key of age", "ask the service for it")) from None
    sealed: bytes = pyrage.encrypt(outer.ljust(padded(len(outer)), b"\0"), [recipient])
    return sealed


def open_package(sealed: bytes, identity: str, signers: Iterable[str], now: datetime, seen: Seen) -> Opened:
    """Open a package, or refuse it; a message counts as seen only when everything else was in order.

    `identity` is `AGE-SECRET-KEY-1…`, `signers` are lines of `allowed_signers` or of `.pub` files, `now` is aware.

    Raises:
        ExpiredError, FutureError: now is not the time for it.
        ReplayedError: its message was opened before.
        PackageError: as in `read_package`.
    """
    opened = read_package(sealed, identity, signers)
    check_time(opened.header, now)
    if not seen.add(opened.header.message, opened.header.expires_at):
        what = "a package with this message was opened before"
        raise ReplayedError(Problem("package", 0, what, "look for what you did with the first one"))
    return opened


def read_package(sealed: bytes, identity: str, signers: Iterable[str]) -> Opened:
    """Open a package and check all but the time: it is whole, for this key, and by somebody whom we know.

    Raises:
        TooLargeError: larger than any package.
        NoPackageError: not an age file, or not a package; also when `identity` is no key of age.
        MisaddressedError: sealed for another key, or meant for another.
        TamperedPackageError: altered, or cut short.
        UnsafeArchiveError: a tar in it is none of ours.
        SignatureRefusedError, UnknownSignerError: the signature is false, or of nobody whom we know.
        UnknownFormatError, MoreThanDeclaredError: as in `nrm.referral.document.read_document`.
    """
    known = allowed_signers(signers)
    parts = read_tar(_decrypted(sealed, identity), _PARTS)
    if parts.keys() != {_TAR, _SIGNATURE}:
        raise NoPackageError(Problem("package", 0, f"`{_TAR}` or `{_SIGNATURE}` is missing in it", _ASK))
    names = _signed_by(parts[_TAR], parts[_SIGNATURE], known)
    # From here on the content is the word of somebody whom we know.
    header, record, files = _content(parts[_TAR])
    if not any(one.names is None or header.sender in one.names for one in names):
        what = f"the key that signed it is not known as a key of `{header.sender}`"
        raise UnknownSignerError(Problem("package", 0, what, "tell both: one wrote in the name of the other"))
    _check_recipient(header, recipient_of(identity))
    return Opened(header, record, files)


def check_time(header: Header, now: datetime) -> None:
    """Refuse a head that does not count now. Raises `ExpiredError` or `FutureError`.

    INVARIANT (a revocation is never too late): it only takes away, so it counts whenever it arrives.
    """
    if header.sent_at > now + SKEW:
        what = "it was sent later than now"
        raise FutureError(
            Problem("package", 0, what, "look at the clock of this machine; if that is right, ask the sender")
        )
    if header.kind == "referral" and header.expires_at <= now:
        raise ExpiredError(Problem("package", 0, "its time is over", "delete it; ask the sender if it still stands"))


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
        raise TooLargeError(Problem("package", 0, f"it has more than {LARGEST} bytes", _ASK))
    if not sealed.startswith(_AGE):
        raise NoPackageError(Problem("package", 0, "it is not a file of age", "check that this is the right file"))
    try:
        outer: bytes = pyrage.decrypt(sealed, [_identity(identity)])
    except pyrage.DecryptError as fault:
        if "No matching keys" in str(fault):
            what = "it was not sealed for this key"
            todo = "open it with the key that you gave the sender, or ask which one it is for"
            raise MisaddressedError(Problem("package", 0, what, todo)) from None
        raise TamperedPackageError(Problem("package", 0, "it was altered or cut short on its way", _ASK)) from None
    return outer


def _identity(identity: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(identity)
    except pyrage.IdentityError:
        what = "the text is no secret key of age"
        raise NoPackageError(Problem("identity", 0, what, "give what `age-keygen` wrote")) from None


def _signed_by(inner: bytes, signature: bytes, known: tuple[AllowedSigner, ...]) -> list[AllowedSigner]:
    armored = signature.decode("ascii", "replace")
    claimed = parse(armored).public
    found = [one for one in known if one.allows(claimed, NAMESPACE)]
    if not found:
        what = "it is signed with a key that you do not know"
        raise UnknownSignerError(Problem("package", 0, what, "do not believe it; ask the sender on the phone"))
    verify(claimed, inner, armored, NAMESPACE)
    return found


def _content(inner: bytes) -> tuple[Header, dict[str, Any], dict[str, bytes]]:
    files = read_tar(inner, _FILES)
    if DOCUMENT not in files:
        raise NoPackageError(Problem("package", 0, f"`{DOCUMENT}` is missing in it", _ASK))
    return *read_document(files[DOCUMENT]), files


def _check_recipient(header: Header, age_recipient: str) -> None:
    if header.recipient.age != age_recipient:
        what = "it is meant for somebody with another key"
        todo = "do not read on; tell the sender that somebody passed it on to you"
        raise MisaddressedError(Problem("package", 0, what, todo))


_ASK = "do not use it; ask the sender for it again"
