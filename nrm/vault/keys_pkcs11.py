"""KEKs inside a hardware token; the token seals and opens, and the keys never leave it.

Each epoch is one AES-256 key object, sensitive and not extractable, labelled with keyring and epoch. The ledger beside
it (see `ledger`) holds no key: named secrets stand in it, wrapped by one more key of the token.
"""

from __future__ import annotations

from contextlib import contextmanager
from os import urandom
from typing import TYPE_CHECKING, Self

from nrm.errors import Problem
from nrm.vault.errors import KeyStoreRefusedError, TamperedError, TruncatedError
from nrm.vault.keyring import EpochId
from nrm.vault.ledger import KEYRING_ID_BYTES, Epoch, Ledger, read_ledger, whole_seconds
from nrm.vault.ledger_keys import LedgerKeys
from nrm.vault.ledger_seal import check_place, first_ledger, refuse_existing, write_first
from nrm.vault.private_file import read_private, shown
from nrm.vault.token import Token, TokenSession, log_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from nrm.vault.ledger_seal import Sealer


class TokenKeys(LedgerKeys):
    """A `KeyProvider` whose KEKs are in a token; made by `create_token_keys` and `open_token_keys`."""

    def __init__(self, path: Path, opening: Sealer, ledger: Ledger, session: TokenSession) -> None:
        self._session = session
        super().__init__(path, opening, ledger)

    def close(self) -> None:
        """End the session with the token."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make(self, keyring_id: bytes, epoch: EpochId) -> bytes:
        self._session.generate(_label(keyring_id, str(epoch)))
        return b""

    def _load(self, keyring_id: bytes, epoch: Epoch) -> Sealer:
        return self._session.find(_label(keyring_id, str(epoch.id)))

    def _forget(self, keyring_id: bytes, epoch: Epoch) -> None:
        # The object goes first: a crash in between leaves a key that is lost, never a tombstone over a living one.
        self._session.destroy(_label(keyring_id, str(epoch.id)))

    def _opened_otherwise(self, ledger: Ledger) -> bool:  # noqa: ARG002 - the port
        """Say no: the key of the token that seals the ledger is never changed."""
        return False


def create_token_keys(path: Path, token: Token, at: datetime) -> TokenKeys:
    """Make the keys of a new keyring in the token, and the ledger beside it.

    Raises:
        KeyStoreRefusedError: there is a file already, it cannot be written, or the token is not there.
        WrongPassphraseError: the PIN is wrong.
    """
    path = path.resolve()
    refuse_existing(path)
    ledger = Ledger(urandom(KEYRING_ID_BYTES), {"kind": "pkcs11", "token": token.label})
    epoch = EpochId(1, urandom(8))
    with _session(token) as session:
        opening = session.generate(_label(ledger.keyring_id, "secrets"))
        session.generate(_label(ledger.keyring_id, str(epoch)))
        ledger = first_ledger(ledger, opening, Epoch(epoch, whole_seconds(at)))
        write_first(path, ledger, opening)
        return TokenKeys(path, opening, ledger, session)


def open_token_keys(path: Path, token: Token) -> TokenKeys:
    """Open the keyring whose ledger is at `path`.

    Raises:
        KeyStoreRefusedError: the file cannot be used, or the token is not there.
        WrongPassphraseError: the PIN is wrong.
        KeyLostError: the token does not hold the keys of this ledger.
        TamperedError: the file is not as it was written.
    """
    path = path.resolve()
    ledger, _ = read_ledger(read_private(path)[0], shown(path))
    if ledger.opener.get("kind") != "pkcs11":
        raise KeyStoreRefusedError(Problem(shown(path), 0, "no token opens this file", "give its passphrase"))
    with _session(token) as session:
        opening = session.find(_label(ledger.keyring_id, "secrets"))
        try:
            opening.open(ledger.check, check_place(ledger))
        except (TamperedError, TruncatedError):
            problem = Problem(shown(path), 0, "the file was altered", "restore the last good copy")
            raise TamperedError(problem) from None
        return TokenKeys(path, opening, ledger, session)


@contextmanager
def _session(token: Token) -> Iterator[TokenSession]:
    """Log in, and out again when something goes wrong; else whoever got the keys closes them."""
    session = log_in(token)
    try:
        yield session
    except BaseException:
        session.close()
        raise


def _label(keyring_id: bytes, name: str) -> str:
    return f"nrm {keyring_id.hex()} {name}"
