"""Opaque tokens: 256 random bits that say nothing, of which only a digest is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

PREFIX: Final = "nrm_"
"""So that programs which look for leaked secrets find ours."""

_FORM: Final = re.compile(r"nrm_[A-Za-z0-9_-]{43}", re.ASCII)


def new_token() -> str:
    """Return a new token: `nrm_` and 43 characters of base64url."""
    return PREFIX + secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Say whether `text` has the form of a token."""
    return _FORM.fullmatch(text) is not None


def digest(token: str) -> str:
    """Return SHA-256 of a token, hexadecimal: a token has 256 bits of chance, so nothing slower is needed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
