"""Codes of six digits that an app on a telephone shows (TOTP, RFC 6238)."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Final

import pyotp

from nrm.rulebook.wording import Model
from nrm.signin.errors import not_proved

if TYPE_CHECKING:
    from datetime import datetime

SECONDS: Final = 30
"""How long one code is shown."""

WINDOW: Final = 1
"""How many codes before and after are taken, for clocks that go wrong."""

_CODE: Final = re.compile(r"[0-9]{6}", re.ASCII)


class Totp(Model):
    """What is kept of somebody's app: the secret (base 32), and the step of the last code that was used."""

    secret: str
    used: int = 0

    def __repr__(self) -> str:
        return "Totp(…)"

    __str__ = __repr__


def new_totp() -> Totp:
    """Return a new secret of 160 bits."""
    return Totp(secret=pyotp.random_base32(32))


def uri(totp: Totp, name: str, issuer: str) -> str:
    """Return the `otpauth:` address that an app reads from a picture; it holds the secret."""
    return pyotp.TOTP(totp.secret).provisioning_uri(name=name, issuer_name=issuer)


def check_code(totp: Totp, code: str, now: datetime) -> Totp:
    """Return what is kept after this code was used.

    INVARIANT (a code is used once): a code whose step is not after the last one that was used proves nothing
    (RFC 6238 section 5.2).

    Raises:
        NotProvedError: it is not a code of now, or was used already; both are told alike.
    """
    typed = code.replace(" ", "")
    at = int(now.timestamp()) // SECONDS
    made = pyotp.TOTP(totp.secret)
    for step in range(at - WINDOW, at + WINDOW + 1):
        if step > totp.used and _CODE.fullmatch(typed) and hmac.compare_digest(made.generate_otp(step), typed):
            return Totp(secret=totp.secret, used=step)
    raise not_proved("the code is not right, or was used already", "wait for the next code of your app")
