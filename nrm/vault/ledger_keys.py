"""What the key file and the hardware token have in common: a ledger in a file, sealed by one opening key."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from os import urandom
from typing import TYPE_CHECKING

from nrm.errors import Problem, nearest
from nrm.vault.aead import AROUND, KEY_BYTES
from nrm.vault.errors import KeyLostError, KeyStoreRefusedError, TamperedError, UnknownSecretError, VaultError, of_vault
from nrm.vault.keyring import EpochId, EpochStatus
from nrm.vault.ledger import Epoch, Ledger, read_ledger, whole_seconds
from nrm.vault.ledger_seal import Sealer, sealed_text, secret_place, with_secret
from nrm.vault.private_file import Signature, alone, read_private, shown, signature, write_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path


class LedgerKeys(ABC):
    """A `KeyProvider` and a holder of named secrets. Another process may change the file: `current` looks each time.

    A running process that is only reading keeps a destroyed KEK in memory until it wraps or starts again. One whose
    passphrase was changed by another process goes on with the epochs and secrets that it knows, and neither writes the
    file nor reads it any more; when another one has changed the epochs as well, it must start again.
    """

    def __init__(self, path: Path, opening: Sealer, ledger: Ledger) -> None:
        self._path = path
        self._opening = opening
        self._keyring_id = ledger.keyring_id
        self._ledger = ledger
        self._seen: Signature = (0, 0, 0)
        self._sealers: dict[EpochId, Sealer] = {}
        self._adopt(*self._read())

    @property
    def keyring_id(self) -> bytes:
        """Return the 16 bytes that tell this keyring from all others."""
        return self._keyring_id

    @property
    def wrapped_bytes(self) -> int:
        """Return how long a wrapped data key is."""
        return KEY_BYTES + AROUND

    def current(self) -> EpochId:
        """Return the epoch that wraps, as the file says now."""
        self._refresh()
        return self._ledger.current

    def wrap(self, epoch: EpochId, key: bytes, bound_to: bytes) -> bytes:
        """Return `key` wrapped (errors as in `unwrap`)."""
        sealer = self._sealers.get(epoch) or self._sealer(epoch)
        return sealer.seal(key, bound_to)

    def unwrap(self, epoch: EpochId, wrapped: bytes, bound_to: bytes) -> bytes:
        """Return the key.

        Raises:
            KeyLostError: the epoch was destroyed, or is not in this keyring.
            TruncatedError, TamperedError: it is not as it was wrapped.
        """
        sealer = self._sealers.get(epoch) or self._sealer(epoch)
        return sealer.open(wrapped, bound_to)

    def new_epoch(self, at: datetime) -> EpochId:
        """Begin an epoch and return it (errors as in `add_secret`)."""
        self._change(lambda ledger: self._with_new_epoch(ledger, at))
        return self._ledger.current

    def destructible(self, number: int) -> EpochId:
        """Return the epoch that `destroy_epoch` would destroy, or refuse as it would."""
        self._refresh()
        return self._ledger.to_destroy(number).id

    def destroy_epoch(self, number: int, at: datetime) -> EpochId:
        """Destroy the KEK of an epoch, leave a tombstone, and return its id.

        Copies of the file that were made before still hold the KEK for whoever knows the passphrase: keep no backup
        of a key file with the backups of the data, and destroy old copies too.

        Raises:
            KeyStoreRefusedError: it is the current one, unknown, or destroyed already.
            KeyStoreBusyError: another process is changing the file.
        """

        def change(ledger: Ledger) -> Ledger:
            self._forget(ledger.keyring_id, ledger.to_destroy(number))
            return ledger.destroyed(number, at)

        self._change(change, overwrite_old=True)
        return next(epoch.id for epoch in self._ledger.epochs if epoch.id.number == number)

    def status(self) -> tuple[EpochStatus, ...]:
        """Return all epochs that ever were, oldest first."""
        self._refresh()
        return self._ledger.status()

    def secret(self, name: str) -> bytes:
        """Return the 32 bytes of a named secret.

        Raises:
            UnknownSecretError: there is none of that name.
        """
        self._refresh()
        wrapped = self._ledger.secrets.get(name)
        if wrapped is None:
            todo = nearest(name, self._ledger.secrets)
            raise UnknownSecretError(Problem(shown(self._path), 0, f"there is no secret `{name}`", todo))
        return self._opening.open(wrapped, secret_place(self._keyring_id, name))

    def add_secret(self, name: str) -> None:
        """Make a new random secret of 32 bytes; one that is there is never replaced.

        Raises:
            KeyStoreRefusedError: there is one of that name, or the file cannot be written.
            KeyStoreBusyError: another process is changing the file.
        """
        self._change(lambda ledger: self._with_secret(ledger, name))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._path.name!r})"

    def __reduce__(self) -> str:
        raise TypeError("keys are never pickled")

    @abstractmethod
    def _make(self, keyring_id: bytes, epoch: EpochId) -> bytes:
        """Make the KEK of a new epoch; return what the ledger keeps of it."""

    @abstractmethod
    def _load(self, keyring_id: bytes, epoch: Epoch) -> Sealer:
        """Return the KEK of an epoch that is not destroyed."""

    @abstractmethod
    def _forget(self, keyring_id: bytes, epoch: Epoch) -> None:
        """Destroy the KEK where it is kept, if that is not the ledger."""

    @abstractmethod
    def _opened_otherwise(self, ledger: Ledger) -> bool:
        """Say whether the file is opened by something else now than what we opened it with."""

    def _sealer(self, epoch: EpochId) -> Sealer:
        self._refresh()
        known = self._sealers.get(epoch)
        if known is not None:
            return known
        found = next((one for one in self._ledger.epochs if one.id == epoch), None)
        if found is None:
            todo = "use the key store that wrapped it"
            raise KeyLostError(of_vault(f"a key was wrapped in epoch {epoch}, which this keyring does not have", todo))
        if found.destroyed is not None:
            what = f"a key was wrapped in epoch {epoch}, which was destroyed on {found.destroyed:%Y-%m-%d}"
            raise KeyLostError(of_vault(what, "nothing can open it any more"))
        self._sealers[epoch] = sealer = self._load(self._keyring_id, found)
        return sealer

    def _refresh(self) -> None:
        if signature(self._path) == self._seen:
            return
        ledger, seal, seen = self._found()
        if self._opened_otherwise(ledger) and ledger.remembers_as(self._ledger):
            # We cannot check its seal, and need not: we go on with what we know, and the file claims nothing else.
            self._seen = seen
        else:
            self._adopt(self._checked(ledger, seal), seen)

    def _read(self) -> tuple[Ledger, Signature]:
        ledger, seal, seen = self._found()
        return self._checked(ledger, seal), seen

    def _found(self) -> tuple[Ledger, bytes, Signature]:
        content, seen = read_private(self._path)
        return *read_ledger(content, shown(self._path)), seen

    def _checked(self, ledger: Ledger, seal: bytes) -> Ledger:
        if ledger.keyring_id != self._keyring_id:
            problem = Problem(shown(self._path), 0, "another key file has taken its place", "start again")
            raise KeyStoreRefusedError(problem)
        if self._opened_otherwise(ledger):
            problem = Problem(shown(self._path), 0, "its passphrase was changed", "start again with the new one")
            raise KeyStoreRefusedError(problem)
        try:
            self._opening.open(seal, ledger.canonical())
        except VaultError:
            problem = Problem(shown(self._path), 0, "the file was altered", "restore the last good copy")
            raise TamperedError(problem) from None
        return ledger

    def _adopt(self, ledger: Ledger, seen: Signature) -> None:
        alive = {epoch.id for epoch in ledger.epochs if epoch.destroyed is None}
        self._sealers = {epoch: sealer for epoch, sealer in self._sealers.items() if epoch in alive}
        self._ledger, self._seen = ledger, seen

    def _change(
        self, change: Callable[[Ledger], Ledger], *, overwrite_old: bool = False, opening: Sealer | None = None
    ) -> None:
        """Write the file anew, sealed by `opening`, or as before.

        INVARIANT (a concurrent rotation loses nothing): what is changed is what the file says under the lock.
        INVARIANT (no way back to an old passphrase): who does not hold what opens the file now never writes it.
        """
        sealing = opening or self._opening
        with alone(self._path):
            ledger = change(self._read()[0])
            write_private(self._path, sealed_text(ledger, sealing), overwrite_old=overwrite_old)
            self._opening, self._ledger = sealing, ledger
            self._adopt(*self._read())

    def _with_new_epoch(self, ledger: Ledger, at: datetime) -> Ledger:
        epoch = EpochId(ledger.next_number(), urandom(8))
        made = Epoch(epoch, whole_seconds(at), wrapped=self._make(ledger.keyring_id, epoch))
        return replace(ledger, epochs=(*ledger.epochs, made))

    def _with_secret(self, ledger: Ledger, name: str) -> Ledger:
        if name in ledger.secrets:
            problem = Problem(shown(self._path), 0, f"there is a secret `{name}` already", "name another")
            raise KeyStoreRefusedError(problem)
        return with_secret(ledger, name, self._opening)
