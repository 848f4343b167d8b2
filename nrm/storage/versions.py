"""The groups that one version of a case brought, one after another in one column.

`written` says in clear which there are and how long each is, such as `identity=141 legal=249`: it is what a list of the
past needs, and where to cut. It is not believed: bytes that were cut otherwise are refused by the vault.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from nrm.casework.ports import GroupRow, VersionRow

if TYPE_CHECKING:
    from collections.abc import Iterator

_WRITTEN: Final = re.compile(r"([a-z][a-z0-9_]*)=([0-9]{1,10})")


def columns_of(row: VersionRow) -> dict[str, Any]:
    """Return what the columns of a version hold, without its case."""
    return {
        "version": row.version,
        "written": " ".join(f"{group.group}={len(group.sealed)}" for group in row.groups),
        "standing": row.standing,
        "sealed": b"".join(group.sealed for group in row.groups),
    }


def version_of(version: int, written: str, standing: bytes, sealed: bytes) -> VersionRow:
    """Return the version that the columns say."""
    return VersionRow(version, standing, tuple(_cut(version, written, sealed)))


def names_in(written: str) -> list[str]:
    """Return the groups that a version brought, in alphabetical order."""
    return sorted(name for name, _ in _WRITTEN.findall(written))


def _cut(version: int, written: str, sealed: bytes) -> Iterator[GroupRow]:
    start = 0
    for name, length in _WRITTEN.findall(written):
        end = start + int(length)
        yield GroupRow(name, version, sealed[start:end])
        start = end
