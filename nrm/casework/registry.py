"""Records that belong to no case, sealed one by one, and found by keyed marks of what they are called.

INVARIANT (a record is where it was put): each is sealed with a key of its own, made from the registry's secret, its
kind and its identifier, so that no record opens in the place of another.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from pydantic import ValidationError

from nrm.casework.ports_registry import RecordRow
from nrm.vault.envelope import DataKey, Place, open_sealed, seal
from nrm.vault.errors import MisplacedError, of_vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from pydantic import BaseModel

    from nrm.casework.ports_registry import WithRegistry

MARK_BYTES: Final = 16


class RegistryKey:
    """The secret of the registry (32 bytes), from which the keys of its records and their marks are made.

    BLAKE2s (RFC 7693), keyed and with a personalisation of its own for each use.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, kind: str, record: UUID) -> DataKey:
        """Return the key of one record."""
        made = hashlib.blake2s(kind.encode() + b"\0" + record.bytes, key=self._secret, person=b"nrm-seal")
        return DataKey(made.digest())

    def mark(self, kind: str, text: bytes) -> bytes:
        """Return the mark of what a record is called: 16 bytes that tell nothing to whoever has not the secret."""
        made = hashlib.blake2s(kind.encode() + b"\0" + text, key=self._secret, person=b"nrm-mark")
        return made.digest()[:MARK_BYTES]

    def derived(self, purpose: bytes) -> bytes:
        """Return a key of 32 bytes for another use, named in at most 8 bytes."""
        return hashlib.blake2s(key=self._secret, person=purpose).digest()

    def __repr__(self) -> str:
        return "RegistryKey(…)"


class Keyed(Protocol):
    """Who has the secret of the registry: a desk, or what is put together before there is one."""

    @property
    def registry(self) -> RegistryKey:
        """The secret."""


M = TypeVar("M", bound="BaseModel")


@dataclass(frozen=True)
class Record(Generic[M]):
    """A record that was opened, with the row that it came from."""

    row: RecordRow
    thing: M

    @property
    def version(self) -> int:
        """Its version, for whoever changes it."""
        return self.row.version


class Register(Generic[M]):
    """All records of one kind (a code of at most 20 characters); `called` says by what one is found, if by anything."""

    def __init__(self, kind: str, model: type[M], called: Callable[[M], bytes] | None = None) -> None:
        self.kind = kind
        self._model = model
        self._called = called

    def add(
        self,
        desk: Keyed,
        unit: WithRegistry,
        record: UUID,
        thing: M,
        *,
        owner: UUID | None = None,
        until: datetime | None = None,
    ) -> Record[M]:
        """Keep a new record. Raises `TakenError` when one is called so already."""
        row = self._row(desk, record, 1, thing, owner, until)
        unit.registry.add(row)
        return Record(row, thing)

    def change(
        self, desk: Keyed, unit: WithRegistry, held: Record[M], thing: M, *, until: datetime | None = None
    ) -> Record[M]:
        """Put `thing` in the place of what was read. Raises `StaleVersionError`, `NoSuchRecordError`, `TakenError`."""
        row = self._row(desk, held.row.record, held.row.version + 1, thing, held.row.owner, until or held.row.until)
        unit.registry.change(row, held.row.version)
        return Record(row, thing)

    def get(self, desk: Keyed, unit: WithRegistry, record: UUID) -> Record[M] | None:
        """Return one record, or None. Raises `VaultError` when it cannot be opened."""
        return self._opened(desk, unit.registry.get(self.kind, record))

    def named(self, desk: Keyed, unit: WithRegistry, called: bytes) -> Record[M] | None:
        """Return the record that is called so, or None. Raises `VaultError`."""
        return self._opened(desk, unit.registry.marked(self.kind, desk.registry.mark(self.kind, called)))

    def listed(
        self, desk: Keyed, unit: WithRegistry, *, owner: UUID | None = None, after: UUID | None = None, most: int = 100
    ) -> list[Record[M]]:
        """Return records in the order of their identifiers. Raises `VaultError`."""
        rows = unit.registry.listed(self.kind, owner, after, most)
        return [one for one in (self._opened(desk, row) for row in rows) if one is not None]

    def remove(self, unit: WithRegistry, record: UUID) -> bool:
        """Remove one record; False when there is none."""
        return unit.registry.remove(self.kind, record)

    def remove_owned(self, unit: WithRegistry, owner: UUID) -> int:
        """Remove the records of one owner and return how many there were."""
        return unit.registry.remove_owned(self.kind, owner)

    def _row(
        self, desk: Keyed, record: UUID, version: int, thing: M, owner: UUID | None, until: datetime | None
    ) -> RecordRow:
        mark = desk.registry.mark(self.kind, self._called(thing)) if self._called is not None else None
        plain = thing.model_dump_json().encode()
        sealed = seal(desk.registry.of(self.kind, record), Place(record, self.kind, version), plain)
        return RecordRow(self.kind, record, version, owner, mark, until, sealed)

    def _opened(self, desk: Keyed, row: RecordRow | None) -> Record[M] | None:
        return self.opened(desk, row) if row is not None else None

    def opened(self, desk: Keyed, row: RecordRow) -> Record[M]:
        """Open a row that is at hand. Raises `VaultError`."""
        plain = open_sealed(
            desk.registry.of(self.kind, row.record), Place(row.record, self.kind, row.version), row.sealed
        )
        try:
            return Record(row, self._model.model_validate_json(plain))
        except ValidationError:  # its text quotes what was read
            what = "a record is not of the form that this version writes"
            raise MisplacedError(of_vault(what, "restore a backup, or use the version that wrote it")) from None
