"""Many packed facts opened in one go, for statistics and simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.vault.envelope import Place, open_once
from nrm.vault.errors import VaultError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nrm.vault.keyring import Keyring


def open_many(keyring: Keyring, items: Iterable[tuple[Place, bytes, bytes]]) -> Iterator[bytes | VaultError]:
    """Yield the plaintext of each (place, wrapped key, sealed bytes), in order.

    Where one cannot be opened, its error stands in its place: one damaged record neither stops the count nor drops out
    of it unseen. Each plaintext leaves only after its own tag verified, as in `open_sealed`.
    """
    unwrap = keyring.unwrap_bytes
    for place, wrapped, sealed in items:
        try:
            yield open_once(unwrap(place.case.bytes, wrapped), place, sealed)
        except VaultError as error:
            yield error
