"""Accounts as administrators keep them: made, changed, suspended, restored, listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from pydantic import ValidationError

from nrm.access import Account as Holding
from nrm.casework.accounts.errors import same_person
from nrm.casework.accounts.registers import ACCOUNTS, LINKS, RECOVERIES, Link
from nrm.casework.accounts.rights import permit_account
from nrm.casework.accounts.sessions import end_all
from nrm.casework.asked import permit
from nrm.casework.errors import CaseworkError, NoSuchRecordError, OtherRecordError, StaleVersionError
from nrm.casework.journal import Journal
from nrm.errors import Problem
from nrm.signin.account import Account, sign_in_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record
    from nrm.signin.account import Kind

T = TypeVar("T")

PAGE = 100

_RIGHTS = frozenset({"roles", "organisation", "unit", "local"})
_CHANGED = _RIGHTS | {"name", "display_name", "language"}


class AccountRefusedError(CaseworkError):
    """What an account should be called or be cannot be; says which field, and no value of it."""


def create(
    desk: Desk,
    asked: Asked,
    name: str,
    display_name: str,
    roles: Iterable[str],
    organisation: UUID,
    *,
    unit: str | None = None,
    language: str = "en",
    kind: Kind = "person",
) -> Account:
    """Make an account, which nobody can sign in to before it is given credentials.

    Raises:
        NotPermittedError: the asker may not make accounts, or not for this organisation.
        AccountRefusedError: a field cannot be so.
        TakenError: there is an account with this name.
    """
    fields = {"name": name, "display_name": display_name, "organisation": organisation, "unit": unit}

    def work(in_unit: UnitOfWork) -> Account:
        permit(asked, "user:create", Holding)
        account = _checked({**fields, "id": uuid4(), "roles": tuple(roles), "language": language, "kind": kind})
        permit_account(asked, "user:create", account)
        ACCOUNTS.add(desk, in_unit, account.id, account)
        Journal(desk, asked).write(in_unit, "user:create")
        return account

    return Journal(desk, asked).attempt("user:create", work)


def get(desk: Desk, asked: Asked, account: UUID) -> tuple[Account, int]:
    """Return an account and its version. Raises `NotPermittedError`, `NoSuchRecordError`."""
    return _on_account(desk, asked, "user:read", account, None, lambda _, held: (held.thing, held.version))


def named(desk: Desk, asked: Asked, name: str) -> Account:
    """Return the account of a name. Raises `NotPermittedError`, `NoSuchRecordError`."""

    def work(unit: UnitOfWork) -> Account:
        permit(asked, "user:read", Holding)
        held = ACCOUNTS.named(desk, unit, sign_in_name(name).encode())
        if held is None:
            raise NoSuchRecordError
        permit_account(asked, "user:read", held.thing)
        Journal(desk, asked).write(unit, "user:read")
        return held.thing

    return Journal(desk, asked).attempt("user:read", work)


def accounts(
    desk: Desk, asked: Asked, after: UUID | None = None, most: int = PAGE
) -> tuple[list[Account], UUID | None]:
    """Return accounts that the asker keeps, in the order of their identifiers, and where to go on (None: the end).

    Of a page that was looked through only those of the asker's organisation and of services are returned, so a page
    may be short before the end.
    """

    def work(unit: UnitOfWork) -> tuple[list[Account], UUID | None]:
        permit(asked, "user:read", Holding)
        found = ACCOUNTS.listed(desk, unit, after=after, most=most)
        Journal(desk, asked).write(unit, "user:read")
        return [one.thing for one in found if may_see(asked, one.thing)], found[-1].row.record if len(
            found
        ) == most else None

    return Journal(desk, asked).attempt("user:read", work)


def change(desk: Desk, asked: Asked, account: UUID, seen: int | None = None, /, **fields: Any) -> Account:  # noqa: ANN401
    """Change `name`, `display_name`, `language`, `roles`, `organisation`, `unit` or `local` of an account.

    Where what somebody may do changes, all of their sessions and tokens end. `seen` is the version that the asker saw.

    Raises:
        NotPermittedError, NoSuchRecordError: the account is not theirs to change, or is their own.
        StaleVersionError: it was changed in the meantime.
        TakenError, AccountRefusedError: the name is taken, or a field is wrong.
    """

    def work(unit: UnitOfWork, held: Record[Account]) -> Account:
        if set(fields) - _CHANGED:
            raise AccountRefusedError(Problem("account", 0, "this cannot be changed here", "see `nrm account change`"))
        new = _checked({**dict(held.thing), **fields})
        permit_account(asked, "user:change", new)  # nobody hands an account over to where they may not look
        if any(getattr(new, one) != getattr(held.thing, one) for one in _RIGHTS):
            return end_all(desk, unit, asked, held, new.held_anew(desk.clock())).thing
        return ACCOUNTS.change(desk, unit, held, new).thing

    return _on_account(desk, asked, "user:change", account, seen, work)


def suspend(desk: Desk, asked: Asked, account: UUID, seen: int | None = None) -> Account:
    """Let nobody sign in to an account, and end its sessions at once. Raises as `change`."""

    def work(unit: UnitOfWork, held: Record[Account]) -> Account:
        RECOVERIES.remove_owned(unit, account)
        return end_all(desk, unit, asked, held, held.thing.model_copy(update={"state": "suspended"})).thing

    return _on_account(desk, asked, "user:suspend", account, seen, work)


def restore(desk: Desk, asked: Asked, account: UUID, seen: int | None = None) -> Account:
    """Let an account that was suspended sign in again. Raises as `change`."""

    def work(unit: UnitOfWork, held: Record[Account]) -> Account:
        active = held.thing.model_copy(update={"state": "active"})
        return ACCOUNTS.change(desk, unit, held, active.held_anew(desk.clock())).thing

    return _on_account(desk, asked, "user:restore", account, seen, work)


def end_sessions(desk: Desk, asked: Asked, account: UUID) -> None:
    """End all sessions and tokens of somebody else's account. Raises as `change`."""
    _on_account(
        desk, asked, "user:change", account, None, lambda unit, held: end_all(desk, unit, asked, held, held.thing)
    )


