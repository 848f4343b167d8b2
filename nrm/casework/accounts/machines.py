"""Programs of others: what they prove themselves by, and tokens for them (RFC 6749 section 4.4, RFC 7523)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from nrm.casework.accounts.door import as_account, before, claimed, refuse, refusing
from nrm.casework.accounts.errors import wrong
from nrm.casework.accounts.people import AccountRefusedError, theirs
from nrm.casework.accounts.registers import ACCOUNTS, SEEN, Seen
from nrm.casework.accounts.sessions import begin, end_all
from nrm.casework.errors import TakenError
from nrm.casework.journal import Journal
from nrm.errors import Problem
from nrm.signin.clients import check_assertion, client_named, is_secret, kept_keys
from nrm.signin.errors import NotProvedError
from nrm.signin.tokens import digest, new_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nrm.casework.accounts.door import Door
    from nrm.casework.accounts.sessions import Begun
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.signin.account import Account


def give_secret(desk: Desk, asked: Asked, client: UUID) -> str:
    """Give a client a new secret, which is shown once; the old one and all of its tokens end.

    Raises:
        NotPermittedError, NoSuchRecordError: it is not the asker's to keep.
        AccountRefusedError: the account is that of a person.
    """
    secret = new_token()
    _give(desk, asked, client, {"secret": digest(secret)})
    return secret


def give_keys(desk: Desk, asked: Asked, client: UUID, jwks: Mapping[str, Any]) -> None:
    """Let a client sign in by these public keys (a JWK set), and by no secret.

    Raises as `give_secret`, and `KeysRefusedError`.
    """
    _give(desk, asked, client, {"public_keys": kept_keys(jwks), "secret": None})


def token_by_secret(door: Door, client: str, secret: str) -> Begun:
    """Return a token for a client that knows its secret. Raises `SignInDeniedError` (`wrong_credentials`)."""
    who = _client(client)
    asked = before(who or claimed(door.desk, client), door.source)

    def proved(_unit: UnitOfWork, account: Account | None) -> bool:
        return is_secret(account.secret if account is not None else None, secret)

    return _begun(door, asked, who, proved)


def token_by_assertion(door: Door, assertion: str, audiences: Iterable[str]) -> Begun:
    """Return a token for a client that signed an assertion for one of `audiences` (the token endpoint, the issuer).

    INVARIANT (an assertion comes once): its `jti` is kept as long as it is good.

    Raises:
        SignInDeniedError: `wrong_credentials`.
    """
    nobody = before(claimed(door.desk, ""), door.source)
    with refusing(door.desk, nobody, "session:begin"):
        who = client_named(assertion)

    def proved(unit: UnitOfWork, account: Account | None) -> bool:
        if account is None:
            return False
        try:
            good = check_assertion(assertion, account.public_keys, account.id, audiences, door.desk.clock())
            SEEN.add(door.desk, unit, uuid4(), Seen(client=account.id, jti=good.jti), until=good.until)
        except (NotProvedError, TakenError):
            return False
        return True

    return _begun(door, before(who, door.source), who, proved)


def _begun(door: Door, asked: Asked, who: UUID | None, proved: Callable[[UnitOfWork, Account | None], bool]) -> Begun:
    desk, life = door.desk, timedelta(minutes=door.settings.client_minutes)
    if who is None:
        refuse(desk, asked, "session:begin", wrong())

    def work(unit: UnitOfWork) -> Begun:
        held = ACCOUNTS.get(desk, unit, who)
        client = held.thing if held is not None and held.thing.kind == "client" else None
        good = proved(unit, client)
        if client is None or not good or client.state != "active":
            raise wrong()
        Journal(desk, as_account(client, door.source)).write(unit, "session:begin")
        return begin(desk, unit, client, "client", life)

    return Journal(desk, asked).attempt("session:begin", work)


def _give(desk: Desk, asked: Asked, client: UUID, given: dict[str, Any]) -> None:
    def work(unit: UnitOfWork) -> None:
        held = theirs(desk, unit, asked, "user:change", client)
        if held.thing.kind != "client":
            raise AccountRefusedError(Problem("account", 0, "this is the account of a person", "invite them"))
        Journal(desk, asked).write(unit, "user:change")
        end_all(desk, unit, asked, held, held.thing.model_copy(update=given))

    Journal(desk, asked).attempt("user:change", work)


def _client(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
