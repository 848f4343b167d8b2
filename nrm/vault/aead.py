"""AES-256-GCM with a random nonce, and the count of messages that keeps it safe.

NIST SP 800-38D section 8.3 (https://doi.org/10.6028/NIST.SP.800-38D): with random 96-bit nonces one key may seal at
most 2^32 messages, so that the chance of one repeated nonce stays below 2^-32. A repeated nonce would betray both
messages and let anybody forge more.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nrm.vault.errors import KeyWornOutError, TamperedError, TruncatedError, of_vault

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
AROUND = NONCE_BYTES + TAG_BYTES
"""How many bytes longer than the plaintext a sealed message is."""

MOST_MESSAGES = 2**32


class Cipher:
    """One AES-256 key that seals and opens messages of the form nonce, ciphertext, tag.

    It counts what it seals itself; a key that several processes use must be bounded by its users too (see
    `nrm.vault.envelope.LAST_VERSION`). It shows nothing of the key.
    """

    __slots__ = ("_aes", "_sealed")

    def __init__(self, key: bytes) -> None:
        self._aes = AESGCM(key)
        self._sealed = 0

    def seal(self, plaintext: bytes, bound_to: bytes) -> bytes:
        """Return `plaintext` sealed, so that it opens only together with the clear bytes `bound_to`.

        Raises:
            KeyWornOutError: this key has sealed 2^32 messages.
        """
        if self._sealed >= MOST_MESSAGES:
            raise KeyWornOutError(of_vault(f"a key has sealed {MOST_MESSAGES} messages", "make a new one: rotate"))
        self._sealed += 1
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aes.encrypt(nonce, plaintext, bound_to)

    def open(self, sealed: bytes, bound_to: bytes, start: int = 0) -> bytes:
        """Return the plaintext of the message that begins at `start`.

        Raises:
            TruncatedError: too short to be a sealed message.
            TamperedError: the tag does not verify.
        """
        if len(sealed) < start + AROUND:
            raise TruncatedError(of_vault("sealed bytes are missing", "restore them from a backup"))
        try:
            text = start + NONCE_BYTES
            return self._aes.decrypt(sealed[start:text], sealed[text:], bound_to)
        except InvalidTag:
            raise TamperedError(of_vault("sealed bytes do not verify", "restore them from a backup")) from None

    def __reduce__(self) -> str:
        raise TypeError("a key is never pickled")
