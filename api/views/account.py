"""Accounts as administrators keep them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from api.views.model import Id, Sent, View
from nrm.rulebook.wording import Language
from nrm.signin.roles import Role

if TYPE_CHECKING:
    from nrm.casework.accounts.registers import Recovery
    from nrm.signin.account import Account

Text = Annotated[str, Field(min_length=1, max_length=120)]
Roles = Annotated[list[Role], Field(min_length=1, max_length=20)]


class AccountSent(Sent):
    """A new account of a person, or of a program."""

    name: Text = Field(description="What is typed at sign-in.", examples=["anna"])
    display_name: Text = Field(description="How colleagues call them.", examples=["Anna"])
    roles: Roles = Field(examples=[["caseworker"]])
    organisation: Id | None = Field(default=None, description="Yours, if it is left out.")
    unit: Text | None = Field(default=None, description="Of those who write rules.")
    language: Language = "en"


class AccountChangeSent(Sent):
    """What changes; what is left out stays. Where rights change, all sessions and tokens of the account end."""

    name: Text | None = None
    display_name: Text | None = None
    roles: Roles | None = None
    organisation: Id | None = None
    unit: Text | None = Field(default=None, description="`null` takes the unit away.")
    language: Language | None = None
    local: bool | None = Field(default=None, description="False: only a provider of identity lets them in.")

    def fields(self) -> dict[str, Any]:
        """Return what changes, as the use case takes it."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
        return {name: value for name, value in given.items() if value is not None or name == "unit"}


class AccountView(View):
    """An account; nothing of what its holder proves themselves by."""

    account: UUID
    kind: Literal["person", "client"]
    name: str = Field(repr=False)
    display_name: str = Field(repr=False)
    roles: list[str]
    organisation: UUID
    unit: str | None
    language: str
    state: Literal["active", "suspended"]
    entered: bool = Field(description="Somebody has signed in; then nobody can invite them again.")
    second_factor: bool
    local: bool


class CodeView(View):
    """A one-time code, shown this once: with name and code somebody signs in, once, within three days."""

    code: str = Field(repr=False)


class RecoveryView(View):
    """A request for new credentials, which another administrator confirms."""

    recovery: UUID
    account: UUID
    asked_by: UUID
    until: datetime


class IdentitySent(Sent):
    """Whom a provider of identity names so."""

    issuer: str = Field(min_length=1, max_length=500, examples=["https://id.example.org"])
    subject: str = Field(min_length=1, max_length=255, repr=False)


class ClientSecretView(View):
    """The secret of a program, shown this once."""

    client_id: UUID
    client_secret: str = Field(repr=False)


class KeysSent(Sent):
    """Public keys of a program: a JWK set (RFC 7517)."""

    keys: list[dict[str, JsonValue]] = Field(min_length=1, max_length=8)


def account_view(account: Account) -> AccountView:
    """Return an account."""
    return AccountView(
        account=account.id,
        kind=account.kind,
        name=account.name,
        display_name=account.display_name,
        roles=list(account.roles),
        organisation=account.organisation,
        unit=account.unit,
        language=account.language,
        state=account.state,
        entered=account.entered,
        second_factor=account.totp is not None or account.has_passkey,
        local=account.local,
    )


def recovery_view(recovery: Recovery) -> RecoveryView:
    """Return a request."""
    return RecoveryView(
        recovery=recovery.id, account=recovery.account, asked_by=recovery.asked_by, until=recovery.until
    )
