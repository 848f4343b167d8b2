"""A link that leads a person to their own case once, with a PIN that is told by another way.

INVARIANT (a guess is counted before it is looked at): the count is committed first, so that many guesses at the same
time are not more than `MOST_GUESSES` either.
INVARIANT (no link is told from no link): an unknown link, one that is used up and a wrong PIN are told alike and cost
alike: the PIN is always hashed, before the store is asked.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from nrm.access import Case
from nrm.casework.asked import NotPermittedError, permit
from nrm.casework.errors import CaseworkError, NoSuchCaseError, NoSuchRecordError, ShreddedError, StaleVersionError
from nrm.casework.items import ACCESS_LINK, add_item, change_item
from nrm.casework.journal import Journal
from nrm.casework.person.sessions import (
    TOKEN_BYTES,
    AccessLink,
    Begun,
    Speaks,
    access_links,
    begin,
    digest,
    may_speak,
    own_asked,
    somebody,
)
from nrm.casework.registry import Record, Register
from nrm.casework.safe import OpenCase
from nrm.casework.work import Work, on_case
from nrm.errors import Problem, UnknownNameError
from nrm.rulebook.wording import Language, Model

if TYPE_CHECKING:
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork

MOST_DAYS: Final = 30
MOST_GUESSES: Final = 5
PIN_DIGITS: Final = 6

_AT_ONCE: Final = 50
"""How often one guess is counted again because others guessed in the same moment; then it is refused."""

_WRONG: Final = ("denied", "wrong_credentials")


class PersonLink(Model):
    """A link as it is kept: `named` is the SHA-256 of its token, `proof` the hash of its PIN, both in hexadecimal."""

    named: str
    case: UUID
    link: UUID
    proof: str
    guesses: int = 0


LINKS: Final = Register("link", PersonLink, lambda one: bytes.fromhex(one.named))


@dataclass(frozen=True)
class Made:
    """A new link: token and PIN are told once, by two ways, and kept nowhere."""

    link: UUID
    until: datetime
    token: str = field(repr=False)
    pin: str = field(repr=False)


def make_link(
    desk: Desk, asked: Asked, case: UUID, language: Language, days: int = 7, speaks: Speaks = "person"
) -> Made:
    """Make a link to a case for the person, or for a child's guardian; it can be opened once, within `days` (1 to 30).

    Raises:
        UnknownNameError: not so many days.
        NoGuardianError: no guardian may be told: the plan of today treats nobody as a child, or does not disclose.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: the case cannot be opened by this asker, or at all.
    """

    def make(work: Work) -> Made:
        if not 1 <= days <= MOST_DAYS:
            raise UnknownNameError(Problem("days", 0, f"`{days}` is not 1 to {MOST_DAYS}", "make a new link later"))
        if not may_speak(work.unit, work.case, speaks):
            raise NoGuardianError
        token, pin = secrets.token_urlsafe(TOKEN_BYTES), f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
        now = desk.clock()
        until = now + timedelta(days=days)
        item = AccessLink(id=uuid4(), at=now, until=until, made_by=asked.who, speaks=speaks, language=language)
        add_item(work.unit, work.case, ACCESS_LINK, now, item)
        kept = PersonLink(named=digest(token).hex(), case=case, link=item.id, proof=_proof(token, pin))
        LINKS.add(desk, work.unit, item.id, kept, until=until)
        said = {"link": str(item.id), "for": speaks, "until": until.isoformat()}
        work.journal.write(work.unit, "link:make", case=work.case, details=said)
        return Made(item.id, until, token, pin)

    return on_case(desk, asked, case, "link:make", make)


def end_links(desk: Desk, asked: Asked, case: UUID) -> int:
    """End every link to a case and every session that began with one; return how many links there were.

    Raises:
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: the case cannot be opened by this asker, or at all.
    """

    def end(work: Work) -> int:
        live = [(row, one) for row, one in access_links(work.unit, work.case) if one.ended is None]
        for row, one in live:
            LINKS.remove(work.unit, one.id)
            change_item(work.unit, work.case, row, one.model_copy(update={"ended": desk.clock()}))
        work.journal.write(work.unit, "link:end", case=work.case, details={"links": len(live)})
        return len(live)

    return on_case(desk, asked, case, "link:end", end)


def open_link(desk: Desk, token: str, pin: str) -> Begun:
    """Open a link with its PIN and begin a session; the first right PIN uses the link up, the fifth wrong one too.

    Raises:
        LinkRefusedError: this is no link, or not any more, or not its PIN.
        NotPermittedError: the policies let nobody come in by a link.
    """
    proof = _proof(token, pin)
    guess = _counted(desk, token)
    journal = Journal(desk, somebody())

    def work(unit: UnitOfWork) -> Begun | None:
        held = LINKS.get(desk, unit, guess.row.record) if guess is not None else None
        case = _case(desk, unit, held.thing) if held is not None else None
        if held is None or case is None:
            journal.write(unit, "link:open", denied=_WRONG)
            return None
        asked = own_asked(case)
        own = Journal(desk, asked)
        permit(asked, "link:open", Case(case.case, case.organisation))
        row, link = next((row, one) for row, one in access_links(unit, case) if one.id == held.thing.link)
        right = hmac.compare_digest(held.thing.proof, proof)
        if right and link.ended is None and may_speak(unit, case, link.speaks) and LINKS.remove(unit, held.row.record):
            change_item(unit, case, row, link.model_copy(update={"opened": desk.clock()}))
            own.write(unit, "link:open", case=case, details={"link": str(link.id)})
            return begin(desk, unit, case.case, link)
        if guess is not None and guess.thing.guesses >= MOST_GUESSES:
            LINKS.remove(unit, held.row.record)
        own.write(unit, "link:open", case=case, details={"link": str(link.id)}, denied=_WRONG)
        return None

    begun = journal.attempt("link:open", work)
    if begun is None:
        raise LinkRefusedError
    return begun


def _counted(desk: Desk, token: str) -> Record[PersonLink] | None:
    """Count a guess at a link, and return the link as it is then; None when there is none that can be opened."""

    def count(unit: UnitOfWork) -> Record[PersonLink] | None:
        held = LINKS.named(desk, unit, digest(token))
        over = held is None or held.row.until is None or held.row.until <= desk.clock()
        if held is None or over or held.thing.guesses >= MOST_GUESSES:
            return None
        return LINKS.change(desk, unit, held, held.thing.model_copy(update={"guesses": held.thing.guesses + 1}))

    for _ in range(_AT_ONCE):
        try:
            return desk.store.run(count)
        except StaleVersionError:
            continue  # others guess at the same moment: each guess is counted
        except NoSuchRecordError:
            return None
    return None


def _case(desk: Desk, unit: UnitOfWork, kept: PersonLink) -> OpenCase | None:
    """Open the case of a link; None when it was shredded, and the link with it."""
    try:
        return OpenCase.of(unit.cases.get(kept.case), desk.keyring)
    except (NoSuchCaseError, ShreddedError):
        return None


def _proof(token: str, pin: str) -> str:
    """Return the hash of a PIN (scrypt, RFC 7914, 16 MiB), salted with its link: slow for whoever has the keys too."""
    made = hashlib.scrypt(pin.encode(), salt=digest(token), n=2**14, r=8, p=1, dklen=32)
    return made.hex()


class LinkRefusedError(NotPermittedError):
    """This is no link, or it is used up or over, or the PIN is wrong: all are told alike."""

    def __init__(self) -> None:
        what = "this link and this PIN open nothing; after five wrong PINs a link opens nothing any more"
        super().__init__("wrong_credentials", what)


class NoGuardianError(CaseworkError):
    """The plan of today tells no guardian anything of this case."""

    def __init__(self) -> None:
        what = "the plan of today does not let a guardian be told"
        super().__init__(Problem("case", 0, what, "`nrm case decide` shows what it permits; the person has a link too"))
