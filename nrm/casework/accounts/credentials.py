"""What somebody proves themselves by: first given by an administrator, then changed by themselves alone.

INVARIANT (nobody takes over an account alone): an administrator gives credentials only to an account that nobody ever
signed in to; after that it takes two of them (`nrm.casework.accounts.recovering`).
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from nrm.casework.accounts import steps
from nrm.casework.accounts.door import refusing
from nrm.casework.accounts.entering import Enrolment, new_hash
from nrm.casework.accounts.errors import same_person, wrong
from nrm.casework.accounts.people import is_new, theirs
from nrm.casework.accounts.registers import ACCOUNTS, PASSKEYS, STEPS
from nrm.casework.accounts.rights import permit_own
from nrm.casework.accounts.sessions import end_all
from nrm.casework.accounts.tries import count, counters, take_back
from nrm.casework.errors import NoSuchRecordError
from nrm.casework.journal import Journal
from nrm.signin.errors import NotProvedError, not_proved
from nrm.signin.passkeys import ask_for_new, new_passkey
from nrm.signin.password import check_password
from nrm.signin.totp import check_code, new_totp, uri

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.accounts.door import Door
    from nrm.casework.asked import Asked
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record
    from nrm.signin.account import Account
    from nrm.signin.passkeys import Passkey

INVITED: Final = timedelta(days=3)
"""How long a one-time code is good."""


def new_code() -> str:
    """Return a one-time code that can be read out: 24 letters and digits, 118 bits."""
    letters = "23456789abcdefghjkmnpqrstuvwxyz"
    code = "".join(secrets.choice(letters) for _ in range(24))
    return "-".join(code[at : at + 6] for at in range(0, 24, 6))


def invite(door: Door, asked: Asked, account: UUID) -> str:
    """Return a one-time code for an account that nobody has signed in to: name and code let its holder in once.

    At that sign-in they choose a password and set up a second factor. Raises as `first_password`.
    """
    code = new_code()
    _first(door, asked, account, code, must_change=True, days=INVITED)
    return code


def first_password(door: Door, asked: Asked, account: UUID, password: str, *, must_change: bool = True) -> None:
    """Give an account that nobody has signed in to its first password, which its holder must change at sign-in.

    Raises:
        NotPermittedError, NoSuchRecordError: the account is not the asker's to keep, or somebody has signed in to it.
        PasswordRefusedError: it is too easy to guess.
    """
    _first(door, asked, account, password, must_change=must_change, days=None)


def first_totp(door: Door, asked: Asked, account: UUID) -> Enrolment:
    """Give an account that nobody has signed in to its first app for codes. Raises as `first_password`."""
    new = new_totp()

    def work(unit: UnitOfWork) -> Enrolment:
        held = theirs(door.desk, unit, asked, "user:change", account)
        if not is_new(door.desk, unit, held.thing) or held.thing.totp is not None:
            raise same_person()
        ACCOUNTS.change(door.desk, unit, held, held.thing.model_copy(update={"totp": new}))
        Journal(door.desk, asked).write(unit, "user:change")
        return Enrolment(new.secret, uri(new, held.thing.name, door.settings.name))

    return Journal(door.desk, asked).attempt("user:change", work)


def change_password(door: Door, asked: Asked, old: str, new: str) -> None:
    """Change one's own password; all of one's sessions and tokens end, this one too.

    Raises:
        SignInDeniedError: `wrong_credentials` or `too_many_tries`.
        PasswordRefusedError: the new one is too easy to guess, or is the old one.
    """
    account = _prove(door, asked, "credential:change", old)
    with refusing(door.desk, asked, "credential:change"):
        check_password(new, account.name)
        kept = new_hash(door, account, new)

    def work(unit: UnitOfWork) -> None:
        held = _own(door, unit, asked, "credential:change", account)
        Journal(door.desk, asked).write(unit, "credential:change")
        end_all(door.desk, unit, asked, held, held.thing.model_copy(update={"password": kept, "must_change": False}))

    Journal(door.desk, asked).attempt("credential:change", work)


def begin_totp(door: Door, asked: Asked, password: str) -> tuple[str, Enrolment]:
    """Return a token for the next step and a new app for codes; the old one is good until a new code was given.

    Raises as `change_password`.
    """
    account, new = _prove(door, asked, "credential:add", password), new_totp()

    def work(unit: UnitOfWork) -> str:
        permit_own(asked, "credential:add", account.id)
        return steps.put(door.desk, unit, "add_totp", account, totp=new)

    token = Journal(door.desk, asked).attempt("credential:add", work)
    return token, Enrolment(new.secret, uri(new, account.name, door.settings.name))


def finish_totp(door: Door, asked: Asked, token: str, code: str) -> None:
    """Use the new app from now on, now that it gave a right code. Raises `SignInDeniedError`."""
    desk = door.desk

    def work(unit: UnitOfWork) -> None:
        permit_own(asked, "credential:add", asked.who)
        step = steps.found(desk, unit, token, "add_totp")
        held = steps.account_of(desk, unit, step)
        if held.thing.id != asked.who or step.thing.totp is None:
            raise wrong()
        try:
            used = check_code(step.thing.totp, code, desk.clock())
        except NotProvedError:
            raise wrong() from None
        STEPS.remove(unit, step.row.record)
        ACCOUNTS.change(desk, unit, held, held.thing.model_copy(update={"totp": used}))
        Journal(desk, asked).write(unit, "credential:add")

    Journal(desk, asked).attempt("credential:add", work)


def begin_new_passkey(door: Door, asked: Asked, password: str) -> tuple[str, str]:
    """Return a token for the next step, and the options (JSON) for `navigator.credentials.create()`.

    Raises as `change_password`.
    """
    account, desk = _prove(door, asked, "credential:add", password), door.desk

    def work(unit: UnitOfWork) -> tuple[str, str]:
        permit_own(asked, "credential:add", account.id)
        there = [one.thing for one in PASSKEYS.listed(desk, unit, owner=account.id)]
        asking = ask_for_new(door.settings.party, account, there)
        return steps.put(desk, unit, "add_passkey", account, challenge=asking.challenge), asking.options

    return Journal(desk, asked).attempt("credential:add", work)


def finish_new_passkey(door: Door, asked: Asked, token: str, answer: str, label: str) -> Passkey:
    """Keep the passkey that a browser made (`answer`, JSON). Raises `SignInDeniedError`, `TakenError`."""
    desk = door.desk

    def work(unit: UnitOfWork) -> Passkey:
        permit_own(asked, "credential:add", asked.who)
        step = steps.found(desk, unit, token, "add_passkey")
        held = steps.account_of(desk, unit, step)
        if held.thing.id != asked.who:
            raise wrong()
        try:
            made = new_passkey(
                door.settings.party, step.thing.challenge or "", answer, uuid4(), asked.who, label.strip()[:80]
            )
        except NotProvedError:
            raise wrong() from None
        STEPS.remove(unit, step.row.record)
        PASSKEYS.add(desk, unit, made.id, made, owner=asked.who)
        ACCOUNTS.change(desk, unit, held, held.thing.model_copy(update={"has_passkey": True}))
        Journal(desk, asked).write(unit, "credential:add")
        return made

    return Journal(desk, asked).attempt("credential:add", work)


def passkeys(door: Door, asked: Asked) -> list[Passkey]:
    """Return one's own passkeys."""

    def work(unit: UnitOfWork) -> list[Passkey]:
        permit_own(asked, "session:read", asked.who)
        Journal(door.desk, asked).write(unit, "session:read")
        return [one.thing for one in PASSKEYS.listed(door.desk, unit, owner=asked.who)]

    return Journal(door.desk, asked).attempt("session:read", work)


