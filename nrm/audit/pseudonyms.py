"""What an entry says instead of a case, an official or a detail: keyed or salted hashes, nothing that can be guessed.

INVARIANT (a shredded case leaves no thread): what an entry says of a case is made by `case_pseudonym` and
`details_digest`, anew for each event. Both need a secret that is kept encrypted with the case. Without it no two
entries can be seen to be of one case, nor can anybody guess what a digest stands for; times and officials remain.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any, Final, Literal

import rfc8785

from nrm.audit.errors import EntryRefusedError
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

SECRET_BYTES: Final = 32
"""Length of a case's log secret, of the key of officials, and of the salt of details."""

PSEUDONYM_BYTES: Final = 16

_FILE = "audit entry"


def case_pseudonym(secret: bytes, event: UUID) -> str:
    """Return what the entry of `event` says of its case: HMAC-SHA256 of the event id, 32 hexadecimal digits.

    `secret` is the case's own log secret: 32 random bytes, kept encrypted with the case and never elsewhere. Whoever
    can open the case computes this for each event and so finds its entries. To all others, and to everybody once the
    case is shredded, each entry carries another random-looking number, so that no two can be linked.
    """
    return _hashed(secret, b"nrm log case v1\0" + event.bytes)


def actor_pseudonym(key: bytes, kind: Literal["actor", "organisation"], identifier: UUID) -> str:
    """Return the pseudonym of an official or an organisation: HMAC-SHA256 under `key`, 32 hexadecimal digits.

    It stays the same as long as `key` does, because an oversight body must see that one official opened 500 cases.
    Never make one of a victim: an entry with the role `person` has no actor.
    """
    text = b"nrm log " + kind.encode() + b" v1\0" + identifier.bytes
    return _hashed(key, text)


def details_digest(salt: bytes, details: Mapping[str, Any]) -> str:
    """Return SHA-256(salt || canonical JSON of `details`), hexadecimal; both are kept encrypted with the case.

    `salt` is 32 random bytes, new for each entry. Without it few enough guesses would find what the details were.

    Raises:
        EntryRefusedError: `details` has something that canonical JSON cannot say.
    """
    try:
        text = rfc8785.dumps(dict(details))
    except (rfc8785.CanonicalizationError, RecursionError):
        raise EntryRefusedError(Problem(_FILE, 0, "`details` cannot be said in JSON", "use text and numbers")) from None
    return hashlib.sha256(_of_length(salt) + text).hexdigest()


def _hashed(key: bytes, text: bytes) -> str:
    return hmac.digest(_of_length(key), text, "sha256")[:PSEUDONYM_BYTES].hex()


def _of_length(secret: bytes) -> bytes:
    if len(secret) != SECRET_BYTES:
        raise EntryRefusedError(
            Problem(_FILE, 0, "a log secret has the wrong length", f"use {SECRET_BYTES} random bytes")
        )
    return secret
