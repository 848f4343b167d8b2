"""Which places of a directory must not be shown, and which words would show them.

INVARIANT (a confidential location appears in no export): a place is left out when its source keeps it to itself, when
the mechanism hides it, or when its address is one that the mechanism keeps confidential. A line of a confidential
address is taken out of every other text too. What this cannot see: an address in other words, or on another's map.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.directory.service import Address, Directory, Location
    from nrm.directory.sidecar import Sidecar

SHORTEST = 6
"""Characters of a line that is looked for; a shorter one stands in many texts by chance."""


class SecretPlaces:
    """What an export of one source must leave out."""

    def __init__(self, directory: Directory, source: str, sidecars: Iterable[Sidecar]) -> None:
        records = tuple(sidecars)
        wholes = [
            one.confidential_address.get_secret_value() for one in records if one.confidential_address is not None
        ]
        lines = {line for whole in wholes for line in _lines(whole)}
        self._wholes = [f" {_plain(whole)} " for whole in wholes]
        # One pattern of all lines, so that a large directory is searched once.
        self._lines = re.compile("|".join(rf"\b{re.escape(line)}\b" for line in sorted(lines))) if lines else None
        hidden = {place for one in records if one.service.source == source for place in one.hidden_locations}
        places = (one for one in directory.locations if one.source == source)
        self.locations = frozenset(one.id for one in places if one.id in hidden or self._is_secret(one))

    def shows(self, text: str) -> bool:
        """Say whether `text` holds a line of a confidential address."""
        return self._lines is not None and bool(self._lines.search(_plain(text)))

    def _is_secret(self, place: Location) -> bool:
        return place.location_type == "redacted" or any(self._is_confidential(one) for one in place.addresses)

    def _is_confidential(self, address: Address) -> bool:
        house = _plain(f"{address.address_1} {address.address_2}")
        named = (_plain(address.address_1), house)
        inside = any(f" {name} " in whole for name in named if len(name) >= SHORTEST for whole in self._wholes)
        return inside or self.shows(f"{house} {address.city} {address.state_province} {address.postal_code}")


def _lines(whole: str) -> Iterable[str]:
    """Yield the lines of an address, and the parts of them, that name a house: with a number and a word.

    When none does, the address as a whole is looked for.
    """
    lines = re.split(r"[\n;]", whole)
    parts = {_plain(part) for line in lines for part in (line, *line.split(","))}
    named = [one for one in parts if len(one) >= SHORTEST and re.search(r"\d", one) and re.search(r"[^\W\d]", one)]
    yield from named or [_plain(whole)]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
