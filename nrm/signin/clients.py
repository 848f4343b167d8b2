"""Programs of others that sign in by themselves: by a secret, or by a token that they sign (RFC 7523)."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from nrm.errors import Problem
from nrm.signin.errors import KeysRefusedError, not_proved
from nrm.signin.jose import claims_of, is_for, moment, public_key, unchecked
from nrm.signin.tokens import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LIFE: Final = timedelta(minutes=5)
"""How long an assertion may be good for; so long we remember it."""

SKEW: Final = timedelta(seconds=60)
"""How far two clocks may differ."""

TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""What `client_assertion_type` must say (RFC 7523 section 2.2)."""

_MOST_KEYS: Final = 8
_LONGEST_ID: Final = 200


@dataclass(frozen=True)
class Assertion:
    """An assertion that is good: its identifier, which must come once, and until when it could come again."""

    jti: str
    until: datetime


def is_secret(kept: str | None, secret: str) -> bool:
    """Say whether this is the client's secret; where none is kept, the same is computed."""
    return hmac.compare_digest(kept or digest(""), digest(secret)) and kept is not None


def kept_keys(jwks: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is kept of a client's public keys (a JWK set, RFC 7517): each as JSON.

    Raises:
        KeysRefusedError: there are none, too many, private ones, or weak ones.
    """
    found = jwks.get("keys")
    if not isinstance(found, list) or not 1 <= len(found) <= _MOST_KEYS:
        raise KeysRefusedError(Problem("keys", 0, f"a client has 1 to {_MOST_KEYS} keys", "give a JWK set of them"))
    if not all(isinstance(one, dict) and public_key(one) is not None for one in found):
        todo = "use public keys: EC P-256, Ed25519, or RSA of 2048 bits and more"
        raise KeysRefusedError(Problem("keys", 0, "a key is private, weak, or of a kind that is not taken", todo))
    return tuple(json.dumps(one, sort_keys=True) for one in found)


def client_named(assertion: str) -> UUID:
    """Return which client an assertion says that it comes from; nothing is checked yet.

    Raises:
        NotProvedError: it names none.
    """
    try:
        return UUID(str(unchecked(assertion).get("sub")))
    except ValueError:
        raise not_proved("the assertion names no client") from None


def check_assertion(
    assertion: str, keys: Iterable[str], client: UUID, audiences: Iterable[str], now: datetime
) -> Assertion:
    """Return an assertion that one of the client's keys signed, that is for us, and that is not too old.

    Raises:
        NotProvedError: with the rule of RFC 7523 section 3 that it breaks.
    """
    known = [key for one in keys if (key := public_key(json.loads(one))) is not None]
    claims = claims_of(assertion, known)
    if claims.get("iss") != str(client) or claims.get("sub") != str(client):
        raise not_proved("the assertion is not the client's own", "`iss` and `sub` are both the client's identifier")
    if not any(is_for(claims, one) for one in audiences):
        raise not_proved("the assertion is for somebody else", "`aud` is the address of the token endpoint")
    at = now.timestamp()
    ends, starts = moment(claims, "exp"), moment(claims, "nbf")
    if ends is None or ends <= at or ends > at + (LIFE + SKEW).total_seconds():
        raise not_proved("the assertion is over, or good for too long", "`exp` is at most five minutes from now")
    if starts is not None and starts > at + SKEW.total_seconds():
        raise not_proved("the assertion is not good yet", "set the clock")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_ID or not jti.isprintable():
        raise not_proved("the assertion has no `jti`", "give each a new identifier")
    return Assertion(jti, datetime.fromtimestamp(ends, UTC) + SKEW)
