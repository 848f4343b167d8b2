"""The session of a person, or of a child's guardian: one case, half an hour without a word, and nothing of others.

INVARIANT (a session opens one case): which case it is stands in the sealed record of the session, and nothing that is
sent with a request can name another one.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeVar
from uuid import UUID, uuid4

from pydantic import AwareDatetime

from nrm.access import Case
from nrm.casework.asked import Asked, NotPermittedError, permit
from nrm.casework.cases.last_plan import last_plan
from nrm.casework.errors import NoSuchCaseError, NoSuchRecordError, ShreddedError, StaleVersionError
from nrm.casework.items import ACCESS_LINK, items_of
from nrm.casework.journal import Journal
from nrm.casework.registry import Register
from nrm.casework.safe import OpenCase
from nrm.casework.work import Work
from nrm.rulebook.wording import Language, Model

if TYPE_CHECKING:
    from collections.abc import Callable

    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.ports_referral import ItemRow
    from nrm.casework.registry import Record

T = TypeVar("T")

PERSON: Final = "person"
LEAVE: Final = "session:end"
IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=4)
TOUCHED: Final = timedelta(minutes=1)
"""A session is kept alive at most so often, so that requests that come together do not get in each other's way."""
TOKEN_BYTES: Final = 32

TO_GUARDIAN: Final = "share_with_guardian"
"""What a plan must disclose before a guardian sees anything of the case."""

Speaks = Literal["person", "guardian"]
Voice = Literal["self", "guardian"]

_NOBODY: Final = UUID(int=0)


class AccessLink(Model):
    """A link as it is kept with the case, so that it dies with it; `made_by` is the account that made it."""

    id: UUID
    at: AwareDatetime
    until: AwareDatetime
    made_by: UUID
    speaks: Speaks
    language: Language
    opened: AwareDatetime | None = None
    ended: AwareDatetime | None = None


class PersonSession(Model):
    """A session as it is kept: `named` is the SHA-256 of its token in hexadecimal, `link` the item of the case."""

    named: str
    case: UUID
    link: UUID
    speaks: Speaks
    language: Language
    began: AwareDatetime


SESSIONS: Final = Register("person_session", PersonSession, lambda one: bytes.fromhex(one.named))


@dataclass(frozen=True)
class Begun:
    """A session that began; its token is told once and kept nowhere."""

    token: str = field(repr=False)
    speaks: Speaks
    language: Language
    until: datetime


@dataclass(frozen=True)
class Own:
    """One unit of work on somebody's own case."""

    work: Work
    session: PersonSession

    @property
    def voice(self) -> Voice:
        """Who speaks, as the ledger of consents has it."""
        return "self" if self.session.speaks == PERSON else "guardian"


def digest(token: str) -> bytes:
    """Return the SHA-256 of a token, by which it is found."""
    return hashlib.sha256(token.encode()).digest()


def somebody() -> Asked:
    """Return who asks before anybody knows whose case it is."""
    return Asked(_NOBODY, _NOBODY, PERSON, source="api")


def own_asked(case: OpenCase) -> Asked:
    """Return who asks in their own case; no pseudonym is made of it."""
    return Asked(case.case, case.organisation, PERSON, source="api")


def begin(desk: Desk, unit: UnitOfWork, case: UUID, link: AccessLink) -> Begun:
    """Begin a session with a link that was opened."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = desk.clock()
    session = PersonSession(
        named=digest(token).hex(), case=case, link=link.id, speaks=link.speaks, language=link.language, began=now
    )
    SESSIONS.add(desk, unit, uuid4(), session, until=now + IDLE)
    return Begun(token, link.speaks, link.language, now + IDLE)


def access_links(unit: UnitOfWork, case: OpenCase) -> list[tuple[ItemRow, AccessLink]]:
    """Return every link that was made to a case, the oldest first, with their rows."""
    return items_of(unit, case, ACCESS_LINK, AccessLink)


def may_speak(unit: UnitOfWork, case: OpenCase, speaks: Speaks) -> bool:
    """Say whether they may come in today.

    INVARIANT (a guardian hears what the rules tell a guardian): only while the newest plan treats the person as a child
    and discloses to the guardian.
    """
    if speaks == PERSON:
        return True
    plan = last_plan(unit, case)
    return plan.child and TO_GUARDIAN in plan.disclosures


def as_person(desk: Desk, token: str, verb: str, do: Callable[[Own], T]) -> T:
    """Do something in the case of whoever has this session, in one unit of work.

    Raises:
        SessionOverError: there is no such session (any more), or the case is gone.
        NotPermittedError: the policies let nobody do this in their own case.
        and what `do` raises.
    """
    _touch(desk, token)

    def work(unit: UnitOfWork) -> T:
        held = _held(desk, unit, token)
        try:
            case = OpenCase.of(unit.cases.get(held.thing.case), desk.keyring)
        except (NoSuchCaseError, ShreddedError):
            raise SessionOverError from None
        links = [one for _, one in access_links(unit, case) if one.id == held.thing.link]
        if any(one.ended is not None for one in links) or not links or not may_speak(unit, case, held.thing.speaks):
            raise SessionOverError
        asked = own_asked(case)
        if verb != LEAVE:  # whoever holds a session can end it
            permit(asked, verb, Case(case.case, case.organisation))
        return do(Own(Work(desk, unit, Journal(desk, asked), asked, case), held.thing))

    return Journal(desk, somebody()).attempt(verb, work)


def case_of(desk: Desk, token: str, verb: str) -> UUID:
    """Return the case that a session opens, to whoever may do `verb` in it (errors as of `as_person`)."""
    return as_person(desk, token, verb, lambda own: own.work.case.case)


def leave(desk: Desk, token: str) -> None:
    """End the session. Raises `SessionOverError` when there is none."""

    def end(own: Own) -> None:
        held = _held(desk, own.work.unit, token)
        SESSIONS.remove(own.work.unit, held.row.record)
        own.work.journal.write(own.work.unit, LEAVE, case=own.work.case)

    as_person(desk, token, LEAVE, end)


def _held(desk: Desk, unit: UnitOfWork, token: str) -> Record[PersonSession]:
    held = SESSIONS.named(desk, unit, digest(token))
    now = desk.clock()
    if held is None or held.row.until is None or not held.thing.began <= now < held.row.until:
        raise SessionOverError
    return held


def _touch(desk: Desk, token: str) -> None:
    """Keep a session alive in a unit of work of its own; of two at the same time one is enough."""

    def touch(unit: UnitOfWork) -> None:
        held = SESSIONS.named(desk, unit, digest(token))
        now = desk.clock()
        if held is None or held.row.until is None or now >= held.row.until:
            return
        until = min(now + IDLE, held.thing.began + LONGEST)
        if until - held.row.until >= TOUCHED:
            SESSIONS.change(desk, unit, held, held.thing, until=until)

    with suppress(StaleVersionError, NoSuchRecordError):
        desk.store.run(touch)


class SessionOverError(NotPermittedError):
    """There is no such session, it is over, or what it opened is gone; all three are told alike."""

    def __init__(self) -> None:
        super().__init__("session_over", "this session is over; ask for a new link where you are helped")
