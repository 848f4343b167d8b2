"""A case that is open: its data key in hand, its groups sealed and opened one by one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nrm.audit.canonical import canonical
from nrm.audit.entry import SECRET_BYTES
from nrm.casework.errors import ShreddedError
from nrm.casework.ports import GroupRow
from nrm.vault.envelope import DataKey, Place, new_data_key, open_sealed, seal
from nrm.vault.errors import MisplacedError, of_vault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from nrm.casework.ports import CaseRow, UnitOfWork
    from nrm.vault.keyring import Keyring

LOG = "log"
"""The group that holds the secret of the case's entries in the log, and whose the case is; it is written once.

INVARIANT (a case is not moved behind its back): the clear column that says which organisation keeps a case counts only
while this sealed copy says the same. Every use case reads it, because every one writes an entry.
"""

PACKED = "packed"
"""The group that holds the coded facts alone, so that bulk work opens nothing else (DESIGN §7)."""


class OpenCase:
    """One case with its data key. Keep it as short as the work lasts."""

    def __init__(self, case: UUID, organisation: UUID, key: DataKey) -> None:
        self.case = case
        self.organisation = organisation
        self._key = key
        self._log: GroupRow | None = None

    @classmethod
    def new(cls, case: UUID, organisation: UUID, keyring: Keyring) -> tuple[OpenCase, bytes]:
        """Return a case of `organisation` with a new data key, and that key wrapped."""
        key = new_data_key()
        return cls(case, organisation, key), keyring.wrap(case, key)

    @classmethod
    def of(cls, row: CaseRow, keyring: Keyring) -> OpenCase:
        """Open a case that is stored.

        Raises:
            ShreddedError: its key was destroyed with it.
            VaultError: its key cannot be unwrapped.
        """
        if row.wrapped_key is None:
            raise ShreddedError
        return cls(row.case, row.organisation, keyring.unwrap(row.case, row.wrapped_key))

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

    def rows(self, unit: UnitOfWork, names: Iterable[str], version: int | None = None) -> list[GroupRow]:
        """Return these groups as they stood in `version` (None: now), sealed, without those never written.

        The log secret comes along, because whatever opens a group writes an entry.
        """
        found = {row.group: row for row in unit.cases.groups(self.case, (*names, LOG), version)}
        self._log = found.pop(LOG, None)
        return list(found.values())

    def seal_log(self, secret: bytes) -> GroupRow:
        """Return the group `log` of a new case: its log secret, 32 bytes, and whose the case is."""
        return self.seal(LOG, 1, secret + self.organisation.bytes)

    def log_secret(self, unit: UnitOfWork) -> bytes:
        """Return the secret of the case's entries in the log.

        Raises:
            ShreddedError: it is gone.
            MisplacedError: the store says that another organisation keeps the case than the one that opened it.
            VaultError: it cannot be opened.
        """
        row = self._log or unit.cases.group(self.case, LOG, 1)
        if row is None:
            raise ShreddedError
        held = self.open(row)
        if held[SECRET_BYTES:] != self.organisation.bytes:
            what = "the store names another organisation than the one that keeps the case"
            raise MisplacedError(of_vault(what, "somebody altered the store: keep it as it is, and restore a backup"))
        return held[:SECRET_BYTES]
