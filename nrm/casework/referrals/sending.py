"""Seal what a service may have and put the package into the outbox; or the revocation of what it was sent.

INVARIANT (minimal): a package is made of opened groups that `nrm.referral.disclosure.permission` names, of attachments
of these groups, and of no other word of the record.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID, uuid4

from nrm.casework.items import MESSAGE
from nrm.casework.ports import GroupRow
from nrm.casework.ports_referral import OutboxRow
from nrm.casework.referrals.attaching import packed
from nrm.referral.contents import contents, pick, revocation
from nrm.referral.header import Header, Recipient
from nrm.referral.package import seal_package
from nrm.vault.errors import MisplacedError, of_vault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nrm.casework.desk import Desk
    from nrm.casework.journal import Journal
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.safe import OpenCase
    from nrm.referral.header import Attached
    from nrm.referral.referral import Referral

REVOCATION_COUNTS: Final = timedelta(days=3650)
"""A revocation must be read whenever it is found."""

PACKAGE, REVOCATION = "package", "revocation"
"""The kinds of messages in the outbox."""


@dataclass(frozen=True)
class Posted:
    """A message that lies in the outbox, and the SHA-256 of its sealed bytes in hexadecimal."""

    message: UUID
    digest: str


def post_package(
    desk: Desk,
    unit: UnitOfWork,
    journal: Journal,
    case: OpenCase,
    opened: Mapping[str, bytes],
    referral: Referral,
    sources: Sequence[str],
) -> Posted:
    """Seal what a referral may carry of the opened groups, with its attachments, and put it into the outbox.

    Raises:
        NoSuchAttachmentError, NotPermittedError, VaultError: of an attachment.
    """
    attached, data = packed(unit, case, referral)
    header = _header(desk, referral, "referral", sources, attached)
    files = contents(header, pick(opened, referral), desk.counter.speaker(referral.language))
    posted = _post(desk, unit, case, header, {**files, **data}, PACKAGE)
    if referral.groups:
        journal.write(
            unit,
            "group:disclose",
            case=case,
            groups=referral.groups,
            details={
                "referral": str(referral.id),
                "package": posted.digest,
                "attachments": [str(one) for one in referral.attachments],
            },
            purpose=referral.purpose,
            basis=referral.basis,
        )
    return posted


def post_revocation(desk: Desk, unit: UnitOfWork, case: OpenCase, referral: Referral) -> None:
    """Tell the service, signed and sealed, that a referral ended; a package still in the outbox is taken back.

    What was begun to be delivered may have arrived, so that the revocation follows it all the same.
    """
    waiting = unit.outbox.get(case.case, referral.message) if referral.message is not None else None
    if waiting is not None:
        unit.outbox.done(case.case, waiting.message, waiting.lease)
    if referral.message is None or (waiting is not None and not waiting.attempts and not _known_there(referral)):
        return
    header = _header(desk, referral, "revocation", ())
    _post(desk, unit, case, header, revocation(header, desk.counter.speaker(referral.language)), REVOCATION)


def _known_there(referral: Referral) -> bool:
    """Say whether the service knows of the referral: it fetched the package, or somebody has its answer."""
    return any(one.verb not in {"draft", "send", "revoke"} for one in referral.passed)


def parcel_bytes(case: OpenCase, row: OutboxRow) -> bytes:
    """Return the sealed package of a message.

    Raises:
        MisplacedError: the store has another message in its place.
    """
    held = case.open(GroupRow(MESSAGE, 1, row.sealed))
    label = _label(row.message, row.about, row.kind)
    if not held.startswith(label):
        what = "the store has one message of a case in the place of another"
        raise MisplacedError(of_vault(what, "restore a backup"))
    return held[len(label) :]


def _label(message: UUID, about: UUID, kind: str) -> bytes:
    """Return what stands before a sealed package: which message it is, of which referral, and of which kind."""
    return message.bytes + about.bytes + kind.encode() + b"\0"


def _header(
    desk: Desk,
    referral: Referral,
    kind: Literal["referral", "revocation"],
    sources: Sequence[str],
    attached: tuple[Attached, ...] = (),
) -> Header:
    source, name = referral.service
    now = desk.clock()
    return Header(
        kind=kind,
        sender=desk.counter.origin,
        referral=referral.id,
        message=uuid4(),
        replaces=referral.message,
        recipient=Recipient(source=source, id=name, kind=referral.recipient, age=referral.age),
        offer=referral.offer,
        disclosure=referral.disclosure,
        purpose=referral.purpose,
        basis=referral.basis,
        duty=referral.duty,
        sources=tuple(sources),
        groups=referral.groups,
        attachments=attached,
        language=referral.language,
        sent_at=now,
        # A revocation must be read whenever it is found: the package that it ends has an end of its own.
        expires_at=referral.expires_at if kind == "referral" else now + REVOCATION_COUNTS,
    )


def _post(
    desk: Desk, unit: UnitOfWork, case: OpenCase, header: Header, files: Mapping[str, bytes], kind: str
) -> Posted:
    package = seal_package(files, header.recipient.age, desk.counter.signer)
    sealed = case.seal(MESSAGE, 1, _label(header.message, header.referral, kind) + package).sealed
    unit.outbox.add(OutboxRow(header.message, case.case, header.referral, kind, header.sent_at, sealed))
    return Posted(header.message, hashlib.sha256(package).hexdigest())
