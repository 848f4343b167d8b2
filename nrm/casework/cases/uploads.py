"""Attachments that are on their way in: their parts are kept over several units of work, and count for nothing yet.

INVARIANT (half an attachment is none): what has come is only found through the record of its upload. The last unit of
work takes that record away and puts the attachment into the case; whatever breaks off before leaves no attachment, and
its parts are removed, by whoever began or else by the worker.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from pydantic import AwareDatetime

from nrm.casework.attachment_errors import AttachmentTooLargeError, UploadOverError
from nrm.casework.cases.media import Inspection
from nrm.casework.errors import NoSuchCaseError, ShreddedError
from nrm.casework.journal import Journal
from nrm.casework.registry import Record, Register
from nrm.casework.safe import OpenCase
from nrm.casework.work import worker
from nrm.rulebook.wording import Model
from nrm.vault.errors import VaultError
from nrm.vault.parts import in_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.work import Work
    from nrm.vault.parts import PartsKey

LONGEST: Final = timedelta(hours=1)
"""An upload that is older was broken off."""

ADD: Final = "attachment:add"


class Upload(Model):
    """An attachment that is on its way in: of which case, and since when; its identifier is that of its record."""

    case: UUID
    at: AwareDatetime


_UPLOADS: Final = Register("upload", Upload)


@dataclass(frozen=True)
class Begun:
    """An upload that was begun, and the key for its parts."""

    case: UUID
    attachment: UUID
    key: PartsKey


@dataclass(frozen=True)
class Taken:
    """What came: its media type by its content, bytes, SHA-256 in hexadecimal, and parts."""

    media: str
    size: int
    sha256: str
    parts: int


def begin(work: Work) -> Begun:
    """Note that an upload begins."""
    case, attachment = work.case.case, uuid4()
    _UPLOADS.add(work.desk, work.unit, attachment, Upload(case=case, at=work.desk.clock()))
    return Begun(case, attachment, work.case.parts_key(attachment))


def take(desk: Desk, begun: Begun, chunks: Iterable[bytes], most: int) -> Taken:
    """Seal what comes, part by part, each in a unit of work; at most two parts are in memory, and none is in a file.

    Raises:
        MediaRefusedError: it is of no type that is kept.
        AttachmentTooLargeError: more than `most` bytes.
        UploadOverError: it took too long.
        NoSuchCaseError, ShreddedError, StoreError: the case or the store is gone; and whatever `chunks` raises.
    """
    seen, digest, size = Inspection(), hashlib.sha256(), 0
    for number, (part, last) in enumerate(in_parts(chunks)):
        size += len(part)
        if size > most:
            raise AttachmentTooLargeError(f"it has more than {most} bytes", "make it smaller, or add it in pieces")
        seen.feed(part)
        digest.update(part)
        sealed = begun.key.seal(number, part, last=last)
        desk.store.run(partial(_put, begun=begun, number=number, sealed=sealed))
    return Taken(seen.end(), size, digest.hexdigest(), number + 1)


def _put(unit: UnitOfWork, begun: Begun, number: int, sealed: bytes) -> None:
    unit.attachments.add(begun.case, begun.attachment, number, sealed)  # holds the case, so that nobody removes it now
    if unit.registry.get(_UPLOADS.kind, begun.attachment) is None:
        raise UploadOverError


def end(unit: UnitOfWork, begun: Begun) -> None:
    """Take the record of an upload away, because it is whole. Raises `UploadOverError` when somebody did already."""
    if not _UPLOADS.remove(unit, begun.attachment):
        raise UploadOverError


def give_up(unit: UnitOfWork, case: UUID, attachment: UUID) -> bool:
    """Remove what has come of an upload; False when it has ended already, whole or not."""
    if not _UPLOADS.remove(unit, attachment):
        return False
    with suppress(NoSuchCaseError, ShreddedError):  # then it went with the case
        unit.attachments.remove(case, attachment)
    return True


def clean_up(desk: Desk) -> int:
    """Remove what was left by uploads that were broken off, as the worker; return how many there were.

    A record that somebody altered ends this and nothing else: clocks must go on.

    Raises:
        StoreError: the store cannot be used.
    """
    done, after = 0, None
    before = desk.clock() - LONGEST
    with suppress(VaultError):
        while found := desk.store.run(partial(_UPLOADS.listed, desk, after=after)):
            over = [one for one in found if one.thing.at <= before]
            done += sum(desk.store.run(partial(_clean, desk, upload=one)) for one in over)
            after = found[-1].row.record
    return done


def _clean(desk: Desk, unit: UnitOfWork, upload: Record[Upload]) -> bool:
    """Remove one; that it came to nothing is an entry of its case, while that can be opened."""
    case = upload.thing.case
    if not give_up(unit, case, upload.row.record):
        return False
    with suppress(NoSuchCaseError, ShreddedError, VaultError):  # what cannot be opened was removed all the same
        row = unit.cases.get(case)
        open_ = OpenCase.of(row, desk.keyring)
        told = {"attachment": str(upload.row.record)}
        journal = Journal(desk, worker(row.organisation))
        journal.write(unit, ADD, case=open_, details=told, denied=("failed", "timed_out"))
    return True
