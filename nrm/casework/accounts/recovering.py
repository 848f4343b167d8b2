"""New credentials for somebody who lost theirs: one administrator asks, another confirms within the hour.

INVARIANT (two administrators): whoever asked does not confirm, and nobody asks or confirms for themselves. What comes
out is a one-time code; what the person had before is good no more, and all of their sessions are over.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from nrm.casework.accounts.credentials import INVITED, new_code
from nrm.casework.accounts.errors import same_person
from nrm.casework.accounts.people import AccountRefusedError, may_see, theirs
from nrm.casework.accounts.registers import ACCOUNTS, PASSKEYS, RECOVERIES, Recovery
from nrm.casework.accounts.rights import ACCOUNT
from nrm.casework.accounts.sessions import end_all
from nrm.casework.accounts.tries import counters, take_back
from nrm.casework.asked import permit
from nrm.casework.errors import NoSuchRecordError
from nrm.casework.journal import Journal
from nrm.errors import Problem

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.accounts.door import Door
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork

WITHIN: Final = timedelta(hours=1)
"""How long the second administrator has."""


def ask_recovery(desk: Desk, asked: Asked, account: UUID) -> Recovery:
    """Ask for new credentials for somebody; an older request for them is taken back.

    Raises:
        NotPermittedError, NoSuchRecordError: the account is not the asker's to keep, or is their own.
        AccountRefusedError: it is suspended, or is that of a program.
    """

    def work(unit: UnitOfWork) -> Recovery:
        held = theirs(desk, unit, asked, "user:change", account)
        if held.thing.kind != "person" or held.thing.state != "active" or not held.thing.local:
            todo = "restore a suspended account first; a program gets a new secret"
            raise AccountRefusedError(Problem("account", 0, "this account cannot be recovered", todo))
        RECOVERIES.remove_owned(unit, account)
        until = desk.clock() + WITHIN
        recovery = Recovery(id=uuid4(), account=account, asked_by=asked.who, until=until)
        RECOVERIES.add(desk, unit, recovery.id, recovery, owner=account, until=until)
        Journal(desk, asked).write(unit, "user:recover")
        return recovery

    return Journal(desk, asked).attempt("user:recover", work)


def recoveries(desk: Desk, asked: Asked) -> list[Recovery]:
    """Return the requests that wait for a second administrator, of accounts that the asker keeps."""

    def work(unit: UnitOfWork) -> list[Recovery]:
        permit(asked, "user:read", ACCOUNT)
        now = desk.clock()
        Journal(desk, asked).write(unit, "user:read")
        waiting = [one.thing for one in RECOVERIES.listed(desk, unit) if one.thing.until > now]
        whose = {one.id: ACCOUNTS.get(desk, unit, one.account) for one in waiting}
        return [one for one in waiting if (held := whose[one.id]) is not None and may_see(asked, held.thing)]

    return Journal(desk, asked).attempt("user:read", work)


def confirm_recovery(door: Door, asked: Asked, recovery: UUID) -> str:
    """Confirm what another administrator asked for; return the one-time code, good for three days.

    With their name and the code the person signs in once, chooses a password and sets up a second factor.

    Raises:
        NotPermittedError: the asker asked for it, or it is for themselves.
        NoSuchRecordError: there is no such request, or its hour is over.
    """
    desk, code = door.desk, new_code()
    kept = door.hasher.kept(code)

    def work(unit: UnitOfWork) -> str:
        permit(asked, "user:change", ACCOUNT)
        waiting = RECOVERIES.get(desk, unit, recovery)
        if waiting is None or desk.clock() >= waiting.thing.until:
            raise NoSuchRecordError
        held = theirs(desk, unit, asked, "user:change", waiting.thing.account)
        if waiting.thing.asked_by == asked.who:
            raise same_person()
        if held.thing.state != "active":
            raise NoSuchRecordError
        RECOVERIES.remove(unit, recovery)
        PASSKEYS.remove_owned(unit, held.thing.id)
        given = {
            "password": kept,
            "must_change": True,
            "password_until": desk.clock() + INVITED,
            "totp": None,
            "has_passkey": False,
        }
        end_all(desk, unit, asked, held, held.thing.model_copy(update=given))
        take_back(desk, unit, counters(held.thing.name, None), 0)
        Journal(desk, asked).write(unit, "user:recover")
        return code

    return Journal(desk, asked).attempt("user:recover", work)
