"""Where a request comes from, for counting tries only: an address is never logged, and kept as a keyed mark alone."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.requests import Request

UNKNOWN: Final = "unknown"
"""Stands for whoever has no address; they all count as one."""

_HOUSE: Final = 64
"""Bits of an IPv6 address that one connection has; the rest its owner chooses at will (RFC 6177)."""


def address_of(request: Request, proxy: str | None) -> str:
    """Return from where a request comes; for IPv6 its network of 64 bits.

    INVARIANT (nobody chooses their address): `X-Forwarded-For` counts only when it comes from the proxy of the
    settings, and only the entry that this proxy itself added, which is the last.
    """
    peer = request.client.host if request.client is not None else UNKNOWN
    if proxy is None or _counted(peer) != _counted(proxy):
        return _counted(peer)
    named = ",".join(request.headers.getlist("x-forwarded-for")).rpartition(",")[2].strip()
    found = _counted(named)
    return _counted(peer) if found == UNKNOWN else found


def _counted(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((int(address) >> _HOUSE << _HOUSE, _HOUSE)).network_address)
    return str(address)
