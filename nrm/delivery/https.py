"""Push to an HTTPS endpoint of somebody else: `POST` of some bytes to an address that may be reached.

A service gets the age file, with the message's id as `Idempotency-Key`; `nrm.delivery.hooks` calls webhooks.

INVARIANT (nobody else is reached): the host stands in the installation's list, each address that its name leads to was
checked, and the connection goes to a checked address: the name is asked for once, so no second answer can differ (DNS
rebinding). TLS proves the name. Redirects are not followed, and the environment names no proxy.
INVARIANT (a service cannot keep us): the time limit is for the whole conversation, however slowly bytes drip; of an
answer no more than its limit is read.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx

from nrm.delivery import addresses
from nrm.delivery.backoff import asked_wait
from nrm.delivery.parcel import Delivered, Impossible, Later
from nrm.errors import FileRefusedError, Problem, reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from nrm.delivery.parcel import ImpossibleCode, Parcel
    from nrm.delivery.settings import DeliverySettings

Resolve = Callable[[str, int, float], Sequence[str]]
"""Gives the addresses of a host and port within some seconds, as `addresses.resolve` does."""

Pushed = Delivered | Later | Impossible

_HAD_IT: Final = 409
_PATIENCE: Final = frozenset({408, 425, 429})
_MOST_ADDRESSES: Final = 4
"""Addresses of one host that one try knocks at."""


@dataclass(frozen=True)
class _Errand:
    """Bytes, headers, the checked addresses of the host, and when the whole time is over (on the monotonic clock)."""

    body: bytes
    headers: Mapping[str, str]
    url: httpx.URL
    found: Sequence[str]
    end: float

    @property
    def left(self) -> float:
        return self.end - time.monotonic()


class Pusher:
    """Pushes bytes; `resolve` replaces the system's resolver.

    Raises `FileRefusedError` when the file of certificate authorities cannot be used.
    """

    def __init__(self, settings: DeliverySettings, resolve: Resolve = addresses.resolve) -> None:
        self._settings = settings
        self._resolve = resolve
        self._trust = _trust(settings.ca_file)

    def push(self, parcel: Parcel) -> Pushed:
        """Try once to deliver a parcel. Must not be called where an event loop runs."""
        headers = {
            "Accept": "application/octet-stream",
            "Content-Type": "application/octet-stream",
            "Idempotency-Key": str(parcel.message),
        }
        return self.post(parcel.way.url or "", parcel.body, headers)

    def refuses(self, url: str) -> ImpossibleCode | None:
        """Say why an address is never called, whatever its name leads to; None when it may be."""
        read = _plain(url)
        if read is None:
            return "url_refused"
        return None if _place(read) in self._settings.hosts else "host_not_allowed"

    def post(self, address: str, body: bytes, headers: Mapping[str, str]) -> Pushed:
        """Try once to post `body` to `address`. Must not be called where an event loop runs."""
        refused, url = self.refuses(address), _plain(address)
        if refused is not None or url is None:
            return Impossible(refused or "url_refused")
        place, port = _place(url), url.port or 443
        end = time.monotonic() + self._settings.limits.total_seconds
        try:
            found = self._resolve(url.host, port, self._settings.limits.total_seconds)
        except TimeoutError:
            return Later("timeout")
        except OSError:
            return Later("name_not_found")
        private = place in self._settings.private_allowed
        # One address that is not allowed is enough: a good one beside it may be the bait.
        if not all(addresses.may_reach(address, private=private) for address in found):
            return Impossible("address_forbidden")
        return asyncio.run(self._within(_Errand(body, headers, url, found, end)))

    async def _within(self, errand: _Errand) -> Pushed:
        try:
            async with (
                asyncio.timeout(errand.left),
                httpx.AsyncClient(verify=self._trust, trust_env=False) as client,
            ):
                return await self._knock(client, errand)
        except (TimeoutError, httpx.TimeoutException):
            return Later("timeout")
        except (httpx.TransportError, OSError):
            return Later("connection_lost")

    async def _knock(self, client: httpx.AsyncClient, errand: _Errand) -> Pushed:
        """Ask at one address after the other until one takes the connection."""
        for address in errand.found[:_MOST_ADDRESSES]:
            try:
                return await self._post(client, errand, address)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if _certificate_is_bad(error):
                    return Impossible("certificate_refused")
        return Later("unreachable")

    async def _post(self, client: httpx.AsyncClient, errand: _Errand, address: str) -> Pushed:
        limits = self._settings.limits
        headers = {
            "Host": errand.url.netloc.decode("ascii"),
            "User-Agent": "nrm",
            "Accept-Encoding": "identity",
            "Connection": "close",
            **errand.headers,
        }
        async with client.stream(
            "POST",
            errand.url.copy_with(host=address),  # the connection goes to the address …
            extensions={"sni_hostname": errand.url.raw_host.decode("ascii")},  # … and the certificate is for the name
            content=errand.body,
            headers=headers,
            # TCP and TLS each get `connect`. Were the whole time over during TLS, its socket would be left open.
            timeout=httpx.Timeout(limits.read_seconds, connect=min(limits.connect_seconds, 0.45 * errand.left)),
            follow_redirects=False,
        ) as answer:
            if not (answer.is_success or answer.status_code == _HAD_IT):
                return _failure(answer)
            receipt = b""
            async for part in answer.aiter_raw():  # raw, so that nothing small can unpack into something large
                receipt += part
                if len(receipt) > limits.receipt_bytes:
                    return Impossible("answer_too_large")
            return Delivered(receipt or None)


def _place(url: httpx.URL) -> str:
    """Return host and port, as settings have them."""
    port = url.port or 443
    return f"[{url.host}]:{port}" if ":" in url.host else f"{url.host}:{port}"


def _plain(text: str) -> httpx.URL | None:
    """Read an address of scheme, host, perhaps port, and path; None when it has more, as a password or a query."""
    if not text.startswith("https://") or any(mark in text for mark in "?#@\\"):
        return None
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return None
    return url if url.host else None


def _failure(answer: httpx.Response) -> Later | Impossible:
    status = answer.status_code
    if answer.is_redirect:
        return Impossible("redirected")
    if status not in _PATIENCE and not answer.is_server_error:
        return Impossible("refused")
    after = asked_wait(answer.headers.get("Retry-After"), answer.headers.get("Date"))
    return Later("busy" if status in _PATIENCE else "server_error", after)


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    # Not `ssl.create_default_context`: it writes the session's secrets to a file that the environment names.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies the certificate and its name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is None:
        context.load_default_certs()
        return context
    try:
        context.load_verify_locations(cafile=ca_file)
    except ssl.SSLError:
        what = "it holds no certificates"
        raise FileRefusedError(Problem(str(ca_file), 0, what, "give the authorities' certificates as PEM")) from None
    except OSError as error:
        what = f"the file cannot be read: {reason_of(error)}"
        raise FileRefusedError(Problem(str(ca_file), 0, what, "check `ca_file` of `delivery`")) from None
    return context


def _certificate_is_bad(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
