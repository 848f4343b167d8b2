"""What an installation says of deliveries: whom it may reach, whom it trusts, and what one try may cost."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from nrm.models import Whole
from nrm.rulebook.wording import Model

# A last label of digits (or 0x…) is read as a number by resolvers, and 2130706433 is 127.0.0.1.
_NAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*(?![0-9]+$|0x)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII
)
_PORT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_MOST_PORT = 65_535


def _host_and_port(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not _PORT.fullmatch(port) or int(port) > _MOST_PORT or not (_NAME.fullmatch(host) or _is_address(host)):
        raise ValueError("write the host in small letters and its port, as `relay.example.org:443`")
    return text


def _is_address(host: str) -> bool:
    """Say whether `host` is an address in its one canonical form; that of IPv6 stands in brackets."""
    try:
        if host.startswith("["):
            return host == f"[{IPv6Address(host[1:-1])}]"
        return host == str(IPv4Address(host))
    except AddressValueError:
        return False


HostPort = Annotated[str, AfterValidator(_host_and_port)]
"""A host and its port: `relay.example.org:443`, `192.0.2.7:8443`, `[2001:db8::7]:443`; no wildcards."""

Positive = Annotated[Whole, Field(ge=1)]


class Limits(Model):
    """What one try may cost: whole seconds to connect, between two bytes, and altogether; bytes of the answer."""

    connect_seconds: Positive = 10
    read_seconds: Positive = 20
    total_seconds: Positive = 60
    receipt_bytes: Positive = 65_536


class DeliverySettings(Model):
    """The part `delivery` of an installation's settings; without it nothing is pushed to anybody.

    `hosts` is every host that may be reached over HTTPS. Those of them in `private_allowed` may stand at a private or
    loopback address, as a relay in one's own network does. `ca_file` (PEM) replaces the certificate authorities of the
    system. `root` is the folder under which services have their folders for file drops.
    """

    hosts: tuple[HostPort, ...] = ()
    private_allowed: tuple[HostPort, ...] = ()
    ca_file: Path | None = None
    root: Path | None = None
    limits: Limits = Field(default_factory=Limits)

    @model_validator(mode="after")
    def _names_known_hosts(self) -> Self:
        if not set(self.private_allowed) <= set(self.hosts):
            raise ValueError("`private_allowed` names a host that `hosts` does not name")
        return self

    def below(self, folder: Path) -> DeliverySettings:
        """Return the same settings, with relative paths taken from `folder`."""
        paths = {name: folder / path for name in ("ca_file", "root") if (path := getattr(self, name)) is not None}
        return self.model_copy(update=paths)
