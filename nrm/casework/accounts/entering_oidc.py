"""Sign-in at a provider of identity; whoever it names is found by issuer and subject."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from nrm.casework.accounts import steps
from nrm.casework.accounts.door import as_account, before, claimed, refusing
from nrm.casework.accounts.entering import entered
from nrm.casework.accounts.errors import SignInDeniedError, wrong
from nrm.casework.accounts.registers import ACCOUNTS, LINKS, STEPS, Link, linked
from nrm.casework.accounts.sessions import browser, end_all
from nrm.casework.journal import Journal
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.signin.account import Account
from nrm.signin.oidc import roles_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nrm.casework.accounts.door import Door
    from nrm.casework.accounts.sessions import Begun
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record
    from nrm.signin.oidc import Identity
    from nrm.signin.provider import Provider
    from nrm.signin.settings import OidcSettings


def begin_oidc(door: Door, provider: str) -> tuple[str, str]:
    """Return a token for the next step, which only this browser may have, and where to send the browser.

    Raises:
        UnknownNameError: there is no such provider.
        ProviderError: it cannot be reached.
    """
    desk = door.desk
    url, pending = _provider(door, provider).begin()
    return desk.store.run(lambda unit: steps.put(desk, unit, "oidc", pending=pending)), url


def finish_oidc(door: Door, token: str, answer: Mapping[str, str]) -> Begun:
    """Begin a session for whoever the provider names; `answer` is what came back in the address.

    Where the settings give roles to groups, the groups of the day decide which roles the account has.

    Raises:
        SignInDeniedError: `wrong_credentials` where nothing is proved, `not_permitted` where there is no account.
        ProviderError: the provider cannot be reached or refuses the code.
    """
    desk = door.desk
    nobody = before(claimed(desk, ""), door.source)
    with refusing(desk, nobody, "session:begin"):
        pending = desk.store.run(lambda unit: steps.found(desk, unit, token, "oidc")).thing.pending
        if pending is None:
            raise wrong()
        provider = _provider(door, pending.provider)
        who = provider.finish(pending, answer, desk.clock())
    called = linked(who.issuer, who.subject)
    known = desk.store.run(lambda unit: LINKS.named(desk, unit, called))
    asked = before(known.thing.account, door.source) if known is not None else nobody

    def work(unit: UnitOfWork) -> Begun:
        STEPS.remove(unit, steps.found(desk, unit, token, "oidc").row.record)
        link = LINKS.named(desk, unit, called)
        held = ACCOUNTS.get(desk, unit, link.thing.account) if link is not None else None
        if held is None:
            held = _made(door, unit, who, provider.settings)
        if held.thing.state != "active":
            raise wrong()
        account = entered(door, unit, _with_roles(door, unit, held, who, provider.settings))
        Journal(desk, as_account(account, door.source)).write(unit, "session:begin")
        return browser(door, unit, account)

    return Journal(desk, asked).attempt("session:begin", work)


def _provider(door: Door, name: str) -> Provider:
    if name not in door.providers:
        what = "there is no such provider of identity"
        raise UnknownNameError(Problem("provider", 0, what, nearest(name, door.providers)))
    return door.providers[name]


def _made(door: Door, unit: UnitOfWork, who: Identity, settings: OidcSettings) -> Record[Account]:
    roles = roles_of(who.groups, settings)
    if not settings.create or settings.organisation is None or not roles:
        raise _no_account()
    fields = {
        "id": uuid4(),
        "name": f"{settings.name}:{uuid4()}",  # a name is never taken from outside: it could be somebody else's here
        "display_name": who.name.strip() or settings.name,
        "organisation": settings.organisation,
        "roles": roles,
        "local": False,
    }
    account = Account.model_validate(fields)
    held = ACCOUNTS.add(door.desk, unit, account.id, account)
    link = Link(issuer=who.issuer, subject=who.subject, account=account.id)
    LINKS.add(door.desk, unit, uuid4(), link, owner=account.id)
    Journal(door.desk, before(account.id, door.source)).write(unit, "user:create")
    return held


def _with_roles(
    door: Door, unit: UnitOfWork, held: Record[Account], who: Identity, settings: OidcSettings
) -> Record[Account]:
    if not settings.roles:
        return held
    roles = roles_of(who.groups, settings)
    if not roles:
        raise _no_account()
    if roles == held.thing.roles:
        return held
    asked = before(held.thing.id, door.source)
    Journal(door.desk, asked).write(unit, "user:change")
    account = Account.model_validate({**dict(held.thing), "roles": roles}).held_anew(door.desk.clock())
    return end_all(door.desk, unit, asked, held, account)


def _no_account() -> SignInDeniedError:
    what = "you have no account here"
    return SignInDeniedError("not_permitted", what, "ask an administrator of this installation")
