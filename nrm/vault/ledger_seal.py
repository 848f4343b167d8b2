"""How the opening key of a key store seals its ledger and wraps its named secrets."""

from __future__ import annotations

from dataclasses import replace
from os import urandom
from typing import TYPE_CHECKING, Any, Protocol

from nrm.errors import Problem
from nrm.vault.aead import KEY_BYTES
from nrm.vault.errors import KeyStoreRefusedError
from nrm.vault.private_file import alone, shown, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nrm.vault.keyring import EpochId
    from nrm.vault.ledger import Epoch, Ledger

BLIND_INDEX = "blind-index"
DATABASE = "database"
LOG_SIGNING = "log-signing"
FIRST_SECRETS = (BLIND_INDEX, DATABASE, LOG_SIGNING)
"""Made with every key store: the key of the blind index, the raw key of SQLCipher, the Ed25519 seed of the log."""


class Sealer(Protocol):
    """A key that seals and opens: `Cipher`, or one that never leaves a token."""

    def seal(self, plaintext: bytes, bound_to: bytes) -> bytes:
        """Return `plaintext` sealed and bound to clear bytes."""

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Return the plaintext, or raise TruncatedError or TamperedError."""


def first_ledger(ledger: Ledger, opening: Sealer, first: Epoch) -> Ledger:
    """Return a new ledger with its first epoch, its first secrets, and the check of its opening key."""
    ledger = replace(ledger, check=opening.seal(b"", check_place(ledger)), epochs=(first,))
    for name in FIRST_SECRETS:
        ledger = with_secret(ledger, name, opening)
    return ledger


def with_secret(ledger: Ledger, name: str, opening: Sealer) -> Ledger:
    """Return the ledger with one more random secret."""
    wrapped = opening.seal(urandom(KEY_BYTES), secret_place(ledger.keyring_id, name))
    return replace(ledger, secrets={**ledger.secrets, name: wrapped})


def resealed(ledger: Ledger, opener: Mapping[str, Any], old: Sealer, new: Sealer) -> Ledger:
    """Return the ledger with all that `old` sealed sealed by `new`, which `opener` describes; nothing else changes.

    Raises:
        TamperedError, TruncatedError: a part of it does not open.
    """
    keyring_id = ledger.keyring_id

    def again(sealed: bytes, place: bytes) -> bytes:
        return new.seal(old.open(sealed, place), place)

    def epoch_again(epoch: Epoch) -> Epoch:
        if epoch.destroyed is not None:
            return epoch
        return replace(epoch, wrapped=again(epoch.wrapped, kek_place(keyring_id, epoch.id)))

    return replace(
        ledger,
        opener=opener,
        check=again(ledger.check, check_place(ledger)),
        epochs=tuple(epoch_again(epoch) for epoch in ledger.epochs),
        secrets={name: again(sealed, secret_place(keyring_id, name)) for name, sealed in ledger.secrets.items()},
    )


def sealed_text(ledger: Ledger, opening: Sealer) -> bytes:
    """Return the content of the file: the ledger with a seal that only the opening key makes."""
    return ledger.to_text(opening.seal(b"", ledger.canonical()))


def check_place(ledger: Ledger) -> bytes:
    """Return what the check of the opening key is bound to."""
    return b"nrm-keys-1 check " + ledger.keyring_id


def kek_place(keyring_id: bytes, epoch: EpochId) -> bytes:
    """Return what the KEK of an epoch is bound to."""
    return b"nrm-keys-1 kek " + keyring_id + str(epoch).encode()


def secret_place(keyring_id: bytes, name: str) -> bytes:
    """Return what a named secret is bound to."""
    return b"nrm-keys-1 secret " + keyring_id + name.encode()


def write_first(path: Path, ledger: Ledger, opening: Sealer) -> None:
    """Write a new key file; one that is there is never replaced.

    Raises:
        KeyStoreRefusedError: there is a file already, or it cannot be written.
        KeyStoreBusyError: another process is making it.
    """
    with alone(path):
        refuse_existing(path)
        write_private(path, sealed_text(ledger, opening))


def refuse_existing(path: Path) -> None:
    """Raise KeyStoreRefusedError when there is a file already: keys are never written over."""
    if path.exists():
        problem = Problem(shown(path), 0, "there is a file already", "name another: keys are never written over")
        raise KeyStoreRefusedError(problem)
