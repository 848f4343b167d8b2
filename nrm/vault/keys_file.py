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
from nrm.vault.ledger_seal import check_place, first_ledger, kek_place, resealed, write_first
from nrm.vault.passphrase import RECOMMENDED, SALT_BYTES, WEAKEST, Cost, Passphrase, opener, read_opener
from nrm.vault.private_file import read_private, shown

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from nrm.vault.ledger_seal import Sealer


class FileKeys(LedgerKeys):
    """A `KeyProvider` whose KEKs stand in a key file; made by `create_keys` and `open_keys`."""

    def change_passphrase(self, new: Passphrase, cost: Cost = RECOMMENDED) -> None:
        """Have `new` open the file from now on, and nothing else: new salt, each KEK and secret sealed anew.

        A guess costs as much as `cost`, or as before if that was more. Copies that were made before still open with
        the passphrase of before; other processes that hold the keys go on (see `LedgerKeys`) and write no more.

        Raises:
            KeyStoreRefusedError: as `refuse_passphrase`, or it cannot be written; what opened the file still does.
            KeyStoreBusyError: another process is changing the file.
            TamperedError: the file is not as it was written.
        """
        self.refuse_passphrase(new)
        salt, known = urandom(SALT_BYTES), self.cost
        dearer = known if known.at_least(cost) else cost
        opening = new.cipher(salt, dearer)
        said = opener(salt, dearer)
        self._change(lambda ledger: resealed(ledger, said, self._opening, opening), overwrite_old=True, opening=opening)

    def refuse_passphrase(self, new: Passphrase) -> None:
        """Refuse a new passphrase as `change_passphrase` would, and change nothing.

        Raises:
            KeyStoreRefusedError: it is short, or that of before; or another process has changed the passphrase.
            TamperedError: the file is not as it was written.
        """
        new.refuse_short("new passphrase")
        ledger, _ = self._read()
        if _opens(ledger, new.cipher(*read_opener(ledger.opener, WEAKEST, shown(self._path)))):
            problem = Problem("new passphrase", 0, "it is the same as before", "take four or five other words")
            raise KeyStoreRefusedError(problem)

    @property
    def cost(self) -> Cost:
        """Return what one guess at the passphrase costs."""
        return read_opener(self._ledger.opener, WEAKEST, shown(self._path))[1]

    def _make(self, keyring_id: bytes, epoch: EpochId) -> bytes:
        return _new_kek(self._opening, keyring_id, epoch)

    def _load(self, keyring_id: bytes, epoch: Epoch) -> Sealer:
        return Cipher(self._opening.open(epoch.wrapped, kek_place(keyring_id, epoch.id)))

    def _forget(self, keyring_id: bytes, epoch: Epoch) -> None:
        """Do nothing: the ledger drops the KEK."""

    def _opened_otherwise(self, ledger: Ledger) -> bool:
        return ledger.opener != self._ledger.opener


def create_keys(path: Path, passphrase: Passphrase, at: datetime, cost: Cost = RECOMMENDED) -> FileKeys:
    """Make a new key file with its first epoch and secrets.

    Raises:
        KeyStoreRefusedError: there is a file already, the passphrase is short, or the file cannot be written.
        KeyStoreBusyError: another process is making it.
    """
    path = path.resolve()
    passphrase.refuse_short()
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
    if not _opens(ledger, opening):
        problem = Problem(shown(path), 0, "the passphrase does not open it", "check the passphrase and the file")
        raise WrongPassphraseError(problem)
    return FileKeys(path, opening, ledger)


def refuse_token(path: Path) -> None:
    """Raise KeyStoreRefusedError when a token opens the keys of this file (and errors as `open_keys`)."""
    ledger, _ = read_ledger(read_private(path)[0], shown(path))
    if ledger.opener.get("kind") == "pkcs11":
        todo = "change the PIN with the tool of the token's maker, and write it into the file that you give for it"
        raise KeyStoreRefusedError(Problem(shown(path), 0, "a token opens these keys, and no passphrase does", todo))


def _opens(ledger: Ledger, opening: Sealer) -> bool:
    try:
        opening.open(ledger.check, check_place(ledger))
    except VaultError:
        return False
    return True


def _new_kek(opening: Sealer, keyring_id: bytes, epoch: EpochId) -> bytes:
    return opening.seal(urandom(KEY_BYTES), kek_place(keyring_id, epoch))
