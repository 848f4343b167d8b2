"""Sign-in at a provider of identity, as far as it needs no network: what is asked, and what its answer proves.

OpenID Connect Core 1.0 (https://openid.net/specs/openid-connect-core-1_0.html), code flow with PKCE (RFC 7636) and the
issuer in the answer (RFC 9207).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from nrm.errors import Problem
from nrm.rulebook.wording import Model
from nrm.signin.errors import ProviderError, not_proved
from nrm.signin.jose import claims_of, is_for, moment, public_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from nrm.signin.settings import OidcSettings

SKEW: Final = 60
"""Seconds by which two clocks may differ."""

_LONGEST: Final = 2_048


class Pending(Model):
    """A sign-in that has begun at a provider: what must come back, and what only we know."""

    provider: str
    state: str
    nonce: str
    verifier: str

    def __repr__(self) -> str:
        return "Pending(…)"

    __str__ = __repr__


@dataclass(frozen=True)
class Identity:
    """Whom a provider names: by issuer and subject, never by an e-mail address, which can pass to another."""

    issuer: str
    subject: str
    groups: tuple[str, ...]
    name: str

    def __repr__(self) -> str:
        return "Identity(…)"


def new_pending(provider: str) -> Pending:
    """Return a new sign-in, each of its three secrets with 256 bits of chance."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Pending(provider=provider, state=state, nonce=nonce, verifier=verifier)


def address(endpoint: str, settings: OidcSettings, pending: Pending) -> str:
    """Return where the browser is sent."""
    return str(
        prepare_grant_uri(
            endpoint,
            settings.client_id,
            "code",
            redirect_uri=settings.redirect,
            scope=" ".join(settings.scopes),
            state=pending.state,
            nonce=pending.nonce,
            code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
        )
    )


def code_of(answer: Mapping[str, str], pending: Pending, issuer: str) -> str:
    """Return the code that a provider sent back with the browser.

    INVARIANT (an answer to our question): the state is the one that this browser was sent away with, and an issuer, if
    one is named, is the one that was asked. So is `provider`, ours, at whose address the browser came back: else a
    provider that is bad could have one of its sign-ins end at a good one, and get the code (RFC 9700 section 4.4).

    Raises:
        NotProvedError: state or code are missing or wrong, or the provider said no.
    """
    if not hmac.compare_digest(answer.get("state", "").encode("utf-8", "replace"), pending.state.encode()):
        raise not_proved("the provider's answer belongs to another sign-in")
    if answer.get("iss", issuer) != issuer or answer.get("provider", pending.provider) != pending.provider:
        raise not_proved("the answer comes from another provider")
    code = answer.get("code", "")
    if "error" in answer or not 0 < len(code) <= _LONGEST:
        raise not_proved("the provider did not let you in", "ask whoever keeps your account there")
    return code


def identity(token: str, jwks: Mapping[str, Any], settings: OidcSettings, pending: Pending, now: datetime) -> Identity:
    """Return whom an `id_token` names (OpenID Connect Core section 3.1.3.7).

    Raises:
        NotProvedError: it is not signed by the provider, not for us, not of now, not of this sign-in, or says less of
            how somebody proved themselves than the settings ask for.
    """
    listed = jwks.get("keys")
    found = listed if isinstance(listed, list) else []
    keys = [key for one in found if isinstance(one, dict) and (key := public_key(one)) is not None]
    if not keys:
        raise ProviderError(Problem("sign-in", 0, "the provider publishes no key that is taken here", "ask it"))
    claims = claims_of(token, keys)
    at, ends, made = now.timestamp(), moment(claims, "exp"), moment(claims, "iat")
    several = isinstance(claims.get("aud"), list) and len(claims["aud"]) > 1
    checks = (
        claims.get("iss") == settings.issuer,
        is_for(claims, settings.client_id),
        claims.get("azp", None if several else settings.client_id) == settings.client_id,
        ends is not None and ends > at - SKEW,
        made is not None and made <= at + SKEW,
        hmac.compare_digest(str(claims.get("nonce", "")).encode(), pending.nonce.encode()),
    )
    subject = claims.get("sub")
    if not all(checks) or not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST:
        raise not_proved("the provider's answer is not for this sign-in")
    if settings.require_amr and not set(settings.require_amr) & set(_texts(claims.get("amr"))):
        raise not_proved("the provider did not ask for a second factor", "sign in there with one")
    name = claims.get("name") or claims.get("preferred_username") or ""
    return Identity(settings.issuer, subject, _texts(claims.get(settings.groups_claim)), str(name)[:120])


def roles_of(groups: tuple[str, ...], settings: OidcSettings) -> tuple[str, ...]:
    """Return the roles that the settings give to these groups; a group that they do not name gives none."""
    return tuple(sorted({settings.roles[group] for group in groups if group in settings.roles}))


def _texts(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(one for one in listed if isinstance(one, str))
