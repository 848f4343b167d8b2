"""Signed tokens of others (JWS, RFC 7515): the few algorithms that we take, and keys that are strong enough."""

from __future__ import annotations

import base64
import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from nrm.signin.errors import not_proved

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from joserfc.jwa import JWSAlgModel

ALGORITHMS: Final = ("ES256", "EdDSA", "Ed25519", "RS256")
"""RFC 7518, 8037 and 9864. Never `none`, never one whose key both sides have."""

_FEWEST_BITS: Final = 2048
_LONGEST: Final = 16_384
_NEVER: Final = 253_402_300_800
"""The year 10000, in seconds since 1970."""
_MOST_KEYS: Final = 32
_CURVES: Final = {"EC": "P-256", "OKP": "Ed25519"}
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

Key = ECKey | OKPKey | RSAKey


class _Registry(JWSRegistry):
    """The algorithms that we take. `EdDSA` is an old name of one of them, and no reason for a warning."""

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in ALGORITHMS:
            raise not_proved("a token is signed by an algorithm that is not taken here", f"use {ALGORITHMS[0]}")
        return self.algorithms[name]


_REGISTRY: Final = _Registry(algorithms=list(ALGORITHMS))


def public_key(found: Mapping[str, Any]) -> Key | None:
    """Return a public key (JWK, RFC 7517), or None when it is of a kind that is not taken, or too weak."""
    kind = found.get("kty")
    if _PRIVATE & set(found) or found.get("use", "sig") != "sig":
        return None
    try:
        if kind == "RSA":
            bits = int.from_bytes(_bytes(str(found["n"]))).bit_length()
            return RSAKey.import_key(dict(found)) if bits >= _FEWEST_BITS else None
        if kind in _CURVES and found.get("crv") == _CURVES[kind]:
            return ECKey.import_key(dict(found)) if kind == "EC" else OKPKey.import_key(dict(found))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None


def claims_of(token: str, keys: Iterable[Key]) -> dict[str, Any]:
    """Return what a token says, when one of `keys` signed it; which one does not matter, for all are of one owner.

    Raises:
        NotProvedError: it is broken, signed by none of these, or by an algorithm that is not taken.
    """
    if len(token) > _LONGEST:
        raise not_proved("a token is too long")
    for key in islice(keys, _MOST_KEYS):
        try:
            return dict(jwt.decode(token, key, registry=_REGISTRY).claims)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue
    raise not_proved("a token is broken, or was not signed by a key that is known")


def unchecked(token: str) -> dict[str, Any]:
    """Return what a token says, whoever signed it: only to find whose keys are to be asked.

    Raises:
        NotProvedError: it says nothing.
    """
    try:
        found = json.loads(_bytes(token[:_LONGEST].split(".")[1]))
    except (ValueError, IndexError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise not_proved("a token is broken")
    return found


def moment(claims: Mapping[str, Any], name: str) -> float | None:
    """Return a time that a token says (seconds since 1970), or None; one that no clock will ever show is none."""
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value < _NEVER else None  # NaN is neither


def is_for(claims: Mapping[str, Any], audience: str) -> bool:
    """Say whether a token is for `audience` (RFC 7519 section 4.1.3)."""
    named = claims.get("aud")
    return named == audience or (isinstance(named, list) and audience in named)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