def remove_passkey(door: Door, asked: Asked, passkey: UUID) -> None:
    """Take back one of one's own passkeys; never the last second factor.

    Raises:
        NoSuchRecordError: it is not one's own.
        NotProvedError: nothing would be left to sign in with.
    """
    desk = door.desk

    def work(unit: UnitOfWork) -> None:
        permit_own(asked, "credential:remove", asked.who)
        held = ACCOUNTS.get(desk, unit, asked.who)
        there = PASSKEYS.listed(desk, unit, owner=asked.who)
        if held is None or passkey not in {one.row.record for one in there}:
            raise NoSuchRecordError
        if len(there) == 1 and held.thing.totp is None:
            raise not_proved("this is your only second factor", "set up another first")
        PASSKEYS.remove(unit, passkey)
        left = held.thing.model_copy(update={"has_passkey": len(there) > 1})
        ACCOUNTS.change(desk, unit, held, left)
        Journal(desk, asked).write(unit, "credential:remove")

    Journal(desk, asked).attempt("credential:remove", work)


def _first(
    door: Door, asked: Asked, account: UUID, password: str, *, must_change: bool, days: timedelta | None
) -> None:
    kept = door.hasher.kept(password)

    def work(unit: UnitOfWork) -> None:
        held = theirs(door.desk, unit, asked, "user:change", account)
        if days is None:
            check_password(password, held.thing.name)
        if not is_new(door.desk, unit, held.thing):
            raise same_person()
        until = None if days is None else door.desk.clock() + days
        given = {"password": kept, "must_change": must_change, "password_until": until}
        Journal(door.desk, asked).write(unit, "user:change")
        ACCOUNTS.change(door.desk, unit, held, held.thing.model_copy(update=given))

    Journal(door.desk, asked).attempt("user:change", work)


def _prove(door: Door, asked: Asked, verb: str, password: str) -> Account:
    """Return one's own account, when the password is right: a session alone, which may be stolen, is not enough."""
    desk = door.desk
    held = desk.store.run(lambda unit: ACCOUNTS.get(desk, unit, asked.who))
    with refusing(desk, asked, verb):
        if held is None:
            raise wrong()
        counted = counters(held.thing.name, None)
        count(desk, counted)
        if not door.hasher.fits(held.thing.password, password):
            raise wrong()
    desk.store.run(lambda unit: take_back(desk, unit, counted, 1))
    return held.thing


def _own(door: Door, unit: UnitOfWork, asked: Asked, verb: str, seen: Account) -> Record[Account]:
    permit_own(asked, verb, seen.id)
    held = ACCOUNTS.get(door.desk, unit, seen.id)
    if held is None or held.thing.epoch != seen.epoch or held.thing.state != "active":
        raise wrong()
    return held
