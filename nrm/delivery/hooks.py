"""Call a webhook: `POST` of a small signed JSON, by the Standard Webhooks scheme.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: `webhook-id` is the same at
every try, `webhook-timestamp` is the moment of this one in seconds, `webhook-signature` is `v1,` and the Base64 of
HMAC-SHA256 over id, timestamp and body, joined by dots. Whom it may reach: see `nrm.delivery.https`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from nrm.delivery import addresses
from nrm.delivery.https import Pusher

if TYPE_CHECKING:
    from datetime import datetime

    from nrm.delivery.https import Pushed, Resolve
    from nrm.delivery.settings import DeliverySettings

_SAID: Final = {
    "url_refused": "this is not a plain `https://` address of scheme, host, perhaps port, and path",
    "host_not_allowed": "those who run this installation do not let it reach that host",
}


def sign(secret: bytes, message: str, seconds: int, body: bytes) -> str:
    """Return the header `webhook-signature`.

    >>> sign(bytes(24), "msg_1", 1614265330, b"{}")
    'v1,ONjOH+g8tKQOwBW/l2Ew8DI7ahP5iygTrq4r12BiJXg='
    """
    signed = hmac.new(secret, f"{message}.{seconds}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


class HookCaller:
    """Calls webhooks for one installation; holds nothing between two calls, and may be used by several threads.

    Raises `FileRefusedError` when the settings name a file of certificate authorities that cannot be used.
    """

    def __init__(self, settings: DeliverySettings, resolve: Resolve = addresses.resolve) -> None:
        self._pusher = Pusher(settings, resolve)

    def refuses(self, url: str) -> str | None:
        """Say in words why an address is never called; None when it may be."""
        code = self._pusher.refuses(url)
        return _SAID[code] if code is not None else None

    def call(self, url: str, secret: bytes, message: str, body: bytes, now: datetime) -> Pushed:
        """Try once and say how it ended. Must not be called where an event loop runs."""
        seconds = int(now.timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(seconds),
            "webhook-signature": sign(secret, message, seconds, body),
        }
        return self._pusher.post(url, body, headers)
