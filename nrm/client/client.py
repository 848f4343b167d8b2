"""The service as one account sees it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final, Literal, Self

import httpx

from nrm.client.cases import Cases
from nrm.client.errors import ClientSettingsError
from nrm.client.oversight import Oversight
from nrm.client.person import Person
from nrm.client.referrals import Referrals
from nrm.client.service import Service
from nrm.client.wire import Wire
from nrm.errors import Problem

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

TRIES: Final = 5
TIMEOUT_SECONDS: Final = 30.0
_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})

Language = Literal["en", "fr", "es", "ar"]


class Client:
    """Asks the service at `base_url` with the token of an account, in one of its roles, for one purpose.

    `token` is left out where nobody signs in: for the person's own link. `purpose` is a purpose of the vocabulary or
    `case_management`. Without a `language`, the person is answered in that of their link and everybody else in English.
    `tls` trusts other certificate authorities than those of the machine. `transport` and `sleep`
    stand in for the network and the clock in tests. A client may be used by several threads.

    Rooms: `cases` and `referrals` for those who keep cases, `service` for a service that is asked, `oversight` for an
    oversight body, `person` for whoever a case is about.

    Raises:
        ClientSettingsError: the address is none, or would carry the token over a network in the clear.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        role: str | None = None,
        purpose: str | None = None,
        language: Language | None = None,
        tls: ssl.SSLContext | None = None,
        tries: int = TRIES,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        _check(base_url)
        _keep_quiet()
        said = {
            "Authorization": None if token is None else f"Bearer {token}",
            "NRM-Role": role,
            "Purpose-Of-Use": purpose,
            "Accept-Language": language or "*",
            "Accept-Encoding": "identity",
            "User-Agent": "nrm-client",
        }
        self._http = httpx.Client(
            base_url=base_url,
            headers={name: value for name, value in said.items() if value is not None},
            verify=True if tls is None else tls,
            timeout=TIMEOUT_SECONDS,
            trust_env=False,  # a proxy of the environment would see what is sent to our own machine in the clear
            transport=transport,
        )
        self._told = f"Client({str(self._http.base_url)!r}, role={role!r}, purpose={purpose!r})"
        wire = Wire(self._http, max(tries, 1), sleep)
        self.cases = Cases(wire)
        self.referrals = Referrals(wire)
        self.service = Service(wire)
        self.oversight = Oversight(wire)
        self.person = Person(wire)

    def __repr__(self) -> str:
        return self._told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def _check(base_url: str) -> None:
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, ValueError):
        raise ClientSettingsError(Problem("base_url", 0, "this is no address", "such as `https://host`")) from None
    if url.userinfo or url.query or url.fragment or not url.host:
        raise ClientSettingsError(Problem("base_url", 0, "this is no plain address", "such as `https://host`"))
    if url.scheme != "https" and not (url.scheme == "http" and url.host in _HERE):
        what = "the token would go over the network in the clear"
        raise ClientSettingsError(Problem("base_url", 0, what, "begin it with `https://`"))


def _keep_quiet() -> None:
    """Keep the network library from logging addresses, which hold identifiers of cases, unless somebody asks for it."""
    log = logging.getLogger("httpx")
    if log.level == logging.NOTSET:
        log.setLevel(logging.WARNING)
