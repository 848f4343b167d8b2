"""A provider of identity over the network: what it publishes of itself, and a code exchanged for a token.

INVARIANT (only the provider is asked): every address that a provider publishes is HTTPS, redirects are not followed,
the environment names no proxy, and of an answer no more than its limit is read. On loopback HTTP is enough.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import httpx

from nrm.errors import Problem
from nrm.signin.errors import ProviderError
from nrm.signin.oidc import Identity, Pending, address, code_of, identity, new_pending
from nrm.signin.settings import is_safe_address
from nrm.vault.private_file import read_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from nrm.signin.settings import OidcSettings

SECONDS: Final = 10.0
LARGEST: Final = 262_144
"""Bytes of an answer at most."""


class Provider:
    """One provider of identity, by the settings of the installation. What it publishes is asked for once."""

    def __init__(self, settings: OidcSettings) -> None:
        self.settings = settings

    def begin(self) -> tuple[str, Pending]:
        """Return where the browser is sent, and what must be kept until it is back. Raises `ProviderError`."""
        pending = new_pending(self.settings.name)
        return address(self._endpoint("authorization_endpoint"), self.settings, pending), pending

    def finish(self, pending: Pending, answer: Mapping[str, str], now: datetime) -> Identity:
        """Return whom the provider names.

        Raises:
            NotProvedError: the answer is none to this sign-in, or proves nothing.
            ProviderError: it cannot be reached, or refuses the code.
        """
        code = code_of(answer, pending, self.settings.issuer)
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect,
            "code_verifier": pending.verifier,
        }
        told = self._asked("POST", self._endpoint("token_endpoint"), sent)
        token = told.get("id_token")
        if not isinstance(token, str):
            raise _failed("it gave no `id_token`")
        # Asked anew each time: a key that was taken back there must be taken back here.
        jwks = self._asked("GET", self._endpoint("jwks_uri"))
        return identity(token, jwks, self.settings, pending, now)

    @cached_property
    def _published(self) -> dict[str, Any]:
        """What it publishes (OpenID Connect Discovery 1.0)."""
        found = self._asked("GET", self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self.settings.issuer:
            raise _failed("it calls itself otherwise than `issuer` in the settings")
        return found

    def _endpoint(self, name: str) -> str:
        found = self._published.get(name)
        if not isinstance(found, str) or not is_safe_address(found):
            raise _failed(f"its `{name}` is missing, or is not HTTPS")
        return found

    def _asked(self, method: str, url: str, sent: Mapping[str, str] | None = None) -> dict[str, Any]:
        login = (self.settings.client_id, _secret(self.settings)) if sent is not None else None
        told = b""
        try:
            with (
                httpx.Client(timeout=SECONDS, trust_env=False, follow_redirects=False) as client,
                client.stream(method, url, data=sent, auth=login, headers={"Accept": "application/json"}) as answer,
            ):
                for part in answer.iter_bytes():
                    told += part
                    if len(told) > LARGEST:
                        raise _failed("its answer is too large")
                good = answer.is_success
        except (httpx.HTTPError, httpx.InvalidURL):
            raise _failed("it cannot be reached") from None
        try:
            found = json.loads(told)
        except (ValueError, RecursionError):
            found = None
        if not good or not isinstance(found, dict):
            raise _failed("it refuses the request")
        return found


def _secret(settings: OidcSettings) -> str:
    """Return the client secret, from a file that nobody else can read. Raises `VaultError`, `ProviderError`."""
    try:
        return read_private(settings.client_secret_file, "client secret file")[0].decode("utf-8").strip()
    except UnicodeDecodeError:
        raise _failed("the file of the client secret is not text") from None


def _failed(what: str) -> ProviderError:
    return ProviderError(Problem("sign-in", 0, f"the provider of identity cannot be used: {what}", "try again later"))