def link(desk: Desk, asked: Asked, account: UUID, issuer: str, subject: str) -> None:
    """Let whom a provider of identity names so sign in to an account that nobody has signed in to.

    Raises as `change`; `TakenError` when the two are, or each with another; `SignInDeniedError` (`same_person`) when
    somebody has signed in to it: who may link any account to any identity could take it over alone.
    """

    def work(unit: UnitOfWork, held: Record[Account]) -> None:
        if not is_new(desk, unit, held.thing):
            raise same_person()
        LINKS.add(desk, unit, uuid4(), Link(issuer=issuer, subject=subject, account=account), owner=account)

    _on_account(desk, asked, "user:change", account, None, work)


def theirs(desk: Desk, unit: UnitOfWork, asked: Asked, verb: str, account: UUID) -> Record[Account]:
    """Return an account that the asker may do `verb` with. Raises `NotPermittedError`, `NoSuchRecordError`."""
    permit(asked, verb, Holding)
    held = ACCOUNTS.get(desk, unit, account)
    if held is None:
        raise NoSuchRecordError
    permit_account(asked, verb, held.thing)
    return held


def is_new(desk: Desk, unit: UnitOfWork, account: Account) -> bool:
    """Say whether nobody has signed in to the account of a person yet, nor can by a provider of identity."""
    linked = LINKS.listed(desk, unit, owner=account.id, most=1)
    return account.kind == "person" and not account.entered and not linked


def may_see(asked: Asked, account: Account) -> bool:
    """Say whether the asker keeps this account. Raises `NotPermittedError`."""
    try:
        permit_account(asked, "user:read", account)
    except OtherRecordError:
        return False
    return True


def _on_account(
    desk: Desk,
    asked: Asked,
    verb: str,
    account: UUID,
    seen: int | None,
    work: Callable[[UnitOfWork, Record[Account]], T],
) -> T:
    """Do `work` with an account of theirs that is as they saw it, in one unit with the entry of it."""

    def whole(unit: UnitOfWork) -> T:
        held = theirs(desk, unit, asked, verb, account)
        if seen is not None and seen != held.version:
            raise StaleVersionError(seen, held.version)
        Journal(desk, asked).write(unit, verb)
        return work(unit, held)

    return Journal(desk, asked).attempt(verb, whole)


def _checked(fields: dict[str, Any]) -> Account:
    try:
        return Account.model_validate(fields)
    except ValidationError as refused:
        places = {str(error["loc"][0]) if error["loc"] else "account" for error in refused.errors(include_input=False)}
        todo = "see the words for roles and languages, and leave nothing empty"
        raise AccountRefusedError(Problem(one, 0, "an account cannot have this", todo) for one in places) from None
