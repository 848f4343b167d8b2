"""Sign-in with a passkey alone: the device proves that it is there, and that it knows who holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.casework.accounts import steps
from nrm.casework.accounts.door import as_account, before, claimed, refusing
from nrm.casework.accounts.entering import entered
from nrm.casework.accounts.errors import wrong
from nrm.casework.accounts.registers import ACCOUNTS, PASSKEYS, STEPS
from nrm.casework.accounts.sessions import browser
from nrm.casework.accounts.tries import count, counters, take_back
from nrm.casework.journal import Journal
from nrm.signin.errors import NotProvedError
from nrm.signin.passkeys import ask_for_one, check_passkey, credential_of

if TYPE_CHECKING:
    from nrm.casework.accounts.door import Door
    from nrm.casework.accounts.sessions import Begun
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record
    from nrm.signin.passkeys import Passkey


def begin_passkey(door: Door) -> tuple[str, str]:
    """Return a token for the next step, and the options (JSON) for `navigator.credentials.get()`."""
    desk, asking = door.desk, ask_for_one(door.settings.party)
    return desk.store.run(lambda unit: steps.put(desk, unit, "passkey", challenge=asking.challenge)), asking.options


def finish_passkey(door: Door, token: str, answer: str, address: str | None) -> Begun:
    """Begin a session for whoever the device's answer (JSON) proves to be there.

    Raises:
        SignInDeniedError: `wrong_credentials` or `too_many_tries`.
    """
    desk, counted = door.desk, counters(None, address)
    nobody = before(claimed(desk, ""), door.source)
    with refusing(desk, nobody, "session:begin"):
        count(desk, counted)
        credential = credential_of(answer)
    known = desk.store.run(lambda unit: PASSKEYS.named(desk, unit, credential.encode()))
    asked = before(known.thing.account, door.source) if known is not None else nobody

    def work(unit: UnitOfWork) -> Begun:
        step = steps.found(desk, unit, token, "passkey")
        passkey = PASSKEYS.named(desk, unit, credential.encode())
        held = ACCOUNTS.get(desk, unit, passkey.thing.account) if passkey is not None else None
        if passkey is None or held is None or held.thing.state != "active" or not held.thing.local:
            raise wrong()
        PASSKEYS.change(desk, unit, passkey, _checked(door, step.thing.challenge, answer, passkey))
        STEPS.remove(unit, step.row.record)
        take_back(desk, unit, counted, 1)
        account = entered(door, unit, held)
        Journal(desk, as_account(account, door.source)).write(unit, "session:begin")
        return browser(door, unit, account)

    return Journal(desk, asked).attempt("session:begin", work)


def _checked(door: Door, challenge: str | None, answer: str, passkey: Record[Passkey]) -> Passkey:
    try:
        return check_passkey(door.settings.party, challenge or "", answer, passkey.thing)
    except NotProvedError:
        raise wrong() from None
