"""Which attachments of a case go with a referral.

INVARIANT (an attachment goes with its group): one is sent only where the group that it was put under is sent.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from nrm.casework.asked import NotPermittedError
from nrm.casework.attachment_errors import AttachmentTooLargeError, NoSuchAttachmentError
from nrm.casework.cases.attachments import attachment_of, attachments_of, content_of
from nrm.casework.cases.media import MEDIA
from nrm.referral.header import Attached
from nrm.referral.package import ATTACHMENTS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from nrm.casework.attachment import Attachment
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.safe import OpenCase
    from nrm.referral.referral import Referral

MOST: Final = 32
"""Attachments of one package at most."""
MOST_BYTES: Final = 15 << 20
"""Bytes of them at most, because a package is sealed in one piece."""


def chosen(unit: UnitOfWork, case: OpenCase, wanted: Sequence[UUID]) -> tuple[Attachment, ...]:
    """Return the attachments that somebody named for a package, each once.

    Raises:
        NoSuchAttachmentError: the case has no such one.
        AttachmentTooLargeError: they are too many, or too large together.
    """
    there = {one.id: one for one in attachments_of(unit, case)} if wanted else {}
    if not there.keys() >= set(wanted):
        raise NoSuchAttachmentError
    found = tuple(there[one] for one in dict.fromkeys(wanted))
    if len(found) > MOST or sum(one.size for one in found) > MOST_BYTES:
        what = f"a package carries at most {MOST} attachments and {MOST_BYTES} bytes of them"
        raise AttachmentTooLargeError(what, "send fewer, or smaller ones")
    return found


def still_there(unit: UnitOfWork, case: OpenCase, wanted: Sequence[UUID]) -> tuple[Attachment, ...]:
    """Return those of these attachments that the case still has, in order."""
    there = {one.id: one for one in attachments_of(unit, case)} if wanted else {}
    return tuple(there[one] for one in wanted if one in there)


def going_with(attachments: Sequence[Attachment], groups: Collection[str]) -> tuple[UUID, ...]:
    """Return the attachments that go where these groups go."""
    return tuple(one.id for one in attachments if one.group in groups)


def check_disclosed(attachments: Sequence[Attachment], groups: Collection[str]) -> None:
    """Refuse attachments whose groups the service may not have. Raises `NotPermittedError`."""
    beyond = sorted({one.group for one in attachments} - set(groups))
    if beyond:
        named = ", ".join(f"`{group}`" for group in beyond)
        raise NotPermittedError("not_disclosable", f"the service may not have attachments of {named}")


def packed(unit: UnitOfWork, case: OpenCase, referral: Referral) -> tuple[tuple[Attached, ...], dict[str, bytes]]:
    """Return the attachments of a referral as its package names them, and their bytes by these names.

    Raises:
        NoSuchAttachmentError: one was removed meanwhile.
        NotPermittedError: one is of a group that the referral does not carry.
        VaultError: one is not as it was sealed.
    """
    named, files = [], {}
    for number, wanted in enumerate(referral.attachments, 1):
        one = attachment_of(unit, case, wanted)
        check_disclosed((one,), referral.groups)
        data = content_of(unit, case, one)
        file = f"{ATTACHMENTS}{number}.{MEDIA[one.media][0]}"
        digest = hashlib.sha256(data).hexdigest()
        named.append(Attached(file=file, media=one.media, size=len(data), sha256=digest, group=one.group))
        files[file] = data
    return tuple(named), files
