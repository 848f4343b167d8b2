"""Pages of a list: where the next one begins is told as a sealed word, so that no identifier stands in an address."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from fastapi import Query

from api.problems.fault import Fault
from api.problems.problem import Told

Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(max_length=200, pattern="^[A-Za-z0-9_-]+$", description="`next` of the page before.")
]

_NONCE: Final = bytes(12)


class Cursors:
    """Seals and opens where a page begins, with a key of 32 bytes.

    AES-256-GCM-SIV (RFC 8452), whose one nonce for all only tells that two cursors are the same. A cursor belongs to
    one list and one asker.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCMSIV(key)

    def sealed(self, last: bytes, of: bytes) -> str:
        """Return the cursor behind the entry `last` of the list `of`."""
        return base64.urlsafe_b64encode(self._cipher.encrypt(_NONCE, last, of)).rstrip(b"=").decode()

    def opened(self, cursor: str, of: bytes) -> bytes:
        """Return what `sealed` sealed.

        Raises:
            Told: it is not a cursor of this list and asker.
        """
        try:
            data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            return self._cipher.decrypt(_NONCE, data, of)
        except (InvalidTag, ValueError, binascii.Error):
            fault = Fault(at="query/cursor", what="is not a cursor of this list", todo="begin without one")
            raise Told("input_refused", (fault,)) from None

    def after(self, cursor: str | None, of: bytes) -> UUID | None:
        """Return the identifier behind which a page begins, or None (errors as in `opened`)."""
        return None if cursor is None else UUID(bytes=self.opened(cursor, of))
