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

    from nrm.directory.service import Directory, Location
    from nrm.directory.sidecar import Sidecar

SHORTEST = 6
"""Characters of a line that is looked for; a shorter one stands in many texts by chance."""


class SecretPlaces:
    """What an export of one source must leave out."""

    def __init__(self, directory: Directory, source: str, sidecars: Iterable[Sidecar]) -> None:
        records = tuple(sidecars)
        lines = {line for record in records for line in _lines(record)}
        # One pattern of all lines, so that a large directory is searched once.
        self._lines = re.compile("|".join(rf"\b{re.escape(line)}\b" for line in sorted(lines))) if lines else None
        hidden = {place for one in records if one.service.source == source for place in one.hidden_locations}
        places = (one for one in directory.locations if one.source == source)
        self.locations = frozenset(one.id for one in places if one.id in hidden or self._is_secret(one))

    def shows(self, text: str) -> bool:
        """Say whether `text` holds a line of a confidential address."""
        return self._lines is not None and bool(self._lines.search(_plain(text)))

    def _is_secret(self, place: Location) -> bool:
        addresses = (f"{one.address_1} {one.address_2}" for one in place.addresses)
        return place.location_type == "redacted" or any(self.shows(address) for address in addresses)


def _lines(record: Sidecar) -> Iterable[str]:
    """Yield the parts of a confidential address that name a house, or all of it when no part has a number."""
    if record.confidential_address is None:
        return
    whole = record.confidential_address.get_secret_value()
    parts = [_plain(part) for part in re.split(r"[\n,;]", whole)]
    numbered = [
        part for part in parts if len(part) >= SHORTEST and re.search(r"\d", part) and re.search(r"[^\W\d]", part)
    ]
    yield from numbered or [_plain(whole)]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
