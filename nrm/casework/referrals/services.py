"""Services as they appear to the store and the log: an identity like that of an organisation, and a keyed mark.

INVARIANT (the store does not say where a person sleeps): a row names a service only by a keyed mark of 16 bytes. Two
rows of one service have the same mark; which service that is, only whoever has the key can find out.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from nrm.directory.service import Key

MARK_BYTES: Final = 16

_SERVICES: Final = UUID("0d9b6a52-41a8-4a6e-8a59-3c1be0a5a1f4")
"""Namespace in which the key of a service becomes a UUID (RFC 9562, version 5)."""


def organisation_of(service: Key) -> UUID:
    """Return the identity under which somebody of a service asks (`Asked.organisation`)."""
    source, name = service
    return uuid5(_SERVICES, f"{source}\0{name}")


def mark(key: bytes, organisation: UUID) -> bytes:
    """Return the mark of a service in the store: 16 bytes of HMAC-SHA256 of its identity under `key`."""
    return hmac.new(key, b"nrm service mark v1\0" + organisation.bytes, hashlib.sha256).digest()[:MARK_BYTES]
