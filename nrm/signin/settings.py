"""What an installation says of sign-in: how long a session lasts, where its pages are, and whom it trusts to know."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from nrm.models import Whole
from nrm.rulebook.wording import Code, Model
from nrm.signin.party import RelyingParty
from nrm.signin.roles import Role

LOCAL = "http://localhost:8000"
"""Where pages are as long as nothing else is said: on the same machine."""


def is_safe_address(text: str) -> bool:
    """Say whether a web address is HTTPS, or HTTP on this machine; without a password in it."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    if not host or parts.username is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _safe(text: str) -> str:
    if not is_safe_address(text):
        raise ValueError("write an address that begins with `https://`; `http://` is only for this machine")
    return text


def _flag(value: object) -> object:
    return {"True": True, "False": False}.get(value, value) if isinstance(value, str) else value


Address = Annotated[str, AfterValidator(_safe)]
Flag = Annotated[bool, BeforeValidator(_flag)]
"""`true` or `false`; every scalar of our files is text by the time that it is read."""

_DAY_MINUTES, _WEEK_HOURS, _YEAR_DAYS = 24 * 60, 7 * 24, 366
"""Longer than this no session and no token may last, whatever an installation says."""


class OidcSettings(Model):
    """One provider of identity.

    `issuer` is what it calls itself, to the letter. `client_secret_file` holds the secret, which never stands here.
    `redirect` is where it sends the browser back. `roles` says for each of its groups which role that is. With `create`
    whoever has such a group gets an account in `organisation`; without it an administrator links the two. Where
    `require_amr` names values, one of them must stand in `amr` (RFC 8176), such as `mfa`.
    """

    name: Code
    issuer: Address
    client_id: str = Field(min_length=1, max_length=200)
    client_secret_file: Path
    redirect: Address
    scopes: tuple[str, ...] = ("openid",)
    groups_claim: str = "groups"
    roles: dict[str, Role] = Field(default_factory=dict)
    create: Flag = False
    organisation: UUID | None = None
    require_amr: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if "openid" not in self.scopes:
            raise ValueError("`scopes` must have `openid` among them")
        if self.create and (self.organisation is None or not self.roles):
            raise ValueError("`create` needs `organisation`, and `roles` for at least one group")
        return self


class SignInSettings(Model):
    """The part `sign_in` of an installation's settings.

    `idle_minutes` and `absolute_hours` are the limits of a session in a browser; `token_days` is how long a program's
    token lives at most, `client_minutes` how long a client's. `origin` is where the pages are, and passkeys belong to
    its host. Each limit has one itself: a day, a week, a year, a day. `name` is what people read in their app and on
    their device.
    """

    idle_minutes: Whole = Field(default=30, ge=1, le=_DAY_MINUTES)
    absolute_hours: Whole = Field(default=12, ge=1, le=_WEEK_HOURS)
    token_days: Whole = Field(default=90, ge=1, le=_YEAR_DAYS)
    client_minutes: Whole = Field(default=60, ge=1, le=_DAY_MINUTES)
    origin: Address = LOCAL
    name: str = Field(default="Referral mechanism", min_length=1, max_length=60)
    oidc: tuple[OidcSettings, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({one.name for one in self.oidc}) != len(self.oidc):
            raise ValueError("two providers have the same `name`")
        if (parts := urlsplit(self.origin)).path or parts.query:
            raise ValueError("`origin` has no path; write it as `https://nrm.example.org`")
        return self

    @property
    def party(self) -> RelyingParty:
        """Who asks for passkeys."""
        return RelyingParty(urlsplit(self.origin).hostname or "", self.name, (self.origin,))

    def below(self, folder: Path) -> SignInSettings:
        """Return the same settings, with relative paths taken from `folder`."""
        moved = (one.model_copy(update={"client_secret_file": folder / one.client_secret_file}) for one in self.oidc)
        return self.model_copy(update={"oidc": tuple(moved)})
