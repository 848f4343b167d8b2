"""The directory as the store keeps it: three things on its shelf, each sealed for its name and version.

`directory` is all that was imported (compressed), `sidecars` are the mechanism's own records, and `services` is what
ranking needs of both, so that a process need not read the rest.

INVARIANT (no address outside its seal): the records are opened, with the confidential addresses in them, in memory
alone. They go from here to nothing but `seal`, and an error about them quotes nothing.

INVARIANT (one edition): whoever changes the directory or the records writes `services` in the same unit of work, with
the versions of both in it. So its version counts the editions of all three, of two who change at once the later one is
told, and no older record, with a key that was given up since, can be put back in the place of today's.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from nrm.directory.candidate import candidates
from nrm.directory.compact import packed, unpacked
from nrm.directory.service import Directory
from nrm.directory.sidecar import Sidecar
from nrm.directory.store import from_bytes, to_bytes
from nrm.errors import FileRefusedError, Problem
from nrm.vault.envelope import DataKey, Place, open_sealed, seal
from nrm.vault.errors import MisplacedError, of_vault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nrm.casework.ports_referral import Shelf
    from nrm.directory.candidate import Candidate
    from nrm.directory.service import Key

    Taken = Mapping[str, tuple[int, bytes]]
    """Versions and sealed bytes by name."""
    Row = tuple[str, int, bytes]
    """What `Shelf.put` takes."""

DIRECTORY: Final = "directory"
SIDECARS: Final = "sidecars"
SERVICES: Final = "services"

_NOBODY: Final = UUID(int=0)
"""In the place of a case id: the directory belongs to none."""

_VERSIONS: Final = struct.Struct(">II")
"""Before the services: the versions of the directory and of the records of which they were made."""

_RECORDS: Final = TypeAdapter(tuple[Sidecar, ...])


def taken(shelf: Shelf) -> Taken:
    """Return what is on the shelf, still sealed."""
    found = {name: shelf.get(name) for name in (DIRECTORY, SIDECARS, SERVICES)}
    return {name: one for name, one in found.items() if one is not None}


def edition(shelf: Shelf) -> int:
    """Return which edition is on the shelf; 0 when there is none yet."""
    found = shelf.get(SERVICES)
    return 0 if found is None else found[0]


@dataclass(frozen=True)
class Kept:
    """One edition of the directory; every part is opened when it is first asked for.

    The parts raise `VaultError` when they are not as they were sealed, or not of one edition, and `FileRefusedError`
    when another version of the program wrote them.
    """

    key: DataKey
    taken: Taken

    @property
    def edition(self) -> int:
        """Which edition this is; 0 when nothing was kept yet."""
        return self._version(SERVICES)

    @cached_property
    def directory(self) -> Directory:
        """All that was imported."""
        data = self._opened(DIRECTORY)
        return Directory() if data is None else from_bytes(zlib.decompress(data), DIRECTORY)

    @cached_property
    def sidecars(self) -> Mapping[Key, Sidecar]:
        """The mechanism's own records."""
        data = self._opened(SIDECARS)
        return {} if data is None else {one.key: one for one in _records(data)}

    @cached_property
    def services(self) -> tuple[Candidate, ...]:
        """Every service as matching sees it; made anew, in seconds, where another version of the program kept it."""
        found = unpacked(self._ranking[_VERSIONS.size :])
        return candidates(self.directory, self.sidecars) if found is None else found

    def with_directory(self, directory: Directory) -> tuple[Row, ...]:
        """Return what to put on the shelf so that it holds this directory."""
        row = self._sealed(DIRECTORY, zlib.compress(to_bytes(directory)))
        return row, self._ranked(row[1], self._version(SIDECARS), candidates(directory, self.sidecars))

    def with_sidecars(self, sidecars: Mapping[Key, Sidecar]) -> tuple[Row, ...]:
        """Return what to put on the shelf so that it holds these records and no others."""
        row = self._sealed(SIDECARS, _plain(sidecars.values()))
        return row, self._ranked(self._version(DIRECTORY), row[1], candidates(self.directory, sidecars))

    def _ranked(self, directory: int, sidecars: int, services: tuple[Candidate, ...]) -> Row:
        return self._sealed(SERVICES, _VERSIONS.pack(directory, sidecars) + packed(services))

    @cached_property
    def _ranking(self) -> bytes:
        return self._unsealed(SERVICES) or _VERSIONS.pack(0, 0)

    def _opened(self, name: str) -> bytes | None:
        expected = dict(zip((DIRECTORY, SIDECARS), _VERSIONS.unpack_from(self._ranking), strict=True))
        if self._version(name) != expected[name]:
            what = f"`{name}` has another version than the services were made of"
            raise MisplacedError(of_vault(what, "somebody altered the store: keep it as it is, and restore a backup"))
        return self._unsealed(name)

    def _version(self, name: str) -> int:
        return self.taken[name][0] if name in self.taken else 0

    def _sealed(self, name: str, content: bytes) -> Row:
        version = self._version(name) + 1
        return name, version, seal(self.key, Place(_NOBODY, name, version), content)

    def _unsealed(self, name: str) -> bytes | None:
        if name not in self.taken:
            return None
        version, sealed = self.taken[name]
        return open_sealed(self.key, Place(_NOBODY, name, version), sealed)


def _plain(records: Iterable[Sidecar]) -> bytes:
    """Write records as JSON, with their confidential addresses."""
    said = []
    for one in sorted(records, key=lambda record: record.key):
        content = one.model_dump(mode="json", exclude_defaults=True)
        if one.confidential_address is not None:
            content["confidential_address"] = one.confidential_address.get_secret_value()
        said.append(content)
    return json.dumps(said, ensure_ascii=False).encode()


def _records(data: bytes) -> tuple[Sidecar, ...]:
    try:
        return _RECORDS.validate_json(data)
    except ValidationError:
        todo = "give them again with `nrm directory sidecars`"
        problem = Problem(SIDECARS, 0, "the records that are kept are not of this version", todo)
    raise FileRefusedError(problem)  # outside of `except`, so that it carries nothing of what was read
