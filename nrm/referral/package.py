"""A referral package: some files for one service, signed by the mechanism and sealed so that only the service opens it.

Inside out: a tar of `referral.json`, `plan.txt` and `attachments/…`; its SSHSIG signature; a tar of both, with zeros
after it; all that encrypted with age (https://age-encryption.org/v1) to one X25519 recipient. Stock `age`, `tar` and
`ssh-keygen` open and check it (docs/services.md). Age says nothing of the sender, hence the signature; the signature
covers the name and the key of the recipient, so that nobody who opened a package can seal it again for somebody else in
the sender's name.

INVARIANT (size says little): the plaintext is filled up to 64 KiB, and above that by Padmé
(https://bford.info/pub/sec/purb.pdf §4), so that length betrays at most a few bits: a package with an identity and one
without, and a revocation, are of one size. Attachments make one larger.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from nrm.errors import Problem
from nrm.referral.archive import read_tar, write_tar
from nrm.referral.document import DOCUMENT, read_document
from nrm.referral.package_errors import (
    ExpiredError,
    FutureError,
    MoreThanDeclaredError,
    NoPackageError,
    ReplayedError,
)
from nrm.referral.sealing import (
    ASK,
    LARGEST,
    LEAST,
    check_recipient,
    check_sender,
    open_tar,
    padded,
    recipient_of,
    seal_tar,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from nrm.referral.header import Header
    from nrm.referral.sshsig import SshSigner

__all__ = [
    "LARGEST",
    "LEAST",
    "NAMESPACE",
    "PLAN",
    "SKEW",
    "Opened",
    "check_time",
    "open_package",
    "padded",
    "read_package",
    "recipient_of",
    "seal_package",
]

NAMESPACE: Final = "referral@nrm"
"""What the signature of a package is for (`ssh-keygen -Y verify -n`)."""
PLAN: Final = "plan.txt"
ATTACHMENTS: Final = "attachments/"

SKEW: Final = timedelta(minutes=5)
"""By how much the clocks of sender and receiver may differ."""

_FILES = re.compile(r"referral\.json|plan\.txt|attachments/[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9])?")


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
    check_recipient(header.recipient.age, age_recipient)
    return seal_tar(inner, age_recipient, signer, NAMESPACE)


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
    inner, names = open_tar(sealed, identity, signers, NAMESPACE)
    # From here on the content is the word of somebody whom we know.
    header, record, files = _content(inner)
    check_sender(names, header.sender)
    check_recipient(header.recipient.age, recipient_of(identity))
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


def _content(inner: bytes) -> tuple[Header, dict[str, Any], dict[str, bytes]]:
    files = read_tar(inner, _FILES)
    if DOCUMENT not in files:
        raise NoPackageError(Problem("package", 0, f"`{DOCUMENT}` is missing in it", ASK))
    header, record = read_document(files[DOCUMENT])
    _check_attachments(header, files)
    return header, record, files


def _check_attachments(header: Header, files: Mapping[str, bytes]) -> None:
    """Refuse attachments that are not, byte for byte, those that the head names: each, once, and no other."""
    named = {one.file: one for one in header.attachments}
    there = {name: data for name, data in files.items() if name.startswith(ATTACHMENTS)}
    if there.keys() - named.keys():
        what = "it holds attachments that its head does not name"
        raise MoreThanDeclaredError(Problem("package", 0, what, "do not read them; tell the sender"))
    if len(named) != len(header.attachments) or any(
        len(data := there.get(name, b"")) != one.size or hashlib.sha256(data).hexdigest() != one.sha256
        for name, one in named.items()
    ):
        raise NoPackageError(Problem("package", 0, "an attachment is missing in it, or is not what its head says", ASK))
