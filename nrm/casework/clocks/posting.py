"""Carry what lies in the outbox to the services: with a lease, again and again, its effect once for the receiver.

INVARIANT (delivered once): a message keeps its identifier at every try, so that a receiver knows it again; it leaves
the outbox only when it arrived, when the service answered, or when the referral ended.

INVARIANT (no key while it travels): bytes are opened in one unit of work and delivered outside of any.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, Protocol
from uuid import UUID, uuid4

from nrm.casework.clocks.follow_up import need_person
from nrm.casework.errors import NoSuchCaseError, ShreddedError
from nrm.casework.items import opened_referral
from nrm.casework.journal import Journal
from nrm.casework.referrals.sending import PACKAGE, parcel_bytes
from nrm.casework.referrals.steps import take
from nrm.casework.safe import OpenCase
from nrm.casework.work import Work, worker
from nrm.directory.sidecar import Delivery
from nrm.referral.package_errors import PackageError
from nrm.referral.reply import read_reply
from nrm.vault.errors import VaultError

if TYPE_CHECKING:
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.ports_referral import OutboxRow
    from nrm.referral.tasks import TaskCode

LEASE: Final = timedelta(minutes=5)
"""How long a worker may have a message; longer than one try can take."""

UNOPENED: Final = timedelta(hours=1)
"""How long a message rests whose case cannot be opened."""

AT_ONCE: Final = 16
"""Messages that a worker takes at a time."""

Kind = Literal["package", "revocation"]
Ending = Literal["delivered", "later", "impossible", "waiting"]


@dataclass(frozen=True)
class Tried:
    """How one try to deliver ended; `code` says why it failed, `after` when to try again, `receipt` what came back."""

    ending: Ending
    code: str | None = None
    after: timedelta | None = None
    told: bool = False
    receipt: bytes | None = None


class Carry(Protocol):
    """Delivers one message; `attempts` counts this try too."""

    def __call__(self, message: UUID, referral: UUID, body: bytes, way: Delivery, kind: Kind, attempts: int) -> Tried:
        """Try once; never raises for what a service or a network does."""


@dataclass(frozen=True)
class Posted:
    """What became of the messages that one round took."""

    delivered: int = 0
    later: int = 0
    impossible: int = 0
    waiting: int = 0

    def __add__(self, other: Posted) -> Posted:
        return Posted(
            self.delivered + other.delivered,
            self.later + other.later,
            self.impossible + other.impossible,
            self.waiting + other.waiting,
        )

    @property
    def all(self) -> int:
        """How many messages that were."""
        return self.delivered + self.later + self.impossible + self.waiting


def post(desk: Desk, carry: Carry, most: int = AT_ONCE) -> Posted:
    """Take messages that are due, try to deliver each once, and note how it ended."""
    lease = uuid4()
    now = desk.clock()
    rows = desk.store.run(lambda unit: unit.outbox.claim(now, now + LEASE, lease, most))
    done = Posted()
    for row in rows:
        if desk.clock() >= now + LEASE:
            break  # services that hang have used up the lease: the rest is anybody's by now
        ending = _deliver(desk, carry, row, lease)
        if ending is not None:
            done += Posted(**{ending: 1})
    return done


def _deliver(desk: Desk, carry: Carry, row: OutboxRow, lease: UUID) -> Ending | None:
    try:
        body, way = desk.store.run(lambda unit: _ready(desk, unit, row, lease))
    except (NoSuchCaseError, ShreddedError):
        return None  # it was taken back, or shredded, or another worker has it
    except VaultError:
        # One broken case does not keep the others waiting; it is tried again, because a key may come back.
        due = desk.clock() + UNOPENED
        desk.store.run(lambda unit: unit.outbox.later(row.case, row.message, lease, due))
        return "impossible"
    kind: Kind = "package" if row.kind == PACKAGE else "revocation"
    tried = carry(row.message, row.about, body, way, kind, row.attempts)

    def note(unit: UnitOfWork) -> Ending | None:
        try:
            return _note(desk, unit, row, lease, tried)
        except (NoSuchCaseError, ShreddedError):
            return None

    return desk.store.run(note)


def _ready(desk: Desk, unit: UnitOfWork, row: OutboxRow, lease: UUID) -> tuple[bytes, Delivery]:
    """Open one message, and find the way to its service.

    INVARIANT (what was taken back is not sent): a worker takes many messages at a time, so each is looked for again
    just before it is carried.
    """
    lying = unit.outbox.get(row.case, row.message)
    if lying is None or lying.lease != lease:
        raise NoSuchCaseError
    case = OpenCase.of(unit.cases.get(row.case), desk.keyring)
    found = unit.referrals.find(row.about)
    if found is None or found.case != row.case:
        raise NoSuchCaseError
    sidecar = desk.counter.services.sidecar(opened_referral(case, found).service)
    return parcel_bytes(case, row), sidecar.delivery if sidecar is not None else Delivery()


def _note(desk: Desk, unit: UnitOfWork, row: OutboxRow, lease: UUID, tried: Tried) -> Ending | None:
    case = OpenCase.of(unit.cases.get(row.case), desk.keyring)
    asked = worker(case.organisation)
    work = Work(desk, unit, Journal(desk, asked), asked, case)
    referrals = {one.referral: one for one in unit.referrals.of(row.case)}
    found = referrals[row.about]
    if tried.ending == "delivered":
        if not unit.outbox.done(row.case, row.message, lease):
            return None  # somebody else has it, or the referral has ended: they note what became of it
        _receipt(work, row, tried.receipt)
        return tried.ending
    due = desk.clock() + tried.after if tried.after is not None else None
    if not unit.outbox.later(row.case, row.message, lease, due):
        return None
    if tried.told:
        referral = opened_referral(case, found)
        code: TaskCode = "delivery_failed" if row.kind == PACKAGE else "revocation_failed"
        need_person(work, code, about=referral.id, why=(tried.code,) if tried.code else ())
    return tried.ending


def _receipt(work: Work, row: OutboxRow, receipt: bytes | None) -> None:
    """Take the service's signed word that it has the package; what is not signed by it counts for nothing."""
    found = next(one for one in work.unit.referrals.of(row.case) if one.referral == row.about)
    referral = opened_referral(work.case, found)
    sidecar = work.desk.counter.services.sidecar(referral.service)
    key = sidecar.signing_key if sidecar is not None and sidecar.confirmed is not None else None
    if row.kind != PACKAGE or receipt is None or key is None or referral.state != "sent":
        return
    try:
        reply = read_reply(receipt, key, work.desk.clock())
    except PackageError:
        return
    if (reply.referral, reply.message, reply.verb) == (referral.id, row.message, "receive"):
        take(work, found, referral, "receive", by="provider")
