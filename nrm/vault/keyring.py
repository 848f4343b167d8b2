"""Data keys wrapped by key-encryption keys (KEKs), which have epochs.

Format `W1`, big-endian: `W1`, keyring id (16), epoch number (4), epoch mark (8), case marker (8), CRC-32 of all before
it (4), then what the provider made. The provider binds that to the header, which names the KEK, and to the case id.
The case marker is a hash of the case id and the keyring id: random case ids cannot be guessed from it, and whoever
holds the row has the case id anyway. As in `envelope`, marker and CRC only tell one fault from another.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple, Protocol
from zlib import crc32

from nrm.vault.envelope import DataKey, case_marker
from nrm.vault.errors import (
    KeyLostError,
    MisplacedError,
    TamperedError,
    TruncatedError,
    VaultError,
    WrongKeyringError,
    of_vault,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

FORMAT = b"W1"
NAMED_BYTES = 30
"""So many bytes at the start of a wrapped key name the keyring and the epoch."""
_EPOCH = slice(18, NAMED_BYTES)
_MARK = slice(NAMED_BYTES, 38)
_MARKED = 38
HEADER_BYTES = _MARKED + 4


class EpochId(NamedTuple):
    """One epoch: a number that people say, and 8 random bytes, so that epoch 3 of a restored file is another one."""

    number: int
    mark: bytes

    def __str__(self) -> str:
        return f"{self.number}-{self.mark.hex()}"


@lru_cache(maxsize=1024)
def _epoch(packed: bytes) -> EpochId:
    return EpochId(int.from_bytes(packed[:4], "big"), packed[4:])


@lru_cache(maxsize=1024)
def _packed(epoch: EpochId) -> bytes:
    return epoch.number.to_bytes(4, "big") + epoch.mark


class EpochStatus(NamedTuple):
    """What `status` tells of an epoch; `destroyed` is None while its key exists."""

    epoch: EpochId
    created: datetime
    destroyed: datetime | None
    current: bool


class KeyProvider(Protocol):
    """Whoever holds the KEKs. Narrow, so that a file, a token and a key management service all fit.

    `wrap` and `unwrap` bind the key to the clear bytes `bound_to`. At most 2^32 keys are wrapped in one epoch.
    """

    @property
    def keyring_id(self) -> bytes:
        """Return the 16 bytes that tell this keyring from all others."""

    @property
    def wrapped_bytes(self) -> int | None:
        """Return how long a wrapped data key always is, or None when that varies (a cut one is then "altered")."""

    def current(self) -> EpochId:
        """Return the epoch that wraps, as it is now, also when another process has rotated."""

    def wrap(self, epoch: EpochId, key: bytes, bound_to: bytes) -> bytes:
        """Return `key` wrapped in `epoch`, or raise KeyLostError."""

    def unwrap(self, epoch: EpochId, wrapped: bytes, bound_to: bytes) -> bytes:
        """Return the key, or raise KeyLostError, TruncatedError or TamperedError."""

    def new_epoch(self, at: datetime) -> EpochId:
        """Begin an epoch; from now on it is the current one."""

    def destroy_epoch(self, number: int, at: datetime) -> EpochId:
        """Destroy the KEK of an epoch that is not the current one."""

    def status(self) -> tuple[EpochStatus, ...]:
        """Return all epochs that ever were, oldest first."""


class Keyring:
    """Wraps and unwraps data keys; the KEKs stay with the provider.

    Before an epoch is destroyed, whoever stores wrapped keys must rewrap all of them and look that none is left: the
    keyring cannot know them. Keys that were wrapped in a destroyed epoch are gone, in backups too.
    """

    def __init__(self, provider: KeyProvider) -> None:
        self._provider = provider
        self._id = provider.keyring_id
        self._opening = FORMAT + self._id

    def wrap(self, case: UUID, data_key: DataKey) -> bytes:
        """Return the data key of `case`, wrapped in the current epoch."""
        return self._wrap(case.bytes, case_marker(case.bytes, self._id), data_key.expose())

    def unwrap(self, case: UUID, wrapped: bytes) -> DataKey:
        """Return the data key of `case`.

        Raises:
            KeyLostError: its epoch was destroyed, or is not in this keyring.
            WrongKeyringError: another keyring wrapped it.
            MisplacedError: it is the key of another record.
            TruncatedError: bytes are missing.
            TamperedError: it is not as it was wrapped.
        """
        return DataKey(self.unwrap_bytes(case.bytes, wrapped))

    def unwrap_bytes(self, case: bytes, wrapped: bytes) -> bytes:
        """Return the bytes of a data key; for `unwrap` and for bulk work (errors as there)."""
        if not wrapped.startswith(self._opening):
            raise self._fault(case, wrapped)
        bound_to = wrapped[:HEADER_BYTES] + case
        try:
            return self._provider.unwrap(_epoch(wrapped[_EPOCH]), wrapped[HEADER_BYTES:], bound_to)
        except (KeyLostError, TamperedError, TruncatedError) as error:
            raise self._fault(case, wrapped, error) from None

    def unwrapper(self, start: bytes) -> Callable[[bytes, bytes], bytes]:
        """Return what unwraps the keys that begin with these `NAMED_BYTES`: those of one epoch; for bulk work.

        It takes what follows the header, and the header with the case id. Whatever it raises says less than
        `unwrap_bytes`, and so does the `WrongKeyringError` that is raised here for any other start.
        """
        if not start.startswith(self._opening) or len(start) != NAMED_BYTES:
            raise WrongKeyringError(of_vault("a key was wrapped by another keyring", _MEND))
        return partial(self._provider.unwrap, _epoch(start[_EPOCH]))

    def rewrap(self, case: UUID, wrapped: bytes) -> bytes:
        """Return the same data key wrapped in the current epoch (errors as in `unwrap`)."""
        key = self.unwrap_bytes(case.bytes, wrapped)
        return self._wrap(case.bytes, wrapped[_MARK], key)

    def needs_rewrap(self, wrapped: bytes) -> bool:
        """Say whether a key was wrapped in an epoch that is not the current one; reads the clear header only.

        Raises:
            WrongKeyringError, TruncatedError, TamperedError: as in `unwrap`.
        """
        return self.epoch_of(wrapped) != self._provider.current()

    def epoch_of(self, wrapped: bytes) -> EpochId:
        """Return the epoch that the clear header of a wrapped key names (errors as in `needs_rewrap`)."""
        fault = self._damage(wrapped)
        if fault is not None:
            raise fault
        return _epoch(wrapped[_EPOCH])

    def rotate(self, at: datetime) -> EpochId:
        """Begin a new epoch; keys that are wrapped already stay readable, and are rewrapped one by one."""
        return self._provider.new_epoch(at)

    def destroy_epoch(self, number: int, at: datetime) -> EpochId:
        """Destroy an epoch for good; every key that is still wrapped in it is lost, also in backups.

        Raises:
            KeyStoreRefusedError: it is the current one, unknown, or destroyed already.
        """
        return self._provider.destroy_epoch(number, at)

    def status(self) -> tuple[EpochStatus, ...]:
        """Return all epochs, oldest first, destroyed ones too."""
        return self._provider.status()

    def _wrap(self, case: bytes, marker: bytes, key: bytes) -> bytes:
        epoch = self._provider.current()
        start = self._opening + _packed(epoch) + marker
        header = start + crc32(start).to_bytes(4, "big")
        return header + self._provider.wrap(epoch, key, header + case)

    def _fault(self, case: bytes, wrapped: bytes, error: VaultError | None = None) -> VaultError:
        """Say why a key did not unwrap; damage of the header explains what the provider met."""
        damage = self._damage(wrapped)
        if damage is not None:
            return damage
        if isinstance(error, KeyLostError):
            return error
        if wrapped[_MARK] != case_marker(case, self._id):
            return MisplacedError(of_vault("a wrapped key belongs to another record", _MEND))
        return TamperedError(of_vault("a wrapped key was altered", _MEND))

    def _damage(self, wrapped: bytes) -> VaultError | None:
        if len(wrapped) < HEADER_BYTES:
            return TruncatedError(of_vault("a wrapped key is cut short", _MEND))
        if crc32(wrapped[:_MARKED]) != int.from_bytes(wrapped[_MARKED:HEADER_BYTES], "big"):
            return TamperedError(of_vault("the header of a wrapped key was altered", _MEND))
        if wrapped[:2] != FORMAT:
            return TamperedError(of_vault("the format of a wrapped key is not known", "use the nrm that wrapped it"))
        if wrapped[2:18] != self._id:
            return WrongKeyringError(of_vault("a key was wrapped by another keyring", "use the key store it came from"))
        return self._wrong_length(len(wrapped) - HEADER_BYTES)

    def _wrong_length(self, length: int) -> VaultError | None:
        usual = self._provider.wrapped_bytes
        if usual is None or length == usual:
            return None
        if length < usual:
            return TruncatedError(of_vault("a wrapped key is cut short", _MEND))
        return TamperedError(of_vault("there are bytes after a wrapped key", _MEND))


_MEND = "restore it from a backup"
