"""A case that is open: its data key in hand, its groups sealed and opened one by one."""

from __future__ import annotations

import json
from os import urandom
from typing import TYPE_CHECKING, Any

from nrm.audit.canonical import canonical
from nrm.audit.entry import SECRET_BYTES
from nrm.casework.errors import ShreddedError
from nrm.casework.ports import GroupRow, VersionRow
from nrm.casework.standing import STANDING, Standing
from nrm.vault.envelope import DataKey, Place, new_data_key, open_sealed, seal
from nrm.vault.errors import MisplacedError, of_vault
from nrm.vault.parts import PartsKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from nrm.casework.ports import CaseRow, UnitOfWork
    from nrm.vault.keyring import Keyring

PACKED = "packed"
"""The name under which the coded facts alone are sealed, so that bulk work opens nothing else (DESIGN §7)."""


class OpenCase:
    """One case with its data key. Keep it as short as the work lasts."""

    def __init__(self, row: CaseRow, key: DataKey) -> None:
        self.case = row.case
        self._row = row
        self._key = key
        self._standing: Standing | None = None

    @property
    def organisation(self) -> UUID:
        """Whose the case is, as the store says; `standing` finds out whether that is true."""
        return self._row.organisation

    @property
    def version(self) -> int:
        """The version in which the case was opened."""
        return self._row.version

    @classmethod
    def new(cls, row: CaseRow, keyring: Keyring) -> tuple[OpenCase, bytes]:
        """Return a case that is not stored yet, with a new data key and log secret; and that key wrapped."""
        key = new_data_key()
        opened = cls(row, key)
        opened._standing = Standing(urandom(SECRET_BYTES), row.organisation, {})
        return opened, keyring.wrap(row.case, key)

    @classmethod
    def of(cls, row: CaseRow, keyring: Keyring) -> OpenCase:
        """Open a case that is stored.

        Raises:
            ShreddedError: its key was destroyed with it.
            VaultError: its key cannot be unwrapped.
        """
        if row.wrapped_key is None:
            raise ShreddedError
        return cls(row, keyring.unwrap(row.case, row.wrapped_key))

    def seal(self, group: str, version: int, plaintext: bytes) -> GroupRow:
        """Return the group, sealed for its place."""
        return GroupRow(group, version, seal(self._key, Place(self.case, group, version), plaintext))

    def open(self, row: GroupRow) -> bytes:
        """Return what a group holds. Raises `VaultError` when it is not as it was sealed, or not from here."""
        return open_sealed(self._key, Place(self.case, row.group, row.version), row.sealed)

    def seal_json(self, group: str, version: int, value: Any) -> bytes:  # noqa: ANN401 - anything that JSON can hold
        """Return `value` as sealed canonical JSON (RFC 8785)."""
        return self.seal(group, version, canonical(value)).sealed

    def open_json(self, group: str, version: int, sealed: bytes) -> Any:  # noqa: ANN401 - as above
        """Return what `seal_json` sealed."""
        return json.loads(self.open(GroupRow(group, version, sealed)))

    def parts_key(self, thing: UUID) -> PartsKey:
        """Return the key for the parts of a long thing of this case."""
        return PartsKey(self._key, thing)

    def brought(self, unit: UnitOfWork, version: int, groups: Mapping[str, bytes]) -> VersionRow:
        """Return the next version of the case, which brings these groups: each sealed, and the list of what stands."""
        before = self.standing(unit)
        stands = Standing(before.secret, before.organisation, {**before.groups, **dict.fromkeys(groups, version)})
        sealed = tuple(self.seal(name, version, data) for name, data in groups.items())
        self._standing = stands
        return VersionRow(version, self.seal(STANDING, version, stands.encode()).sealed, sealed)

    def rows(self, unit: UnitOfWork, names: Iterable[str], version: int | None = None) -> list[GroupRow]:
        """Return these groups as they stood in `version` (None: now), sealed, without those never written.

        Raises:
            MisplacedError: a group that stands, or the version itself, is not in the store.
            VaultError: the list of the version cannot be opened.
        """
        stands = self.standing(unit)
        if version is not None and version != self._row.version:
            stands = self._opened(_found(unit, self.case, {version}).get(version), version)
        wanted = {name: stands.groups[name] for name in names if name in stands.groups}
        now = self._row.now
        there = {} if now is None else {now.version: now}
        there |= _found(unit, self.case, set(wanted.values()) - set(there))
        return [_group(there.get(number), name) for name, number in wanted.items()]

    def log_secret(self, unit: UnitOfWork) -> bytes:
        """Return the secret of the case's entries in the log (errors as in `standing`)."""
        return self.standing(unit).secret

    def standing(self, unit: UnitOfWork) -> Standing:
        """Return what stands of the case.

        Raises:
            MisplacedError: the version that the case is said to have is not in the store, or the store says that
                another organisation keeps the case than the one that opened it.
            VaultError: the list cannot be opened.
        """
        if self._standing is None:
            version = self._row.version
            now = self._row.now or _found(unit, self.case, {version}).get(version)
            self._standing = self._opened(now, version)
        return self._standing

    def _opened(self, row: VersionRow | None, version: int) -> Standing:
        if row is None:
            raise _altered("a version of the case is gone from the store")
        stands = Standing.decode(self.open(GroupRow(STANDING, version, row.standing)))
        if stands.organisation != self._row.organisation:
            raise _altered("the store names another organisation than the one that keeps the case")
        return stands


def _found(unit: UnitOfWork, case: UUID, numbers: set[int]) -> dict[int, VersionRow]:
    return {row.version: row for row in unit.cases.versions(case, numbers)} if numbers else {}


def _group(row: VersionRow | None, name: str) -> GroupRow:
    found = next((group for group in row.groups if group.group == name), None) if row is not None else None
    if found is None:
        raise _altered("a group that stands is gone from the store")
    return found


def _altered(what: str) -> MisplacedError:
    return MisplacedError(of_vault(what, "somebody altered the store: keep it as it is, and restore a backup"))
