"""What a key store remembers: its epochs, its named secrets, and how it is opened. Pure: text in, text out.

Nothing here is a key in the clear. `digest` finds accidental damage before a passphrase is asked for; `check` tells a
wrong passphrase from a file that was altered on purpose, which only `seal` finds.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from nrm.errors import Problem
from nrm.vault.errors import KeyStoreRefusedError, TamperedError, of_vault
from nrm.vault.keyring import EpochId, EpochStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = "nrm-keys-1"


@dataclass(frozen=True)
class Epoch:
    """One epoch; `wrapped` is its KEK under the opener's key, empty when the KEK is elsewhere or destroyed."""

    id: EpochId
    created: datetime
    destroyed: datetime | None = None
    wrapped: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Ledger:
    """The content of a key store. The current epoch is the last one; it is never destroyed."""

    keyring_id: bytes
    opener: Mapping[str, Any]
    check: bytes = field(default=b"", repr=False)
    epochs: tuple[Epoch, ...] = ()
    secrets: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def current(self) -> EpochId:
        """Return the epoch that wraps."""
        return self.epochs[-1].id

    def next_number(self) -> int:
        """Return the number of the epoch that would follow."""
        return self.epochs[-1].id.number + 1 if self.epochs else 1

    def to_destroy(self, number: int) -> Epoch:
        """Return the epoch of this number.

        Raises:
            KeyStoreRefusedError: it is the current one, was never there, or is destroyed already.
        """
        found = next((epoch for epoch in self.epochs if epoch.id.number == number), None)
        if found is None:
            known = ", ".join(str(epoch.id.number) for epoch in self.epochs)
            raise KeyStoreRefusedError(of_vault(f"there is no epoch `{number}`", f"there are {known}"))
        if found.destroyed is not None:
            raise KeyStoreRefusedError(of_vault(f"epoch {found.id} is destroyed already", "there is nothing to do"))
        if found.id == self.current:
            todo = "rotate, rewrap what is stored, then destroy"
            raise KeyStoreRefusedError(of_vault(f"epoch {found.id} is the current one", todo))
        return found

    def destroyed(self, number: int, at: datetime) -> Ledger:
        """Return the ledger with a tombstone where the epoch was (errors as in `to_destroy`)."""
        gone = replace(self.to_destroy(number), destroyed=whole_seconds(at), wrapped=b"")
        return replace(self, epochs=tuple(gone if epoch.id == gone.id else epoch for epoch in self.epochs))

    def status(self) -> tuple[EpochStatus, ...]:
        """Return what may be told of each epoch."""
        return tuple(EpochStatus(e.id, e.created, e.destroyed, e.id == self.current) for e in self.epochs)

    def remembers_as(self, other: Ledger) -> bool:
        """Say whether both have the same epochs and the same names of secrets, whatever seals them."""
        same = self.keyring_id == other.keyring_id and self.status() == other.status()
        return same and self.secrets.keys() == other.secrets.keys()

    def canonical(self) -> bytes:
        """Return the bytes that `seal` covers: JSON with sorted keys and no space."""
        return _canonical(self._document())

    def to_text(self, seal: bytes) -> bytes:
        """Return the content of the file."""
        whole = {**self._document(), "seal": _text(seal)}
        return json.dumps({**whole, "digest": _digest(whole)}, indent=1).encode() + b"\n"

    def _document(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "keyring": self.keyring_id.hex(),
            "opener": dict(self.opener),
            "check": _text(self.check),
            "epochs": [_epoch_document(epoch) for epoch in self.epochs],
            "secrets": {name: _text(wrapped) for name, wrapped in self.secrets.items()},
        }


def read_ledger(content: bytes, file: str) -> tuple[Ledger, bytes]:
    """Return the ledger of a file and its seal, which is not checked yet.

    Raises:
        TamperedError: damaged, or not such a file.
    """
    damaged = TamperedError(Problem(file, 0, "the file was altered or damaged", "restore the last good copy"))
    try:
        document = json.loads(content)
        known = document["format"] == FORMAT
        fits = document.pop("digest") == _digest(document)
        seal = b64decode(document["seal"], validate=True)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise damaged from None
    if not fits:
        raise damaged
    if not known:
        todo = "use the version of nrm that wrote it"
        raise TamperedError(Problem(file, 0, "the file has a format that is not known", todo))
    try:
        ledger = Ledger(
            keyring_id=bytes.fromhex(document["keyring"]),
            opener=dict(document["opener"]),
            check=b64decode(document["check"], validate=True),
            epochs=tuple(_read_epoch(epoch) for epoch in document["epochs"]),
            secrets={name: b64decode(text, validate=True) for name, text in document["secrets"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise damaged from None
    if not ledger.epochs or len(ledger.keyring_id) != KEYRING_ID_BYTES:
        raise damaged
    return ledger, seal


KEYRING_ID_BYTES = 16


def whole_seconds(at: datetime) -> datetime:
    """Return `at` in UTC, cut to seconds.

    Raises:
        KeyStoreRefusedError: the time has no zone.
    """
    if at.tzinfo is None:
        raise KeyStoreRefusedError(of_vault("a time without a zone was given", "give one in UTC"))
    return at.astimezone(UTC).replace(microsecond=0)


def _epoch_document(epoch: Epoch) -> dict[str, Any]:
    return {
        "number": epoch.id.number,
        "mark": epoch.id.mark.hex(),
        "created": epoch.created.isoformat(),
        "destroyed": epoch.destroyed.isoformat() if epoch.destroyed else None,
        "key": _text(epoch.wrapped),
    }


def _read_epoch(document: dict[str, Any]) -> Epoch:
    destroyed = document["destroyed"]
    return Epoch(
        id=EpochId(int(document["number"]), bytes.fromhex(document["mark"])),
        created=datetime.fromisoformat(document["created"]),
        destroyed=None if destroyed is None else datetime.fromisoformat(destroyed),
        wrapped=b64decode(document["key"], validate=True),
    )


def _canonical(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _digest(document: dict[str, Any]) -> str:
    return sha256(_canonical(document)).hexdigest()


def _text(content: bytes) -> str:
    return b64encode(content).decode("ascii")
