"""New credentials for somebody who lost theirs: one administrator asks, another confirms within the hour.

INVARIANT (two administrators): whoever asked does not confirm, and nobody asks or confirms for themselves. What comes
out is a one-time code; what the person had before is good no more, and all of their sessions are over.
INVARIANT (a second administrator is not made for it): both have held their rights, by the same credentials, since
`SEASONED` before it was asked for. Both, for who makes a second administrator could ask as that one and confirm as
oneself. It counts anew with a first sign-in, other rights, a suspension and a recovery (`Account.held_since`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from nrm.casework.accounts.credentials import INVITED, new_code
from nrm.casework.accounts.errors import same_person, too_new
from nrm.casework.accounts.people import PAGE, AccountRefusedError, may_see, theirs
from nrm.casework.accounts.registers import ACCOUNTS, PASSKEYS, RECOVERIES, Recovery
from nrm.casework.accounts.rights import ACCOUNT
from nrm.casework.accounts.sessions import end_all
from nrm.casework.accounts.tries import counters, take_back
from nrm.casework.asked import permit
from nrm.casework.errors import NoSuchRecordError
from nrm.casework.journal import Journal
from nrm.errors import Problem

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from nrm.casework.accounts.door import Door
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork

WITHIN: Final = timedelta(hours=1)
"""How long the second administrator has."""

SEASONED: Final = timedelta(days=3)
"""How long both must have been administrators; so long the log shows a new one before it counts."""


def ask_recovery(desk: Desk, asked: Asked, account: UUID) -> Recovery:
    """Ask for new credentials for somebody; an older request for them is taken back.

    Raises:
        NotPermittedError, NoSuchRecordError: the account is not the asker's to keep, or is their own; or the asker is
            too new (`too_new`).
        AccountRefusedError: it is suspended, or is that of a program.
    """

    def work(unit: UnitOfWork) -> Recovery:
        held = theirs(desk, unit, asked, "user:change", account)
        now = desk.clock()
        _check_seasoned(desk, unit, asked.who, asked.source, now)
        if held.thing.kind != "person" or held.thing.state != "active" or not held.thing.local:
            todo = "restore a suspended account first; a program gets a new secret"
            raise AccountRefusedError(Problem("account", 0, "this account cannot be recovered", todo))
        RECOVERIES.remove_owned(unit, account)
        recovery = Recovery(
            id=uuid4(), account=account, asked_by=asked.who, asked_from=asked.source, until=now + WITHIN
        )
        RECOVERIES.add(desk, unit, recovery.id, recovery, owner=account, until=recovery.until)
        Journal(desk, asked).write(unit, "user:recover")
        return recovery

    return Journal(desk, asked).attempt("user:recover", work)


def recoveries(
    desk: Desk, asked: Asked, after: UUID | None = None, most: int = PAGE
) -> tuple[list[Recovery], UUID | None]:
    """Return the requests that wait for a second administrator, of accounts that the asker keeps, and where to go on.

    They are in the order of their identifiers. Of a page that was looked through only those are returned, so a page may
    be short before the end (None).
    """

    def work(unit: UnitOfWork) -> tuple[list[Recovery], UUID | None]:
        permit(asked, "user:read", ACCOUNT)
        now = desk.clock()
        Journal(desk, asked).write(unit, "user:read")
        found = [one.thing for one in RECOVERIES.listed(desk, unit, after=after, most=most)]
        whose = {one.id: ACCOUNTS.get(desk, unit, one.account) for one in found if one.until > now}
        waiting = [one for one in found if (held := whose.get(one.id)) is not None and may_see(asked, held.thing)]
        return waiting, found[-1].id if len(found) == most else None

    return Journal(desk, asked).attempt("user:read", work)


def confirm_recovery(door: Door, asked: Asked, recovery: UUID) -> str:
    """Confirm what another administrator asked for; return the one-time code, good for three days.

    With their name and the code the person signs in once, chooses a password and sets up a second factor.

    Raises:
        NotPermittedError: the asker asked for it, or it is for themselves; or one of the two is too new (`too_new`).
        NoSuchRecordError: there is no such request, or its hour is over.
    """
    desk, code = door.desk, new_code()
    kept = door.hasher.kept(code)

    def work(unit: UnitOfWork) -> str:
        permit(asked, "user:change", ACCOUNT)
        waiting = RECOVERIES.get(desk, unit, recovery)
        now = desk.clock()
        if waiting is None or now >= waiting.thing.until:
            raise NoSuchRecordError
        held = theirs(desk, unit, asked, "user:change", waiting.thing.account)
        if waiting.thing.asked_by == asked.who:
            raise same_person()
        for who, source in ((waiting.thing.asked_by, waiting.thing.asked_from), (asked.who, asked.source)):
            _check_seasoned(desk, unit, who, source, waiting.thing.until - WITHIN)
        if held.thing.state != "active":
            raise NoSuchRecordError
        RECOVERIES.remove(unit, recovery)
        PASSKEYS.remove_owned(unit, held.thing.id)
        given = {
            "password": kept,
            "must_change": True,
            "password_until": now + INVITED,
            "totp": None,
            "has_passkey": False,
        }
        end_all(desk, unit, asked, held, held.thing.model_copy(update=given).held_anew(now))
        take_back(desk, unit, counters(held.thing.name, None), 0)
        Journal(desk, asked).write(unit, "user:recover")
        return code

    return Journal(desk, asked).attempt("user:recover", work)


def _check_seasoned(desk: Desk, unit: UnitOfWork, who: UUID, source: str, asked: datetime) -> None:
    """Let pass who was an administrator long enough when it was asked for.

    On the machine itself nobody signs in, and who asks there may have no account: whoever opens the keys can do
    anything. From anywhere else, who has no account has held nothing. Raises `SignInDeniedError` (`too_new`).
    """
    held = ACCOUNTS.get(desk, unit, who)
    if held is None and source == "cli":
        return
    since = None if held is None or held.thing.state != "active" else held.thing.held_since
    if since is None or since > asked - SEASONED:
        raise too_new()
