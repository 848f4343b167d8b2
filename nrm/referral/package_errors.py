"""Why a package, a signature or a reply is refused, each reason with an error of its own.

INVARIANT (nothing half-opened): every one of these means that nothing of the content was handed out. None of them
carries a value of the content: it may be personal data, and errors end in logs.
"""

from __future__ import annotations

from nrm.errors import NrmError


class PackageError(NrmError):
    """The root of these errors: what was sent may not be used."""


class SignatureRefusedError(PackageError):
    """A key or a signature is malformed, or the signature does not fit text, key and namespace."""


class UnknownSignerError(PackageError):
    """Signed by nobody whom we know, or by somebody in the name of another."""


class NoPackageError(PackageError):
    """The bytes are not an age file, or what lies inside has not the form of a package."""


class MisaddressedError(PackageError):
    """Sealed for another key, or sealed for ours and meant for somebody else (surreptitious forwarding)."""


class TamperedPackageError(PackageError):
    """The sealed bytes were altered, or some are missing."""


class UnknownFormatError(PackageError):
    """The content says that it is of a format that this version does not know."""


class UnsafeArchiveError(PackageError):
    """A tar that nobody of ours wrote: a path trick, a link, a device, a name twice, or bytes where none belong."""


class TooLargeError(PackageError):
    """More bytes or files than any package has."""


class MoreThanDeclaredError(PackageError):
    """The record holds groups that the head does not name."""


class ExpiredError(PackageError):
    """The time in which it counts is over."""


class FutureError(PackageError):
    """It says that it was made later than now, by more than clocks differ."""


class ReplayedError(PackageError):
    """A package with this message was opened before."""


class ReplyRefusedError(PackageError):
    """The text of a reply has not the form of a reply."""
