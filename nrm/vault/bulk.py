"""Many packed facts opened in one go, for statistics and simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from nrm.vault.envelope import Place, open_once, opened
from nrm.vault.errors import VaultError
from nrm.vault.keyring import HEADER_BYTES, NAMED_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nrm.vault.keyring import Keyring


def open_many(
    keyring: Keyring, group: str, rows: Iterable[tuple[bytes, int, bytes, bytes]]
) -> Iterator[bytes | VaultError]:
    """Yield the plaintext of this group of each (case id, version, wrapped key, sealed bytes), in order.

    Where one cannot be opened, its error stands in its place: one damaged record neither stops the count nor drops out
    of it unseen. Each plaintext leaves only after its own tag verified, as in `open_sealed`.
    """
    unwrappers = _Unwrappers(keyring)
    for case, version, wrapped, sealed in rows:
        plaintext: bytes | VaultError | None
        try:
            key = unwrappers[wrapped[:NAMED_BYTES]](wrapped[HEADER_BYTES:], wrapped[:HEADER_BYTES] + case)
            plaintext = opened(key, case, group, version, sealed)
        except VaultError:
            plaintext = None
        yield plaintext if plaintext is not None else _carefully(keyring, group, case, version, wrapped, sealed)


class _Unwrappers(dict[bytes, "Callable[[bytes, bytes], bytes]"]):
    """What unwraps keys, by how they begin; a key of ours that begins otherwise is looked up once."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def __missing__(self, start: bytes) -> Callable[[bytes, bytes], bytes]:
        self[start] = found = self._keyring.unwrapper(start)
        return found


def _carefully(
    keyring: Keyring, group: str, case: bytes, version: int, wrapped: bytes, sealed: bytes
) -> bytes | VaultError:
    """Open what did not open quickly, one step after another, and return what is wrong with it."""
    try:
        return open_once(keyring.unwrap_bytes(case, wrapped), Place(UUID(bytes=case), group, version), sealed)
    except VaultError as error:
        return error
