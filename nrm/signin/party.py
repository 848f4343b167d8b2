"""Who asks for passkeys."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RelyingParty:
    """Who asks for passkeys: the domain to which they belong, its name for people, and the web origins of it."""

    domain: str
    name: str
    origins: tuple[str, ...]
