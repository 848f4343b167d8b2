"""Finding the same identifier again without opening anything: a keyed hash that only equal values share.

INVARIANT (only identifiers of high entropy): nationality, sex, forms of exploitation, names and the like never have a
blind index. Few values repeat with known frequencies, and whoever steals the table reads them off: in our own trial
100 % of the rows came back by frequency alone. Only three kinds exist, and a value that looks unlike them is refused.

Phone numbers are few enough to be tried out one by one by whoever steals the index key as well: it stands in the key
store, never in the database.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from typing import TYPE_CHECKING

from nrm.vault.aead import KEY_BYTES
from nrm.vault.errors import NotIndexedError, TruncatedError, of_vault

if TYPE_CHECKING:
    from collections.abc import Callable

INDEX_BYTES = 16
"""128 bits: among 10 million identifiers there are 5e13 pairs, so the chance that any two collide is 1.5e-25. With 64
bits it were 3e-6, and a collision would show one person as another."""


class BlindIndex:
    """Makes index values with one key, which is shown nowhere."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise TruncatedError(of_vault("the key of the blind index is short", "take it from the key store"))
        self._key = key

    def index(self, kind: str, value: str) -> bytes:
        """Return 16 bytes that are equal exactly for equal identifiers of one kind: HMAC-SHA-256, cut.

        Kinds are `document_number` (letters and digits, in capitals), `phone` (`+` and digits, with country code) and
        `email` (small letters).

        Raises:
            NotIndexedError: the kind is not one of them, or the value is not of the kind. It does not show the value.
        """
        normal = normalise(kind, value)
        message = f"nrm blind index 1\0{kind}\0{normal}".encode()
        return hmac.digest(self._key, message, "sha256")[:INDEX_BYTES]

    def __repr__(self) -> str:
        return "BlindIndex(…)"

    def __reduce__(self) -> str:
        raise TypeError("a key is never pickled")


def normalise(kind: str, value: str) -> str:
    """Return the one spelling of an identifier that is hashed (errors as in `BlindIndex.index`).

    >>> normalise("phone", "00373 (69) 123-456"), normalise("document_number", "ab 12-34x")
    ('+37369123456', 'AB1234X')
    """
    if kind not in KINDS:
        todo = f"only {', '.join(f'`{known}`' for known in KINDS)} have one"
        raise NotIndexedError(of_vault("this kind of value has no blind index", todo))
    return KINDS[kind](unicodedata.normalize("NFKC", value))


def _document_number(value: str) -> str:
    normal = "".join(_plain(letter) for letter in value if letter.isalnum()).upper()
    if not _DOCUMENT.fullmatch(normal):
        todo = "a document number has at least 5 letters and digits, and a digit among them"
        raise NotIndexedError(of_vault("this is not a document number", todo))
    return normal


def _phone(value: str) -> str:
    digits = "".join(_plain(letter) for letter in value if letter == "+" or not _BETWEEN.fullmatch(letter))
    normal = "+" + digits[2:] if digits.startswith("00") else digits
    if not _PHONE.fullmatch(normal):
        todo = "write it with its country code, such as +373…"
        raise NotIndexedError(of_vault("this is not a phone number with a country code", todo))
    return normal


def _email(value: str) -> str:
    normal = unicodedata.normalize("NFKC", value.strip().casefold())
    if not _EMAIL.fullmatch(normal):
        raise NotIndexedError(of_vault("this is not an e-mail address", "write it as name@place"))
    return normal


KINDS: dict[str, Callable[[str], str]] = {"document_number": _document_number, "phone": _phone, "email": _email}
"""The closed list: each kind and its one spelling."""

_DOCUMENT = re.compile(r"(?=.*\d)\w{5,64}", re.DOTALL)
_BETWEEN = re.compile(r"[\s().\-/\u2010-\u2015\u2212\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


def _plain(letter: str) -> str:
    """Return a digit of any script as 0 to 9, and everything else as it is."""
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
