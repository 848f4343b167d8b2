"""Which addresses may be reached, so that no name that somebody else controls leads a message into our own network.

Special addresses: https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final

_PRIVATE: Final = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8",
        "100.64.0.0/10",  # RFC 6598
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)
"""What settings may open for one host. Link-local is not here: clouds keep their passwords at 169.254.169.254."""

_UNICAST: Final = ip_network("2000::/3")
"""All global addresses of IPv6 are in here (RFC 4291 §2.4)."""

_SPECIAL: Final = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "192.175.48.0/24",
        "2001::/23",  # Teredo and other protocols: an IPv4 address may hide in it
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address hides in it
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
"""What is special although the standard library of some Python takes it for global."""

_NAT64: Final = ip_network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address that a translator reaches for us."""


def may_reach(text: str, *, private: bool = False) -> bool:
    """Say whether `text`, an address as a resolver gives it, may be connected to; with `private` also our own network.

    What is not an address in canonical form may not.

    >>> may_reach("93.184.215.14"), may_reach("10.0.0.7"), may_reach("10.0.0.7", private=True)
    (True, False, True)
    >>> may_reach("::ffff:169.254.169.254", private=True), may_reach("64:ff9b::7f00:1"), may_reach("2130706433")
    (False, False, False)
    """
    try:
        address = _meant(ip_address(text))
    except ValueError:
        return False
    if any(address in network for network in _PRIVATE):
        return private
    in_use = address in _UNICAST if address.version == 6 else not (address.is_multicast or address.is_reserved)  # noqa: PLR2004
    return in_use and address.is_global and not any(address in network for network in _SPECIAL)


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that is reached through an IPv6 one, or the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def resolve(host: str, port: int, seconds: float) -> tuple[str, ...]:
    """Return the addresses of `host`, asking the system once.

    Raises:
        TimeoutError: no answer within `seconds`.
        OSError: the name leads to no address.
    """
    answers: SimpleQueue[tuple[str, ...] | OSError] = SimpleQueue()
    # The system's resolver cannot be interrupted; a thread that nobody waits for can be left behind.
    Thread(target=lambda: answers.put(_asked(host, port)), daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _asked(host: str, port: int) -> tuple[str, ...] | OSError:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    except UnicodeError:
        return OSError("not a name")
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
