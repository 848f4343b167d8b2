"""Sessions: begun, looked up at each request, and ended.

INVARIANT (a session is new at sign-in): its token is made when somebody has wholly proved who they are, and no token
from before becomes one; so nobody can be made to sign in to a session that another knows (session fixation).
INVARIANT (ended at once): a session is over as soon as its account is suspended or its `epoch` counts up, whatever
became of its record.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from nrm.casework.accounts.door import NOBODY, as_account, before, refuse
from nrm.casework.accounts.errors import SignInDeniedError, nobody, over
from nrm.casework.accounts.registers import ACCOUNTS, SESSIONS, STEPS
from nrm.casework.accounts.rights import permit_own
from nrm.casework.errors import NoSuchRecordError, StaleVersionError
from nrm.casework.journal import Journal
from nrm.signin.session import Session
from nrm.signin.tokens import digest, is_token, new_token

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from nrm.casework.accounts.door import Door
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record
    from nrm.signin.account import Account
    from nrm.signin.session import SessionKind

MOST_LISTED = 1_000


@dataclass(frozen=True)
class SignedIn:
    """Whose session it is."""

    account: Account
    session: Session


@dataclass(frozen=True)
class Begun:
    """A session that has begun, and its token, which is shown this once and kept nowhere."""

    token: str = field(repr=False)
    account: Account
    session: Session


def begin(
    desk: Desk,
    unit: UnitOfWork,
    account: Account,
    kind: SessionKind,
    life: timedelta,
    idle: timedelta | None = None,
    label: str = "",
) -> Begun:
    """Begin a session in this unit of work; whoever calls writes the entry."""
    token, now = new_token(), desk.clock()
    session = Session(
        id=uuid4(),
        account=account.id,
        epoch=account.epoch,
        kind=kind,
        digest=digest(token),
        begun=now,
        used=now,
        ends=now + life,
        idle=None if idle is None else int(idle.total_seconds()),
        label=label,
    )
    SESSIONS.add(desk, unit, session.id, session, owner=account.id, until=session.ends)
    return Begun(token, account, session)


def browser(door: Door, unit: UnitOfWork, account: Account) -> Begun:
    """Begin a session of a browser, with the limits of the settings."""
    limits = door.settings
    life, idle = timedelta(hours=limits.absolute_hours), timedelta(minutes=limits.idle_minutes)
    return begin(door.desk, unit, account, "browser", life, idle)


def session_of(desk: Desk, token: str, source: str = "api", refusing: Callable[[], None] = lambda: None) -> SignedIn:
    """Return whose session a token stands for: two records are read, and at most once a minute one is written.

    `refusing` is called before a refusal goes to the log, and may raise in its place.

    Raises:
        SignInDeniedError: `not_signed_in` when it is none of ours, `session_over` when it is over; on the log.
    """

    def look(unit: UnitOfWork) -> tuple[Account, Record[Session]] | tuple[UUID, SignInDeniedError]:
        held = SESSIONS.named(desk, unit, digest(token).encode()) if is_token(token) else None
        if held is None:
            return NOBODY, nobody()
        kept = ACCOUNTS.get(desk, unit, held.thing.account)
        if kept is None or not _lasts(kept.thing, held.thing, desk.clock()):
            return held.thing.account, over()
        return kept.thing, held

    who, found = desk.store.read(look)  # it keeps no writer waiting, as a unit of work would
    if not isinstance(who, UUID) and not isinstance(found, SignInDeniedError):
        return SignedIn(who, _noted(desk, found))
    assert isinstance(who, UUID)
    assert isinstance(found, SignInDeniedError)
    refusing()
    return refuse(desk, before(who, source), "session:use", found)


def _lasts(account: Account, session: Session, now: datetime) -> bool:
    return account.state == "active" and session.epoch == account.epoch and not session.is_over(now)


def _noted(desk: Desk, held: Record[Session]) -> Session:
    later = held.thing.used_at(desk.clock())
    if later is not None:
        # Another request has noted it, or ended it just now, which the next look finds out.
        with suppress(StaleVersionError, NoSuchRecordError):
            desk.store.run(lambda unit: SESSIONS.change(desk, unit, held, later))
    return later or held.thing


def sign_out(desk: Desk, signed: SignedIn, source: str = "api") -> None:
    """End this session."""
    asked = as_account(signed.account, source)

    def work(unit: UnitOfWork) -> None:
        SESSIONS.remove(unit, signed.session.id)
        Journal(desk, asked).write(unit, "session:end")

    Journal(desk, asked).attempt("session:end", work)


def sessions(desk: Desk, asked: Asked) -> list[Session]:
    """Return one's own sessions and tokens that are not over, the newest first."""

    def work(unit: UnitOfWork) -> list[Session]:
        permit_own(asked, "session:read", asked.who)
        now = desk.clock()
        account = ACCOUNTS.get(desk, unit, asked.who)
        found = SESSIONS.listed(desk, unit, owner=asked.who, most=MOST_LISTED)
        Journal(desk, asked).write(unit, "session:read")
        lasting = [one.thing for one in found if account is not None and _lasts(account.thing, one.thing, now)]
        return sorted(lasting, key=lambda one: one.begun, reverse=True)

    return Journal(desk, asked).attempt("session:read", work)


def revoke(desk: Desk, asked: Asked, session: UUID) -> None:
    """End one of one's own sessions, or take back one of one's own tokens. Raises `NoSuchRecordError`."""

    def work(unit: UnitOfWork) -> None:
        permit_own(asked, "session:revoke", asked.who)
        held = SESSIONS.get(desk, unit, session)
        if held is None or held.thing.account != asked.who:
            raise NoSuchRecordError
        SESSIONS.remove(unit, session)
        Journal(desk, asked).write(unit, "session:revoke")

    Journal(desk, asked).attempt("session:revoke", work)


def revoke_own(desk: Desk, asked: Asked) -> int:
    """End all of one's own sessions and tokens, this one too, and return how many there were."""

    def work(unit: UnitOfWork) -> int:
        permit_own(asked, "session:revoke", asked.who)
        held = ACCOUNTS.get(desk, unit, asked.who)
        if held is None:
            raise NoSuchRecordError
        Journal(desk, asked).write(unit, "session:revoke")
        count = SESSIONS.remove_owned(unit, asked.who)
        ACCOUNTS.change(desk, unit, held, next_epoch(held.thing))
        STEPS.remove_owned(unit, asked.who)
        return count

    return Journal(desk, asked).attempt("session:revoke", work)


def next_epoch(account: Account) -> Account:
    """Return the account after all of its sessions are over."""
    return account.model_copy(update={"epoch": account.epoch + 1})


def end_all(desk: Desk, unit: UnitOfWork, asked: Asked, held: Record[Account], account: Account) -> Record[Account]:
    """Put `account` in the place of what was held, and end all of its sessions, tokens and steps; with its entry."""
    if SESSIONS.remove_owned(unit, account.id):
        Journal(desk, asked).write(unit, "session:revoke")
    STEPS.remove_owned(unit, account.id)
    return ACCOUNTS.change(desk, unit, held, next_epoch(account))
