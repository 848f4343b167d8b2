"""What is kept of accounts and sign-ins in the registry, kind by kind."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from nrm.casework.registry import Register
from nrm.rulebook.wording import Model
from nrm.signin.account import Account
from nrm.signin.lockout import Tries
from nrm.signin.oidc import Pending
from nrm.signin.passkeys import Passkey
from nrm.signin.session import Session
from nrm.signin.totp import Totp

Stage = Literal["second", "passkey", "oidc", "add_totp", "add_passkey"]


class Step(Model):
    """What is kept between two steps of one sign-in or enrolment; `digest` is that of the token that stands for it.

    It is good for one `stage` only, until `until`, and for the account as it was in `epoch`.
    """

    digest: str
    stage: Stage
    until: datetime
    account: UUID | None = None
    epoch: int = 0
    challenge: str | None = None
    totp: Totp | None = None
    pending: Pending | None = None

    def __repr__(self) -> str:
        return "Step(…)"

    __str__ = __repr__


class Link(Model):
    """That somebody whom a provider of identity names has an account here."""

    issuer: str
    subject: str
    account: UUID


class Recovery(Model):
    """That an administrator asked for new credentials for somebody, and another has not confirmed it yet.

    `asked_from` is where they asked from, as the log has it, such as `cli`.
    """

    id: UUID
    account: UUID
    asked_by: UUID
    asked_from: str = "api"
    until: datetime


class Seen(Model):
    """That an assertion of a client came once."""

    client: UUID
    jti: str


def linked(issuer: str, subject: str) -> bytes:
    """Return by what a link is found."""
    return issuer.encode() + b"\0" + subject.encode()


ACCOUNTS: Final = Register("account", Account, lambda one: one.name.encode())
SESSIONS: Final = Register("session", Session, lambda one: one.digest.encode())
PASSKEYS: Final = Register("passkey", Passkey, lambda one: one.credential.encode())
LINKS: Final = Register("identity", Link, lambda one: linked(one.issuer, one.subject))
STEPS: Final = Register("step", Step, lambda one: one.digest.encode())
TRIES: Final = Register("tries", Tries, lambda one: one.mark.encode())
RECOVERIES: Final = Register("recovery", Recovery)
SEEN: Final = Register("assertion", Seen, lambda one: one.client.bytes + one.jti.encode())
