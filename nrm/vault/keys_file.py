"""The embedded default: all keys in one file that a passphrase opens.

The passphrase key wraps one random KEK for each epoch, and the named secrets. The file is JSON (see `ledger`), readable
by its owner only, written whole or not at all. Whoever has the file and the passphrase has everything: keep the file
away from the database, and the passphrase away from both.
"""

from __future__ import annotations

from os import urandom
from typing import TYPE_CHECKING

from nrm.errors import Problem
from nrm.vault.aead import KEY_BYTES, Cipher
from nrm.vault.errors import KeyStoreRefusedError, VaultError, WrongPassphraseError
from nrm.vault.keyring import EpochId
from nrm.vault.ledger import KEYRING_ID_BYTES, Epoch, Ledger, read_ledger, whole_seconds
from nrm.vault.ledger_keys import LedgerKeys
from nrm.vault.ledger_seal import check_place, first_ledger, write_first
from nrm.vault.passphrase import RECOMMENDED, SALT_BYTES, SHORTEST, Cost, Passphrase, opener, read_opener
from nrm.vault.private_file import read_private, shown

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from nrm.vault.ledger_seal import Sealer


class FileKeys(LedgerKeys):
    """A `KeyProvider` whose KEKs stand in a key file; made by `create_keys` and `open_keys`."""

    def _make(self, keyring_id: bytes, epoch: EpochId) -> bytes:
        return _new_kek(self._opening, keyring_id, epoch)

    def _load(self, keyring_id: bytes, epoch: Epoch) -> Sealer:
        return Cipher(self._opening.open(epoch.wrapped, _kek_place(keyring_id, epoch.id)))

    def _forget(self, keyring_id: bytes, epoch: Epoch) -> None:
        """Do nothing: the ledger drops the KEK."""


def create_keys(path: Path, passphrase: Passphrase, at: datetime, cost: Cost = RECOMMENDED) -> FileKeys:
    """Make a new key file with its first epoch and secrets.

    Raises:
        KeyStoreRefusedError: there is a file already, the passphrase is short, or the file cannot be written.
        KeyStoreBusyError: another process is making it.
    """
    path = path.resolve()
    if not passphrase.is_long_enough():
        problem = Problem("passphrase", 0, f"it has fewer than {SHORTEST} characters", "take four or five words")
        raise KeyStoreRefusedError(problem)
    salt = urandom(SALT_BYTES)
    opening = passphrase.cipher(salt, cost)
    ledger = Ledger(urandom(KEYRING_ID_BYTES), opener(salt, cost))
    epoch = EpochId(1, urandom(8))
    first = Epoch(epoch, whole_seconds(at), wrapped=_new_kek(opening, ledger.keyring_id, epoch))
    ledger = first_ledger(ledger, opening, first)
    write_first(path, ledger, opening)
    return FileKeys(path, opening, ledger)


def open_keys(path: Path, passphrase: Passphrase, least: Cost = RECOMMENDED) -> FileKeys:
    """Open a key file; one whose passphrase is cheaper to guess than `least` is refused.

    Raises:
        KeyStoreRefusedError: missing, open to others, or not opened by a passphrase.
        WrongPassphraseError: the passphrase is not that of the file.
        TamperedError: the file is not as it was written.
    """
    path = path.resolve()
    ledger, _ = read_ledger(read_private(path)[0], shown(path))
    opening = passphrase.cipher(*read_opener(ledger.opener, least, shown(path)))
    try:
        opening.open(ledger.check, check_place(ledger))
    except VaultError:
        problem = Problem(shown(path), 0, "the passphrase does not open it", "check the passphrase and the file")
        raise WrongPassphraseError(problem) from None
    return FileKeys(path, opening, ledger)


def _new_kek(opening: Sealer, keyring_id: bytes, epoch: EpochId) -> bytes:
    return opening.seal(urandom(KEY_BYTES), _kek_place(keyring_id, epoch))


def _kek_place(keyring_id: bytes, epoch: EpochId) -> bytes:
    return b"nrm-keys-1 kek " + keyring_id + str(epoch).encode()
