"""Passwords: kept as Argon2id (RFC 9106), and refused where they are among the first that anybody tries.

Length and a short list, and no rules of composition: NIST SP 800-63B-4 section 3.1.1.2
(https://pages.nist.gov/800-63-4/sp800-63b.html).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from nrm.errors import Problem
from nrm.signin.errors import PasswordRefusedError

SHORTEST: Final = 12
"""Characters; a second factor stands beside it."""

LONGEST: Final = 256
"""Characters: enough for any sentence, and too few to keep a machine busy."""

_SHORTEST_NAME: Final = 4
_MOST_REPEATED: Final = 4
_FEWEST_KINDS: Final = 5
_RUN: Final = 8

_WORDS: Final = """
abcd abcdef admin administrator adobe america angel asdf asdfgh baseball batman butterfly changeme charlie
chocolate computer dragon facebook flower football freedom google hello iloveyou internet jesus jordan letmein
liverpool login lovely master michael minecraft monkey mustang nothing parola passw0rd passwort password pokemon
princess qazwsx qwer qwerty qwertyuiop referral secret shadow shelter soccer starwars summer sunshine superman
temporary test trustno1 welcome whatever winter zaq1zaq1 azerty azertyuiop motdepasse bonjour soleil contrasena
contraseña teamo tequiero
"""
"""Words that lists of broken passwords begin with; a password that is only these and digits is one of the commonest."""

_ROWS: Final = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop")


@dataclass(frozen=True)
class Cost:
    """What one guess costs: passes over so many KiB of memory, in so many lanes."""

    passes: int = 3
    memory_kib: int = 64 * 1024
    lanes: int = 4


RECOMMENDED: Final = Cost()
"""The second recommended option of RFC 9106 section 4; about 0.1 s."""


class Hasher:
    """Makes and checks what is kept of passwords, at one cost."""

    def __init__(self, cost: Cost = RECOMMENDED) -> None:
        self._argon = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes)
        # Made up and not computed, which would take each start as long as a guess: nobody has its password.
        costs = f"m={cost.memory_kib},t={cost.passes},p={cost.lanes}"
        self._nobodys = f"$argon2id$v=19${costs}${'A' * 22}${'A' * 43}"

    def kept(self, password: str) -> str:
        """Return what is kept of a password: the encoded Argon2id hash with its own salt and its cost."""
        return self._argon.hash(_same(password))

    def fits(self, kept: str | None, password: str) -> bool:
        """Say whether `password` is the one that `kept` was made of.

        INVARIANT (an unknown account costs the same): where nothing is kept, as for a name that nobody has, the same
        work is done on the hash of a password that nobody has.
        """
        text = _same(password) if len(password) <= LONGEST else ""
        try:
            return self._argon.verify(kept or self._nobodys, text) and kept is not None and text != ""
        except (VerificationError, InvalidHashError):
            return False

    def is_old(self, kept: str) -> bool:
        """Say whether `kept` was made at another cost, and is to be made again when the password is next given."""
        return self._argon.check_needs_rehash(kept)


def check_password(password: str, name: str) -> None:
    """Refuse a new password that is short, or among the first that anybody would try for the account `name`.

    Raises:
        PasswordRefusedError: with what is wrong, and never the password.
    """
    text = _same(password)
    if len(text) < SHORTEST:
        raise _refused(f"a password has at least {SHORTEST} characters", "a sentence of four words is a good one")
    if len(text) > LONGEST:
        raise _refused(f"a password has at most {LONGEST} characters", "choose a shorter sentence")
    if _is_common(text.casefold(), name.casefold()):
        raise _refused("this password is among the first that anybody would try", "choose four words by chance")


def _is_common(text: str, name: str) -> bool:
    words = {*_WORDS.split(), *(part for part in re.split(r"[^\w]+", name) if len(part) >= _SHORTEST_NAME)}
    rest = text
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    only_common = not re.search(r"[^\W\d_]{3}", rest) and rest != text
    return only_common or len(set(text)) < _FEWEST_KINDS or _repeats(text) or _runs(text)


def _repeats(text: str) -> bool:
    return any(text == (text[:n] * len(text))[: len(text)] for n in range(1, _MOST_REPEATED + 1))


def _runs(text: str) -> bool:
    """Say whether most of it is keys that lie side by side, or letters and digits in their order."""
    beside = {pair for row in _ROWS for one in (row, row[::-1]) for pair in pairwise(one)}
    steps = sum(pair in beside for pair in pairwise(text))
    return steps >= max(_RUN, len(text) * 2 // 3)


def _same(password: str) -> str:
    """Two ways to type the same accented letter are the same (Unicode NFC)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace").decode()


def _refused(what: str, todo: str) -> PasswordRefusedError:
    return PasswordRefusedError(Problem("password", 0, what, todo))
