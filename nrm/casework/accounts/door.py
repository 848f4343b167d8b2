"""What sign-in works with: the desk, the settings, the cost of passwords, the providers of identity."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn
from uuid import UUID

from nrm.casework.accounts.errors import wrong
from nrm.casework.asked import Asked
from nrm.casework.journal import Journal
from nrm.errors import NrmError
from nrm.referral.lifecycle import WORKER
from nrm.signin.errors import NotProvedError
from nrm.signin.password import Hasher

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.signin.account import Account
    from nrm.signin.provider import Provider
    from nrm.signin.settings import SignInSettings

NOBODY: Final = UUID(int=0)


@dataclass(frozen=True)
class Door:
    """A desk, and how people come to it. `source` is where from, as the log says it."""

    desk: Desk
    settings: SignInSettings
    hasher: Hasher = field(default_factory=Hasher)
    providers: Mapping[str, Provider] = field(default_factory=dict)
    source: str = "api"


def open_door(desk: Desk, settings: SignInSettings, source: str = "api", hasher: Hasher | None = None) -> Door:
    """Return the door of an installation, with the providers of identity that its settings name."""
    from nrm.signin.provider import Provider  # noqa: PLC0415 - what speaks to a network is loaded by whoever has one

    providers = {one.name: Provider(one) for one in settings.oidc}
    return Door(desk, settings, hasher or Hasher(), providers, source)


def before(who: UUID, source: str) -> Asked:
    """Return who asks as long as nobody is signed in: the program, for whoever says that they are `who`.

    A failed sign-in names no role and no organisation, so that its entry looks the same whether there is such an
    account or not.
    """
    return Asked(who, NOBODY, WORKER, source=source)


def claimed(desk: Desk, name: str) -> UUID:
    """Return what stands for a name that nobody has: always the same for the same name, and not to be guessed."""
    return UUID(bytes=desk.registry.mark("nobody", name.encode("utf-8", "replace")))


def as_account(account: Account, source: str, role: str | None = None) -> Asked:
    """Return the holder of an account as somebody who asks, in one of their roles (the first, if none is said)."""
    return Asked(account.id, account.organisation, role or account.roles[0], source=source, unit=account.unit)


def refuse(desk: Desk, asked: Asked, verb: str, error: NrmError) -> NoReturn:
    """Put a refusal on the log, in a unit of work of its own, and raise it."""

    def work(_unit: UnitOfWork) -> NoReturn:
        raise error

    Journal(desk, asked).attempt(verb, work)
    raise error


@contextmanager
def refusing(desk: Desk, asked: Asked, verb: str) -> Iterator[None]:
    """Put on the log whatever is refused in here; all that proves nothing is told alike, as `wrong_credentials`."""
    try:
        yield
    except NotProvedError:
        refuse(desk, asked, verb, wrong())
    except NrmError as error:
        refuse(desk, asked, verb, error)
