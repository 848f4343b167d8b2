"""Files that are kept with a case: added and read part by part, listed, and removed.

INVARIANT (never in the clear): the bytes of an attachment are in the memory of the program, two parts at a time, and
nowhere else unsealed: no file, no log, no error. Its name is sealed too, for it may be a person's.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nrm.casework.attachment import KIND, Attachment
from nrm.casework.attachment_errors import AttachmentTooLargeError, NoSuchAttachmentError
from nrm.casework.cases import uploads
from nrm.casework.cases.names import clean_name
from nrm.casework.items import add_item, items_of
from nrm.casework.journal import Journal
from nrm.casework.work import Work, held, on_case
from nrm.errors import NrmError, Problem, UnknownNameError, nearest
from nrm.rulebook.vocabulary import GROUPS
from nrm.vault.errors import MisplacedError, of_vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.safe import OpenCase
    from nrm.vault.parts import PartsKey

EVIDENCE: Final = "evidence"
"""The group of an attachment for which no other is named."""

READ, REMOVE = "attachment:read", "attachment:remove"


def add(desk: Desk, asked: Asked, case: UUID, name: str, chunks: Iterable[bytes], group: str = EVIDENCE) -> Attachment:
    """Keep a file with a case; one that the case has already, byte for byte, is returned as it stands there.

    `chunks` may be of any size; nothing is asked of them before the asker was let in.

    Raises:
        MediaRefusedError, AttachmentTooLargeError: this file is not kept, or not beside the others.
        UploadOverError: it took too long.
        UnknownNameError: there is no such group.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError, StoreError: as `on_case`; and what `chunks` raises.
    """
    journal = Journal(desk, asked)
    # That an upload began is no answer to anybody: what is to be kept with the result waits for the last unit of work.
    silent = replace(desk, after=_nothing)
    begun = on_case(silent, asked, case, uploads.ADD, lambda work: _begin(work, group), groups=(group,))
    try:
        try:
            taken = uploads.take(desk, begun, chunks, desk.attachments.bytes_each)
            clean = clean_name(name, taken.media)
        except Exception as error:
            journal.failed(uploads.ADD, error, (group,))
            raise
        return on_case(
            desk, asked, case, uploads.ADD, lambda work: _end(work, begun, taken, clean, group), groups=(group,)
        )
    except BaseException:
        with suppress(NrmError):  # the worker does it later
            desk.store.run(lambda unit: uploads.give_up(unit, case, begun.attachment))
        raise


def attachments(desk: Desk, asked: Asked, case: UUID) -> list[Attachment]:
    """Return the attachments of a case, the oldest first (errors as of `read`)."""

    def found(work: Work) -> list[Attachment]:
        there = attachments_of(work.unit, work.case)
        groups = sorted({one.group for one in there})
        _let_in(work, READ, *groups)
        work.journal.write(work.unit, READ, case=work.case, groups=groups)
        return there

    return on_case(desk, asked, case, READ, found)


def read(desk: Desk, asked: Asked, case: UUID, attachment: UUID) -> tuple[Attachment, Iterator[bytes]]:
    """Return one attachment and its bytes; that it was read is an entry before the first byte is asked for.

    That it could not be read to its end is another entry.

    INVARIANT (nothing unverified): each part is handed out only when its tag verified, and the last one only when all
    of them together have the SHA-256 that was written down; whoever got no end has not got the file.

    Raises:
        NoSuchAttachmentError: the case has none with this identifier.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError, StoreError: as `on_case`; the last two also while
            the bytes are read.
    """
    keys: list[PartsKey] = []

    def opened(work: Work) -> Attachment:
        one = attachment_of(work.unit, work.case, attachment)
        _let_in(work, READ, one.group)
        work.journal.write(work.unit, READ, case=work.case, groups=(one.group,), details=_told(one))
        keys.append(work.case.parts_key(one.id))
        return one

    one = on_case(desk, asked, case, READ, opened)

    def part(number: int) -> bytes | None:
        return desk.store.run(lambda unit: unit.attachments.part(case, one.id, number))

    def told() -> Iterator[bytes]:
        try:
            yield from _verified(one, keys[-1], part)
        except NrmError as error:
            Journal(desk, asked).failed(READ, error, (one.group,))
            raise

    return one, told()


def remove(desk: Desk, asked: Asked, case: UUID, attachment: UUID) -> None:
    """Remove an attachment and its bytes; what was sent to a service stays there (errors as of `read`)."""

    def gone(work: Work) -> None:
        one = attachment_of(work.unit, work.case, attachment)
        _let_in(work, REMOVE, one.group)
        work.unit.items.remove(case, KIND, one.id)
        work.unit.attachments.remove(case, one.id)
        work.journal.write(work.unit, REMOVE, case=work.case, groups=(one.group,), details=_told(one))

    on_case(desk, asked, case, REMOVE, gone)


def attachments_of(unit: UnitOfWork, case: OpenCase) -> list[Attachment]:
    """Return the attachments of an open case, the oldest first."""
    return [one for _, one in items_of(unit, case, KIND, Attachment)]


def attachment_of(unit: UnitOfWork, case: OpenCase, attachment: UUID) -> Attachment:
    """Return one attachment of an open case. Raises `NoSuchAttachmentError`."""
    found = next((one for one in attachments_of(unit, case) if one.id == attachment), None)
    if found is None:
        raise NoSuchAttachmentError
    return found


def content_of(unit: UnitOfWork, case: OpenCase, one: Attachment) -> bytes:
    """Return all bytes of an attachment, for what must be sealed as a whole. Raises `VaultError`."""

    def part(number: int) -> bytes | None:
        return unit.attachments.part(case.case, one.id, number)

    return b"".join(_verified(one, case.parts_key(one.id), part))


def _begin(work: Work, group: str) -> uploads.Begun:
    if group not in GROUPS:
        raise UnknownNameError(Problem("--group", 0, f"there is no group `{group}`", nearest(group, GROUPS)))
    _check_room(work, 1)
    return uploads.begin(work)


def _end(work: Work, begun: uploads.Begun, taken: uploads.Taken, name: str, group: str) -> Attachment:
    uploads.end(work.unit, begun)
    same = next((one for one in attachments_of(work.unit, work.case) if one.sha256 == taken.sha256), None)
    if same is not None:
        work.unit.attachments.remove(begun.case, begun.attachment)
        work.journal.write(work.unit, uploads.ADD, case=work.case, groups=(same.group,), details=_told(same))
        return same
    _check_room(work, taken.size)
    added = Attachment.model_validate(
        {"id": begun.attachment, "name": name, "group": group, "added_at": work.desk.clock(), **vars(taken)}
    )
    add_item(work.unit, work.case, KIND, added.added_at, added)
    work.journal.write(work.unit, uploads.ADD, case=work.case, groups=(group,), details=_told(added))
    return added


def _check_room(work: Work, size: int) -> None:
    """Refuse one more attachment than the case may have. Raises `AttachmentTooLargeError`."""
    there, limits = attachments_of(work.unit, work.case), work.desk.attachments
    todo = "remove one that is needed no more"
    if len(there) >= limits.most:
        raise AttachmentTooLargeError(f"the case has {limits.most} attachments, and may not have more", todo)
    if sum(one.size for one in there) + size > limits.bytes_of_case:
        raise AttachmentTooLargeError(f"the case would have more than {limits.bytes_of_case} bytes of them", todo)


def _let_in(work: Work, verb: str, *groups: str) -> None:
    """Let pass whose purpose needs these groups, which are known only now. Raises `NotPermittedError`."""
    held(work.desk, work.unit, work.asked, work.case.case, verb, groups)


def _verified(one: Attachment, key: PartsKey, part: Callable[[int], bytes | None]) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for number in range(one.parts):
        sealed, last = part(number), number == one.parts - 1
        if sealed is None:
            raise _altered("a part of an attachment is gone from the store, or was removed meanwhile")
        plain = key.open(number, sealed, last=last)
        digest.update(plain)
        if last and digest.hexdigest() != one.sha256:
            raise _altered("the parts of an attachment are not those that were written down")
        yield plain


def _altered(what: str) -> MisplacedError:
    return MisplacedError(of_vault(what, "look whether it is still there; if so, restore a backup"))


def _told(one: Attachment) -> dict[str, str]:
    return {"attachment": str(one.id)}


def _nothing(_unit: UnitOfWork, _result: object) -> None:
    """Keep nothing."""
