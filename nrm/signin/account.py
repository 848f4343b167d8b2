"""An account: an official, or a program, that may sign in. Kept sealed; only its identifier goes to the log."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from nrm.rulebook.wording import Language, Model
from nrm.signin.roles import Role
from nrm.signin.totp import Totp

Kind = Literal["person", "client"]
State = Literal["active", "suspended"]


def sign_in_name(text: str) -> str:
    """Return the one form of a sign-in name: capitals, and ways to type the same letter, make no difference."""
    written = text.encode("utf-8", "replace").decode()  # half of a pair (UTF-16) is no letter, and cannot be kept
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", written).strip().casefold())


def _name(text: str) -> str:
    same = sign_in_name(text)
    if not same or any(unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp"} for one in same):
        raise ValueError("a name has letters, and nothing that cannot be seen")
    return same


def _each_once(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    return tuple(sorted(set(roles)))


class Account(Model):
    """One account.

    `name` is what is typed at sign-in. `epoch` counts up whenever all sessions are ended: a session of an earlier
    epoch is over. `password` is the encoded Argon2id hash; with `must_change` it is for the first time only, and until
    `password_until`. `totp` and passkeys are the second factor. `entered` says whether anybody has ever signed in,
    `held_since` since when its holder has had these rights by these credentials: what others gave them counts anew
    (None: nobody signed in yet, or not since this is noted; the next sign-in notes it).
    `secret` is the digest of a client's secret, `public_keys` what a client signs with (JWK, as JSON). `local` is False
    where only a provider of identity lets somebody in.
    """

    id: UUID
    kind: Kind = "person"
    name: Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_name)]
    display_name: Annotated[str, Field(min_length=1, max_length=120)]
    language: Language = "en"
    organisation: UUID
    unit: str | None = Field(default=None, max_length=120)
    roles: Annotated[tuple[Role, ...], Field(min_length=1), AfterValidator(_each_once)]
    state: State = "active"
    epoch: int = 0
    password: str | None = None
    must_change: bool = False
    password_until: datetime | None = None
    totp: Totp | None = None
    has_passkey: bool = False
    entered: bool = False
    held_since: datetime | None = None
    secret: str | None = None
    public_keys: tuple[str, ...] = ()
    local: bool = True

    def __repr__(self) -> str:
        return "Account(…)"

    __str__ = __repr__

    def held_anew(self, now: datetime) -> Account:
        """Return it after somebody else gave its holder rights or credentials."""
        return self.model_copy(update={"held_since": now})

    def signed_in(self, now: datetime, *, anew: bool = False) -> Account:
        """Return it after a sign-in; `anew` where that was by what somebody else had given, as the first always is."""
        entered = self.model_copy(update={"entered": True})
        return entered.held_anew(now) if anew or not self.entered or self.held_since is None else entered

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.kind == "client" and (self.password or self.totp or self.has_passkey):
            raise ValueError("a client has a secret or keys, and no password")
        if self.kind == "client" and "administrator" in self.roles:
            raise ValueError("a program keeps no accounts")
        if self.kind == "person" and (self.secret or self.public_keys):
            raise ValueError("a person has no client secret")
        return self
