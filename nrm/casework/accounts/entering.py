"""Sign-in with a password, and then with a second factor, which everybody needs.

INVARIANT (one answer to all that is wrong): a name that nobody has, a wrong password, a suspended account and a wrong
code cost the same work, are told alike, and leave entries of one shape.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from nrm.casework.accounts import steps
from nrm.casework.accounts.door import as_account, before, claimed, refusing
from nrm.casework.accounts.errors import PasswordNeededError, wrong
from nrm.casework.accounts.registers import ACCOUNTS, PASSKEYS, STEPS
from nrm.casework.accounts.sessions import browser, end_all
from nrm.casework.accounts.tries import count, counters, take_back
from nrm.casework.journal import Journal
from nrm.errors import Problem
from nrm.signin.account import sign_in_name
from nrm.signin.errors import NotProvedError, PasswordRefusedError
from nrm.signin.passkeys import ask_for_one, check_passkey, credential_of
from nrm.signin.password import check_password
from nrm.signin.totp import check_code, new_totp, uri

if TYPE_CHECKING:
    from datetime import datetime

    from nrm.casework.accounts.door import Door
    from nrm.casework.accounts.registers import Step
    from nrm.casework.accounts.sessions import Begun
    from nrm.casework.asked import Asked
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record
    from nrm.signin.account import Account

LONGEST_NAME: Final = 120
_STEPS: Final = 2


@dataclass(frozen=True)
class Enrolment:
    """A new app for codes: its secret as text and as an `otpauth:` address, both shown this once."""

    secret: str
    uri: str

    def __repr__(self) -> str:
        return "Enrolment(…)"


@dataclass(frozen=True)
class NextStep:
    """What is needed after the password: a code of the app, or an answer to `passkey` (options, JSON), as there is.

    With `enrol` the account has no second factor yet: the code must be one of this new app. With `must_change` a new
    password must come along.
    """

    token: str = field(repr=False)
    totp: bool
    passkey: str | None
    enrol: Enrolment | None
    must_change: bool


def give_password(door: Door, name: str, password: str, address: str | None) -> NextStep:
    """Take the first step of a sign-in; nobody is signed in by it. `address` is where the request comes from.

    Raises:
        SignInDeniedError: `wrong_credentials`, or `too_many_tries` (`TooManyTriesError`, with how long to wait).
    """
    desk, typed = door.desk, sign_in_name(name[:LONGEST_NAME])
    there = desk.store.run(lambda unit: ACCOUNTS.named(desk, unit, typed.encode()))
    account = there.thing if there is not None else None
    asked = before(account.id if account is not None else claimed(desk, typed), door.source)
    with refusing(desk, asked, "session:ask"):
        count(desk, counters(typed, address))
    kept = account.password if account is not None else None
    right = door.hasher.fits(kept, password)
    renewed = door.hasher.kept(password) if right and kept is not None and door.hasher.is_old(kept) else None

    def work(unit: UnitOfWork) -> NextStep:
        held = ACCOUNTS.get(desk, unit, asked.who)
        # Another request may have changed the password while this one was computing.
        if held is None or not right or held.thing.password != kept or not _may_enter(held.thing, desk.clock()):
            raise wrong()
        if renewed is not None:
            held = ACCOUNTS.change(desk, unit, held, held.thing.model_copy(update={"password": renewed}))
        Journal(desk, asked).write(unit, "session:ask")
        return _next_step(door, unit, held.thing)

    return Journal(desk, asked).attempt("session:ask", work)


def give_second(
    door: Door, token: str, address: str | None, *, code: str = "", passkey: str = "", new_password: str = ""
) -> Begun:
    """Take the second step: a code or the answer of a passkey (JSON), and a new password where one must come.

    Raises:
        SignInDeniedError: `wrong_credentials` or `too_many_tries`.
        PasswordNeededError: all is right, and a new password must come along.
        PasswordRefusedError: the new password is too easy to guess, or is the old one.
    """
    desk = door.desk
    asked, account = _whose(door, token)
    counted = counters(account.name, address)
    with refusing(desk, asked, "session:begin"):
        fresh = _fresh(door, account, new_password) if new_password else None
        count(desk, counted)

    def work(unit: UnitOfWork) -> Begun:
        step = steps.found(desk, unit, token, "second")
        held = steps.account_of(desk, unit, step)
        try:
            changes = _proved(door, unit, step.thing, held.thing, code, passkey)
        except NotProvedError:
            raise wrong() from None
        if held.thing.must_change and fresh is None:
            raise PasswordNeededError
        if fresh is not None and held.thing.must_change:
            changes |= {"password": fresh, "must_change": False, "password_until": None}
        STEPS.remove(unit, step.row.record)
        take_back(desk, unit, counted, _STEPS)
        now = entered(door, unit, held, **changes)
        Journal(desk, as_account(now, door.source)).write(unit, "session:begin")
        return browser(door, unit, now)

    return Journal(desk, asked).attempt("session:begin", work)


def _whose(door: Door, token: str) -> tuple[Asked, Account]:
    """Return whose step this is, and who they say that they are."""
    desk = door.desk

    def work(unit: UnitOfWork) -> Account:
        return steps.account_of(desk, unit, steps.found(desk, unit, token, "second")).thing

    with refusing(desk, before(claimed(desk, ""), door.source), "session:begin"):
        account = desk.store.run(work)
    return before(account.id, door.source), account


def _may_enter(account: Account, now: datetime) -> bool:
    over = account.password_until is not None and now >= account.password_until
    return account.state == "active" and account.kind == "person" and account.local and not over


def _next_step(door: Door, unit: UnitOfWork, account: Account) -> NextStep:
    """Keep what the second step needs.

    INVARIANT (a second factor always): who has none is given a new app for codes, and gives a code of it to be let in.
    """
    desk, settings = door.desk, door.settings
    there = [one.thing for one in PASSKEYS.listed(desk, unit, owner=account.id)]
    asking = ask_for_one(settings.party, there) if there else None
    new = None if there or account.totp else new_totp()
    token = steps.put(
        desk, unit, "second", account, challenge=asking.challenge if asking is not None else None, totp=new
    )
    return NextStep(
        token=token,
        totp=account.totp is not None or new is not None,
        passkey=asking.options if asking is not None else None,
        enrol=Enrolment(new.secret, uri(new, account.name, settings.name)) if new is not None else None,
        must_change=account.must_change,
    )


def _proved(door: Door, unit: UnitOfWork, step: Step, account: Account, code: str, passkey: str) -> dict[str, Any]:
    """Return what changes in the account by its second factor. Raises `NotProvedError`."""
    desk = door.desk
    if passkey and step.challenge is not None:
        held = PASSKEYS.named(desk, unit, credential_of(passkey).encode())
        if held is None or held.thing.account != account.id:
            raise wrong()
        used = check_passkey(door.settings.party, step.challenge, passkey, held.thing)
        PASSKEYS.change(desk, unit, held, used)
        return {}
    app = step.totp or account.totp
    if app is None:
        raise wrong()
    return {"totp": check_code(app, code, desk.clock())}


def _fresh(door: Door, account: Account, password: str) -> str:
    check_password(password, account.name)
    return new_hash(door, account, password)


def new_hash(door: Door, account: Account, password: str) -> str:
    """Return what is kept of a new password that was checked. Raises `PasswordRefusedError` when it is the old one."""
    if door.hasher.fits(account.password, password):
        raise PasswordRefusedError(Problem("password", 0, "this is the password that you had", "choose another"))
    return door.hasher.kept(password)


def entered(door: Door, unit: UnitOfWork, held: Record[Account], **changes: Any) -> Account:  # noqa: ANN401
    """Note that somebody has signed in, so that no administrator alone gives this account to another.

    `changes` are what changes in the account by it.
    """
    given = "password" in changes  # by an administrator: the holder chose their own just now
    account = held.thing.signed_in(door.desk.clock(), anew=given).model_copy(update=changes)
    if account == held.thing:
        return account
    if given:
        return end_all(door.desk, unit, as_account(account, door.source), held, account).thing
    return ACCOUNTS.change(door.desk, unit, held, account).thing
