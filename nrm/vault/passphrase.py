"""A passphrase made into a key, slowly: Argon2id (RFC 9106, https://www.rfc-editor.org/rfc/rfc9106)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from argon2.low_level import Type, hash_secret_raw

from nrm.errors import Problem
from nrm.vault.aead import KEY_BYTES, Cipher
from nrm.vault.errors import KeyStoreRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORTEST = 15
"""Characters of a new passphrase: NIST SP 800-63B-4 section 3.1.1.1, for one that stands alone."""

SALT_BYTES = 16
_MOST_MEMORY = 4 * 1024 * 1024
_MOST_PASSES = 64


@dataclass(frozen=True)
class Cost:
    """What one guess costs: passes over so many KiB of memory, in so many lanes."""

    passes: int
    memory_kib: int
    lanes: int

    def at_least(self, other: Cost) -> bool:
        """Say whether a guess needs as much memory as `other`, and as much work."""
        work, least = self.passes * self.memory_kib, other.passes * other.memory_kib
        return self.memory_kib >= other.memory_kib and work >= least


RECOMMENDED = Cost(passes=3, memory_kib=64 * 1024, lanes=4)
"""The second recommended option of RFC 9106 section 4; about 0.1 s."""

WEAKEST = Cost(passes=1, memory_kib=8, lanes=1)
"""The least that Argon2id can do (RFC 9106 section 3.1): only for opening a file in order to make it dearer."""

_LEAST_KIB_OF_A_LANE = 8


class Passphrase:
    """What a person typed; shown nowhere. Two ways to type the same accented letter are the same (Unicode NFC)."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = unicodedata.normalize("NFC", text)

    def __repr__(self) -> str:
        return "Passphrase(…)"

    def __reduce__(self) -> str:
        raise TypeError("a passphrase is never pickled")

    def refuse_short(self, called: str = "passphrase") -> None:
        """Raise `KeyStoreRefusedError` when it is too short for a key file to rest on; `called` says which it is."""
        if len(self._text) < SHORTEST:
            problem = Problem(called, 0, f"it has fewer than {SHORTEST} characters", "take four or five words")
            raise KeyStoreRefusedError(problem)

    def cipher(self, salt: bytes, cost: Cost) -> Cipher:
        """Return the key that belongs to this passphrase, salt and cost."""
        key = hash_secret_raw(
            secret=self._text.encode("utf-8", "surrogatepass"),
            salt=salt,
            time_cost=cost.passes,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )
        return Cipher(key)


def opener(salt: bytes, cost: Cost) -> dict[str, Any]:
    """Return how a key file says which passphrase key opens it."""
    return {
        "kind": "argon2id",
        "salt": salt.hex(),
        "passes": cost.passes,
        "memory_kib": cost.memory_kib,
        "lanes": cost.lanes,
    }


def read_opener(document: Mapping[str, Any], least: Cost, file: str) -> tuple[bytes, Cost]:
    """Return the salt and the cost that a key file names.

    Raises:
        KeyStoreRefusedError: opened in another way, cheaper than `least`, or so dear that it would stop the machine.
    """
    try:
        kind, salt = document["kind"], bytes.fromhex(document["salt"])
        cost = Cost(int(document["passes"]), int(document["memory_kib"]), int(document["lanes"]))
    except (KeyError, ValueError, TypeError):
        kind, salt, cost = "", b"", least
    if kind != "argon2id" or len(salt) != SALT_BYTES:
        raise KeyStoreRefusedError(Problem(file, 0, "no passphrase opens this file", "name its hardware token"))
    if not cost.at_least(least) or cost.memory_kib < _LEAST_KIB_OF_A_LANE * cost.lanes:
        todo = "give it another with `nrm keys passphrase`, which makes it dearer"
        problem = Problem(file, 0, "its passphrase would be too cheap to guess", todo)
        raise KeyStoreRefusedError(problem)
    if cost.memory_kib > _MOST_MEMORY or cost.passes > _MOST_PASSES or not 1 <= cost.lanes <= _MOST_PASSES:
        problem = Problem(file, 0, "opening it would take too much memory or time", "restore the last good copy")
        raise KeyStoreRefusedError(problem)
    return salt, cost
